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
}
