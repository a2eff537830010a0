// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC7913SignatureVerifier} from "@openzeppelin/contracts/interfaces/IERC7913.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @title DeviceKeys
/// @notice Whether a device signed, whatever the curve of its key. A device's address is the last 20 bytes of keccak256 of
/// its public key.
library DeviceKeys {
    uint8 internal constant SECP256K1 = 0;
    uint8 internal constant P256 = 1;
    uint8 internal constant ED25519 = 2;

    /// @notice Returns whether `device` signed `digest`: with a secp256k1 key where `verifier` is zero.
    /// @dev ECDSA refuses s in the upper half and the zero signer. The verifier is governance's, and may revert.
    function isSigner(
        address device,
        bytes32 digest,
        address verifier,
        bytes calldata publicKey,
        bytes calldata signature
    ) internal view returns (bool) {
        if (verifier == address(0)) {
            (address signer, ECDSA.RecoverError failure,) = ECDSA.tryRecoverCalldata(digest, signature);
            return failure == ECDSA.RecoverError.NoError && signer == device;
        }
        return address(uint160(uint256(keccak256(publicKey)))) == device
            && IERC7913SignatureVerifier(verifier).verify(publicKey, digest, signature)
                == IERC7913SignatureVerifier.verify.selector;
    }
}
