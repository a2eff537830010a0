// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {WrappedIOTX} from "./WrappedIOTX.sol";

/// @title WrappedIOTXSource
/// @notice Names the wrapped coin for a deployment: the one it is given, or one of its own where it is given none.
/// @dev Only for deployment: an Ignition module cannot branch on a parameter.
contract WrappedIOTXSource {
    /// @notice Thrown when the given token is not on this chain.
    error WrappedIOTXSourceHasNoCode(address given);

    /// @notice Returns the wrapped coin.
    address public immutable token;

    constructor(address given) {
        if (given == address(0)) given = address(new WrappedIOTX());
        else if (given.code.length == 0) revert WrappedIOTXSourceHasNoCode(given);
        token = given;
    }
}
