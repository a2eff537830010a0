// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {DimId} from "../types/Types.sol";
import {IDimAnchors} from "./interfaces/IDimAnchors.sol";
import {IDimRegistry} from "./interfaces/IDimRegistry.sol";

/// @title DimAnchors
contract DimAnchors is IDimAnchors {
    using Checkpoints for Checkpoints.Trace208;

    IDimRegistry private immutable _DIMS;

    mapping(DimId dim => Schedule) private _schedules;
    mapping(DimId dim => Anchor[]) private _anchors;

    /// @dev By time: how many anchors there were.
    mapping(DimId dim => Checkpoints.Trace208) private _counts;

    constructor(IDimRegistry dims) {
        _DIMS = dims;
    }

    /// @inheritdoc IDimAnchors
    function setSchedule(DimId dim, address anchorer, uint48 interval) external override {
        if (msg.sender != _DIMS.dimOf(dim).manager) revert DimAnchorsNotManager(dim, msg.sender);
        if (interval == 0) revert DimAnchorsZero();
        _schedules[dim] = Schedule(anchorer, interval);
        emit ScheduleSet(dim, anchorer, interval);
    }

    /// @inheritdoc IDimAnchors
    function anchor(DimId dim, bytes32 root) external override returns (uint256 index) {
        if (msg.sender != _schedules[dim].anchorer) revert DimAnchorsNotAnchorer(dim, msg.sender);
        if (root == 0) revert DimAnchorsZero();
        uint48 time = uint48(block.timestamp);
        if (!_DIMS.isAdmittedAt(dim, time)) revert DimAnchorsNotAdmitted(dim);
        index = _anchors[dim].length;
        // Else the history at this second would not be the one that was read in it.
        if (index != 0 && _anchors[dim][index - 1].time == time) revert DimAnchorsTooSoon(dim);
        _anchors[dim].push(Anchor(root, time));
        _counts[dim].push(time, uint208(index + 1));
        emit Anchored(dim, index, root);
    }

    /* VIEWS */

    /// @inheritdoc IDimAnchors
    function isLive(DimId dim) external view override returns (bool) {
        uint256 count = _anchors[dim].length;
        if (count == 0 || !_DIMS.isAdmittedAt(dim, uint48(block.timestamp))) return false;
        return block.timestamp <= uint256(_anchors[dim][count - 1].time) + _schedules[dim].interval;
    }

    /// @inheritdoc IDimAnchors
    function includes(DimId dim, uint256 index, bytes calldata value, bytes32[] calldata proof)
        external
        view
        override
        returns (bool)
    {
        bytes32 leaf = keccak256(bytes.concat(keccak256(value)));
        return MerkleProof.verifyCalldata(proof, anchorOf(dim, index).root, leaf);
    }

    /// @inheritdoc IDimAnchors
    function anchorOf(DimId dim, uint256 index) public view override returns (Anchor memory) {
        if (index >= _anchors[dim].length) revert DimAnchorsUnknown(dim, index);
        return _anchors[dim][index];
    }

    /// @inheritdoc IDimAnchors
    function anchorAt(DimId dim, uint48 time) external view override returns (Anchor memory) {
        uint256 count = _counts[dim].upperLookupRecent(time);
        return count == 0 ? Anchor(0, 0) : _anchors[dim][count - 1];
    }

    /// @inheritdoc IDimAnchors
    function anchors(DimId dim) external view override returns (uint256) {
        return _anchors[dim].length;
    }

    /// @inheritdoc IDimAnchors
    function scheduleOf(DimId dim) external view override returns (Schedule memory) {
        return _schedules[dim];
    }
}
