// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Governed} from "../governance/Governed.sol";
import {ProjectId} from "../types/Types.sol";
import {IProjectRegistrar} from "./interfaces/IProjectRegistrar.sol";
import {IW3bstreamProject} from "./interfaces/IW3bstreamProject.sol";

/// @title ProjectRegistrar
contract ProjectRegistrar is IProjectRegistrar, Governed {
    /// @inheritdoc IProjectRegistrar
    address public override projectStore;

    /// @inheritdoc IProjectRegistrar
    uint256 public override registrationFee;

    constructor(address authority_) Governed(authority_) {}

    /// @notice Sets the {IW3bstreamProject}. Called once, by the proxy's constructor.
    function initialize(address _projectStore) external initializer {
        __Governed_init();
        projectStore = _projectStore;
    }

    /* REGISTRATION */

    /// @inheritdoc IProjectRegistrar
    function register(ProjectId _projectId) external payable override {
        if (msg.value != registrationFee) revert RegistrarWrongFee(msg.value, registrationFee);
        IW3bstreamProject store = IW3bstreamProject(projectStore);
        if (!store.isManager(_projectId, msg.sender)) revert RegistrarNotManager(_projectId, msg.sender);
        store.bind(_projectId);
        emit ProjectRegistered(ProjectId.unwrap(_projectId));
    }

    /* GOVERNANCE */

    /// @inheritdoc IProjectRegistrar
    function setRegistrationFee(uint256 _fee) external override restricted {
        registrationFee = _fee;
        emit RegistrationFeeSet(_fee);
    }

    /// @inheritdoc IProjectRegistrar
    function withdrawFee(address payable _account, uint256 _amount) external override restricted {
        emit FeeWithdrawn(_account, _amount);
        (bool sent,) = _account.call{value: _amount}("");
        if (!sent) revert RegistrarTransferFailed(_account);
    }
}
