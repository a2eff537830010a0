// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {
    AccessManagedUpgradeable
} from "@openzeppelin/contracts-upgradeable/access/manager/AccessManagedUpgradeable.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";

/// @title Governed
/// @notice Base of every module behind an ERC-1967 proxy: one AccessManager decides who calls what, upgrades included.
/// @dev The authority is fixed in the implementation, so that `initialize` keeps the arguments of the official
/// contracts. It holds no storage outside ERC-7201 namespaces: a module's own variables start at slot 0.
abstract contract Governed is AccessManagedUpgradeable, UUPSUpgradeable {
    /// @notice Thrown when the implementation is deployed with no contract as its authority.
    error GovernedAuthorityHasNoCode(address authority);

    address private immutable _INITIAL_AUTHORITY;

    constructor(address initialAuthority) {
        if (initialAuthority.code.length == 0) revert GovernedAuthorityHasNoCode(initialAuthority);
        _INITIAL_AUTHORITY = initialAuthority;
        _disableInitializers();
    }

    /// @notice Returns the authority. The official contracts are Ownable, and their clients ask for the owner.
    function owner() external view returns (address) {
        return authority();
    }

    function __Governed_init() internal onlyInitializing {
        __AccessManaged_init(_INITIAL_AUTHORITY);
    }

    function _authorizeUpgrade(address) internal override restricted {}
}
