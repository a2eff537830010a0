// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC7913SignatureVerifier} from "@openzeppelin/contracts/interfaces/IERC7913.sol";

/// @title IEd25519Attestor
/// @notice Vouches for Ed25519 signatures, which the EVM cannot verify at a reasonable cost: enough attestors verified one
/// off chain and say so. An ERC-7913 verifier, for {IIoIDRegistry.setKeyVerifier}.
/// @dev An attestor signs the EIP-712 message of the domain `ioIDAttestor`, version `1`, this chain and this contract
///
///     Attestation(bytes publicKey,bytes32 digest)
///
/// where `digest` is what the device signed: it binds chain, registry, action, nonce and deadline, so that an attestation
/// is good for one permit. `verify` takes abi.encode(bytes[] signatures), ordered by ascending attestor. It returns
/// 0xffffffff where one is wrong, and never reverts on what an attestor signed.
interface IEd25519Attestor is IERC7913SignatureVerifier {
    /* ERRORS */

    /// @notice Thrown when the threshold is zero or above the number of attestors.
    error Ed25519AttestorInvalidThreshold(uint256 threshold, uint256 attestors);

    /* EVENTS */

    event AttestorSet(address indexed attestor, bool allowed);
    event ThresholdSet(uint256 threshold);

    /* GOVERNANCE */

    /// @notice Admits attestors, dismisses others, and sets how many must agree. Restricted.
    function setAttestors(address[] calldata added, address[] calldata removed, uint256 newThreshold) external;

    /* VIEWS */

    function isAttestor(address account) external view returns (bool);
    function attestorCount() external view returns (uint256);
    function threshold() external view returns (uint256);
    function DOMAIN_SEPARATOR() external view returns (bytes32);
}
