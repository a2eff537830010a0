// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IVerifier} from "./IVerifier.sol";

/// @title IGroth16Verifier
/// @notice An {IVerifier} of Groth16 proofs over BN254 whose verification key is part of its code.
/// @dev Its constructor refuses a development key (delta equal to gamma, so that anyone can forge a proof) on every
/// chain but 31337: an allow-list, not a deny-list.
interface IGroth16Verifier is IVerifier {
    /* ERRORS */

    /// @notice Thrown by the constructor when the key is a development key and `chainId` is not 31337.
    error VerifierDevelopmentKey(uint256 chainId);
}
