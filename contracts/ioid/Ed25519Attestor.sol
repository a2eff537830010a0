// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {EIP712Upgradeable} from "@openzeppelin/contracts-upgradeable/utils/cryptography/EIP712Upgradeable.sol";
import {IERC7913SignatureVerifier} from "@openzeppelin/contracts/interfaces/IERC7913.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Governed} from "../governance/Governed.sol";
import {IEd25519Attestor} from "./interfaces/IEd25519Attestor.sol";

/// @title Ed25519Attestor
/// @notice See {IEd25519Attestor}.
contract Ed25519Attestor is IEd25519Attestor, EIP712Upgradeable, Governed {
    bytes32 private constant _ATTESTATION_TYPEHASH = keccak256("Attestation(bytes publicKey,bytes32 digest)");
    bytes4 private constant _INVALID = 0xffffffff;
    uint256 private constant _KEY_SIZE = 32;

    /// @inheritdoc IEd25519Attestor
    mapping(address account => bool attestor) public isAttestor;

    /// @inheritdoc IEd25519Attestor
    uint256 public attestorCount;

    /// @inheritdoc IEd25519Attestor
    uint256 public threshold;

    constructor(address initialAuthority) Governed(initialAuthority) {}

    function initialize(address[] calldata attestors, uint256 initialThreshold) external initializer {
        __Governed_init();
        __EIP712_init("ioIDAttestor", "1");
        _setAttestors(attestors, true);
        _setThreshold(initialThreshold);
    }

    /* GOVERNANCE */

    /// @inheritdoc IEd25519Attestor
    function setAttestors(address[] calldata added, address[] calldata removed, uint256 newThreshold)
        external
        restricted
    {
        _setAttestors(removed, false);
        _setAttestors(added, true);
        _setThreshold(newThreshold);
    }

    function _setAttestors(address[] calldata accounts, bool allowed) private {
        for (uint256 i = 0; i < accounts.length; ++i) {
            if (isAttestor[accounts[i]] == allowed) continue;
            isAttestor[accounts[i]] = allowed;
            attestorCount = allowed ? attestorCount + 1 : attestorCount - 1;
            emit AttestorSet(accounts[i], allowed);
        }
    }

    function _setThreshold(uint256 newThreshold) private {
        if (newThreshold == 0 || newThreshold > attestorCount) {
            revert Ed25519AttestorInvalidThreshold(newThreshold, attestorCount);
        }
        threshold = newThreshold;
        emit ThresholdSet(newThreshold);
    }

    /* VERIFIER */

    /// @inheritdoc IERC7913SignatureVerifier
    function verify(bytes calldata key, bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        if (key.length != _KEY_SIZE) return _INVALID;
        bytes32 digest = _hashTypedDataV4(keccak256(abi.encode(_ATTESTATION_TYPEHASH, keccak256(key), hash)));
        bytes[] memory signatures = abi.decode(signature, (bytes[]));
        if (signatures.length < threshold) return _INVALID;
        address last = address(0);
        for (uint256 i = 0; i < signatures.length; ++i) {
            (address signer, ECDSA.RecoverError failure,) = ECDSA.tryRecover(digest, signatures[i]);
            // Ascending: no attestor counts twice.
            if (failure != ECDSA.RecoverError.NoError || signer <= last || !isAttestor[signer]) return _INVALID;
            last = signer;
        }
        return IERC7913SignatureVerifier.verify.selector;
    }

    /// @inheritdoc IEd25519Attestor
    function DOMAIN_SEPARATOR() external view returns (bytes32) {
        return _domainSeparatorV4();
    }
}
