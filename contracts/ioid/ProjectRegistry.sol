// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Governed} from "../governance/Governed.sol";
import {ProjectId} from "../types/Types.sol";
import {IProject} from "./interfaces/IProject.sol";
import {IProjectRegistry} from "./interfaces/IProjectRegistry.sol";

/// @title ProjectRegistry
/// @notice See {IProjectRegistry}.
contract ProjectRegistry is IProjectRegistry, Governed {
    /// @inheritdoc IProjectRegistry
    address public project;

    modifier free() {
        if (msg.value != 0) revert ProjectRegistryValueNotAccepted(msg.value);
        _;
    }

    constructor(address initialAuthority) Governed(initialAuthority) {}

    function initialize(address _project) external initializer {
        if (_project == address(0)) revert ProjectRegistryZeroAddress();
        __Governed_init();
        project = _project;
    }

    /// @inheritdoc IProjectRegistry
    function register() external payable free returns (ProjectId) {
        return IProject(project).mint(msg.sender);
    }

    /// @inheritdoc IProjectRegistry
    function register(string calldata _name) external payable free returns (ProjectId) {
        return IProject(project).mint(msg.sender, _name);
    }

    /// @inheritdoc IProjectRegistry
    function register(string calldata _name, uint8 _type) external payable free returns (ProjectId) {
        return IProject(project).mint(msg.sender, _name, _type);
    }
}
