// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ProjectId, TaskId} from "../../../contracts/types/Types.sol";
import {IIdentityRegistry, IIdentityToken} from "../../../contracts/w3bstream/interfaces/IIdentity.sol";
import {IW3bstreamDapp} from "../../../contracts/w3bstream/interfaces/IW3bstreamDapp.sol";
import {ReadingBatch} from "../../../contracts/w3bstream/libraries/ReadingBatch.sol";
import {RewardToken} from "./RewardToken.sol";
import {IDeviceRewards} from "./interfaces/IDeviceRewards.sol";

/// @title DeviceRewards
contract DeviceRewards is IDeviceRewards {
    /// @param spent How much of a full bucket was missing at `updated`, in sixtieths of a reading: no fraction is lost
    /// between whole seconds. A device never seen has a full bucket.
    struct Bucket {
        uint64 spent;
        uint48 updated;
    }

    /// @dev A rate in readings a minute fills this many units of a reading a second, times the rate.
    uint256 private constant _UNIT = 60;

    address private immutable _ROUTER;
    IIdentityRegistry private immutable _IOID_REGISTRY;
    IIdentityToken private immutable _IOID;
    RewardToken private immutable _TOKEN;
    ProjectId private immutable _PROJECT_ID;
    uint96 private immutable _REWARD_PER_READING;
    uint32 private immutable _READINGS_PER_MINUTE;
    uint32 private immutable _BURST;

    mapping(address device => Bucket bucket) private _buckets;

    constructor(
        address router_,
        address ioIDRegistry,
        address ioID,
        string memory tokenName,
        string memory tokenSymbol,
        Terms memory terms_
    ) {
        if (router_ == address(0) || ioIDRegistry == address(0) || ioID == address(0)) {
            revert DeviceRewardsZeroAddress();
        }
        if (terms_.rewardPerReading == 0 || terms_.readingsPerMinute == 0 || terms_.burst == 0) {
            revert DeviceRewardsEmptyTerms();
        }
        _ROUTER = router_;
        _IOID_REGISTRY = IIdentityRegistry(ioIDRegistry);
        _IOID = IIdentityToken(ioID);
        _TOKEN = new RewardToken(tokenName, tokenSymbol);
        _PROJECT_ID = terms_.projectId;
        _REWARD_PER_READING = terms_.rewardPerReading;
        _READINGS_PER_MINUTE = terms_.readingsPerMinute;
        _BURST = terms_.burst;
    }

    /* PROCESSING */

    /// @inheritdoc IW3bstreamDapp
    function process(ProjectId projectId, TaskId taskId, address, uint256[] calldata signals) external override {
        if (msg.sender != _ROUTER) revert DeviceRewardsNotRouter(msg.sender);
        if (projectId != _PROJECT_ID) revert DeviceRewardsWrongProject(projectId);
        ReadingBatch.DeviceAggregate[] memory aggregates = ReadingBatch.decode(signals);
        for (uint256 i; i < aggregates.length; ++i) _reward(taskId, aggregates[i].device, aggregates[i].count);
    }

    function _reward(TaskId taskId, address device, uint256 readings) private {
        if (
            !_IOID_REGISTRY.exists(device) || _IOID.deviceProject(device) != ProjectId.unwrap(_PROJECT_ID)
        ) {
            emit DeviceSkipped(device, taskId, readings);
            return;
        }
        uint256 rewarded = _spend(device, readings);
        uint256 amount = rewarded * _REWARD_PER_READING;
        (address account,) = _IOID.wallet(_IOID_REGISTRY.deviceTokenId(device));
        _TOKEN.mint(account, amount);
        emit DeviceRewarded(device, account, taskId, rewarded, readings - rewarded, amount);
    }

    /// @dev Takes up to `readings` whole readings out of the bucket of `device`. Rounds down.
    function _spend(address device, uint256 readings) private returns (uint256 rewarded) {
        uint256 spent = _spentOf(device);
        uint256 available = (_capacity() - spent) / _UNIT;
        rewarded = readings < available ? readings : available;
        // At most the capacity, which fits: a uint32 times 60.
        _buckets[device] = Bucket(uint64(spent + rewarded * _UNIT), uint48(block.timestamp));
    }

    /// @dev What is missing of a full bucket now.
    function _spentOf(address device) private view returns (uint256) {
        Bucket storage bucket = _buckets[device];
        uint256 filled = (block.timestamp - bucket.updated) * _READINGS_PER_MINUTE;
        return bucket.spent > filled ? bucket.spent - filled : 0;
    }

    function _capacity() private view returns (uint256) {
        return uint256(_BURST) * _UNIT;
    }

    /* VIEWS */

    /// @inheritdoc IDeviceRewards
    function allowanceOf(address device) external view override returns (uint256) {
        return (_capacity() - _spentOf(device)) / _UNIT;
    }

    /// @inheritdoc IDeviceRewards
    function terms() external view override returns (Terms memory) {
        return Terms(_PROJECT_ID, _REWARD_PER_READING, _READINGS_PER_MINUTE, _BURST);
    }

    /// @inheritdoc IDeviceRewards
    function token() external view override returns (address) {
        return address(_TOKEN);
    }

    /// @inheritdoc IDeviceRewards
    function router() external view override returns (address) {
        return _ROUTER;
    }
}
