// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";

/// @title Did
/// @notice The decentralized identifier of a device.
library Did {
    string internal constant METHOD = "did:io:";

    /// @notice Returns `did:io:` and the device's address, lower case, after `0x`.
    function fromDevice(address device) internal pure returns (string memory) {
        return string.concat(METHOD, Strings.toHexString(device));
    }

    /// @notice Returns the device of a DID as {fromDevice} writes it, or zero.
    function toDevice(string calldata did) internal pure returns (address device) {
        bytes calldata text = bytes(did);
        uint256 prefix = bytes(METHOD).length;
        if (text.length != prefix + 42) return address(0);
        bool parsed;
        (parsed, device) = Strings.tryParseAddress(string(text[prefix:]));
        // The parser takes upper case too.
        if (!parsed || keccak256(bytes(fromDevice(device))) != keccak256(text)) return address(0);
    }
}
