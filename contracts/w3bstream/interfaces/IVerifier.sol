// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title IVerifier
/// @notice Checks a validity proof against its public signals.
interface IVerifier {
    /// @notice Returns whether `proof` proves `signals`. Never reverts on a malformed proof: it returns false.
    /// @dev Must refuse a signal that is not below the scalar field's order: it would alias another.
    /// @param proof For Groth16 on BN254: abi.encode(uint256[8]) = A.x, A.y, B.x.c1, B.x.c0, B.y.c1, B.y.c0, C.x, C.y.
    /// @param signals The public signals, in the circuit's order.
    function verify(bytes calldata proof, uint256[] calldata signals) external view returns (bool);
}
