// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title BoundedCall
/// @notice Calls a contract that is not trusted: with a bounded amount of gas, and copying a bounded part of its answer.
library BoundedCall {
    /// @dev What a CALL costs before gas is shared: a cold account, and the copying of the arguments.
    uint256 private constant _CALL_OVERHEAD = 5_000;

    /// @notice Returns how much gas must be left for a call with `gasLimit` to get all of it, `reserve` remaining.
    /// @dev A call gets at most 63/64 of what is left (EIP-150). Rounds up.
    function gasNeeded(uint256 gasLimit, uint256 reserve) internal pure returns (uint256) {
        return (gasLimit * 64) / 63 + 1 + _CALL_OVERHEAD + reserve;
    }

    /// @notice Calls `target` and returns at most `maxReturn` bytes of its answer. Never reverts by itself.
    /// @dev The caller checks {gasNeeded} first: otherwise whoever pays for gas could starve `target`.
    function tryCall(address target, uint256 gasLimit, bytes memory data, uint256 maxReturn)
        internal
        returns (bool success, bytes memory returned)
    {
        assembly ("memory-safe") {
            // No output area: what `target` returns is copied below, never more than `maxReturn` bytes.
            success := call(gasLimit, target, 0, add(data, 0x20), mload(data), 0, 0)
            let size := returndatasize()
            if gt(size, maxReturn) { size := maxReturn }
            returned := mload(0x40)
            mstore(returned, size)
            returndatacopy(add(returned, 0x20), 0, size)
            mstore(0x40, and(add(add(returned, size), 0x3f), not(0x1f)))
        }
    }
}
