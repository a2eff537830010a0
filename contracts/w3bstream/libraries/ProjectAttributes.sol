// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title ProjectAttributes
/// @notice The attributes of a project that contracts read, and their encodings.
library ProjectAttributes {
    /// @dev The commitment to the circuit's parameters, as bytes32: every proof's signal 6.
    bytes32 internal constant PARAMETERS = keccak256("parameters");

    /// @dev The VM type that a prover must support, as abi.encode(uint256).
    bytes32 internal constant VM_TYPE = keccak256("vmType");

    /// @notice Returns the word that `value` encodes, and whether it is one: an attribute never set is not.
    function word(bytes memory value) internal pure returns (bool isWord, bytes32 word_) {
        isWord = value.length == 32;
        if (isWord) word_ = bytes32(value);
    }
}
