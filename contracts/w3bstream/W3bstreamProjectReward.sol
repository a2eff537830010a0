// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Governed} from "../governance/Governed.sol";
import {ProjectId} from "../types/Types.sol";
import {IW3bstreamProject} from "./interfaces/IW3bstreamProject.sol";
import {IW3bstreamProjectReward} from "./interfaces/IW3bstreamProjectReward.sol";

/// @title W3bstreamProjectReward
contract W3bstreamProjectReward is IW3bstreamProjectReward, Governed {
    /// @dev An amount means nothing without the token that it was agreed in.
    struct Reward {
        address token;
        uint256 amount;
    }

    /// @inheritdoc IW3bstreamProjectReward
    address public override project;

    /// @inheritdoc IW3bstreamProjectReward
    mapping(ProjectId projectId => address token) public override rewardToken;

    mapping(address owner => mapping(ProjectId projectId => Reward reward)) private _rewards;

    constructor(address authority_) Governed(authority_) {}

    /// @notice Sets the {IW3bstreamProject}. Called once, by the proxy's constructor.
    function initialize(address _project) external initializer {
        __Governed_init();
        if (_project == address(0)) revert ProjectRewardZeroAddress();
        project = _project;
    }

    /// @inheritdoc IW3bstreamProjectReward
    function setReward(ProjectId _id, uint256 _amount) external override {
        address token = rewardToken[_id];
        if (token == address(0)) revert ProjectRewardNoToken(_id);
        _rewards[msg.sender][_id] = Reward(token, _amount);
        emit RewardAmountSet(msg.sender, ProjectId.unwrap(_id), _amount);
    }

    /// @inheritdoc IW3bstreamProjectReward
    function setRewardToken(ProjectId _id, address _rewardToken) external override {
        if (_rewardToken == address(0)) revert ProjectRewardZeroAddress();
        if (!IW3bstreamProject(project).isManager(_id, msg.sender)) revert ProjectRewardNotManager(_id, msg.sender);
        rewardToken[_id] = _rewardToken;
        emit RewardTokenSet(ProjectId.unwrap(_id), _rewardToken);
    }

    /// @inheritdoc IW3bstreamProjectReward
    function rewardAmount(address owner, ProjectId id) external view override returns (uint256) {
        Reward storage reward = _rewards[owner][id];
        return reward.token == rewardToken[id] ? reward.amount : 0;
    }

    /// @inheritdoc IW3bstreamProjectReward
    function isPaused(ProjectId _projectId) external view override returns (bool) {
        return IW3bstreamProject(project).isPaused(_projectId);
    }
}
