// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {Governed} from "../governance/Governed.sol";
import {DimId} from "../types/Types.sol";
import {IAnchors} from "./interfaces/IAnchors.sol";
import {IDimManagers} from "./interfaces/IDimManagers.sol";

/// @title Anchors
contract Anchors is IAnchors, Governed {
    /// @inheritdoc IAnchors
    uint48 public constant override MAX_INTERVAL = 30 days;

    /// @inheritdoc IAnchors
    IDimManagers public immutable override MODULES;

    mapping(DimId module => Terms terms) private _terms;
    mapping(DimId module => Anchor[] anchors) private _anchors;

    constructor(address authority_, IDimManagers modules) Governed(authority_) {
        MODULES = modules;
    }

    /// @notice Called once, by the proxy's constructor.
    function initialize() external initializer {
        __Governed_init();
    }

    /* TERMS */

    modifier onlyOwnerOf(DimId module) {
        if (msg.sender != MODULES.managerOf(module)) revert AnchorsNotOwner(module, msg.sender);
        _;
    }

    /// @inheritdoc IAnchors
    function setTerms(DimId module, uint48 interval, address anchorer) external override onlyOwnerOf(module) {
        if (interval == 0 || interval > MAX_INTERVAL) revert AnchorsIntervalOutOfRange(interval, MAX_INTERVAL);
        _terms[module] = Terms({interval: interval, anchorer: anchorer});
        emit TermsSet(DimId.unwrap(module), interval, anchorer);
    }

    /// @inheritdoc IAnchors
    function close(DimId module) external override onlyOwnerOf(module) {
        if (_terms[module].interval == 0) revert AnchorsNotOpen(module);
        delete _terms[module];
        emit ModuleClosed(DimId.unwrap(module));
    }

    /* ANCHORING */

    /// @inheritdoc IAnchors
    function anchor(DimId module, uint64 position, bytes32 root) external override returns (uint256 index) {
        Terms memory terms = _terms[module];
        if (terms.interval == 0) revert AnchorsNotOpen(module);
        if (msg.sender != terms.anchorer && msg.sender != MODULES.managerOf(module)) {
            revert AnchorsNotAnchorer(module, msg.sender);
        }
        if (root == 0) revert AnchorsZeroRoot();
        Anchor[] storage anchors = _anchors[module];
        index = anchors.length;
        if (index != 0 && position <= anchors[index - 1].position) {
            revert AnchorsPositionNotAbove(module, position, anchors[index - 1].position);
        }
        uint48 present = uint48(block.timestamp);
        uint48 expiry = present + terms.interval;
        anchors.push(Anchor({root: root, position: position, timestamp: present, expiry: expiry}));
        emit Anchored(DimId.unwrap(module), index, position, root, expiry);
    }

    /* LIVENESS */

    /// @inheritdoc IAnchors
    function isLive(DimId module) external view override returns (bool) {
        return _terms[module].interval != 0 && wasLive(module, uint48(block.timestamp));
    }

    /// @inheritdoc IAnchors
    function wasLive(DimId module, uint48 timestamp) public view override returns (bool) {
        uint256 count = _countUntil(module, timestamp);
        return count != 0 && timestamp <= _anchors[module][count - 1].expiry;
    }

    /// @dev How many anchors of `module` there were at `timestamp`.
    function _countUntil(DimId module, uint48 timestamp) private view returns (uint256 low) {
        Anchor[] storage anchors = _anchors[module];
        uint256 high = anchors.length;
        // The present is asked for most.
        if (high != 0 && anchors[high - 1].timestamp <= timestamp) return high;
        while (low < high) {
            uint256 middle = (low + high) / 2;
            if (anchors[middle].timestamp > timestamp) high = middle;
            else low = middle + 1;
        }
    }

    /* HISTORY */

    /// @inheritdoc IAnchors
    function termsOf(DimId module) external view override returns (Terms memory) {
        return _terms[module];
    }

    /// @inheritdoc IAnchors
    function countOf(DimId module) external view override returns (uint256) {
        return _anchors[module].length;
    }

    /// @inheritdoc IAnchors
    function anchorOf(DimId module, uint256 index) public view override returns (Anchor memory) {
        if (index >= _anchors[module].length) revert AnchorsUnknown(module, index);
        return _anchors[module][index];
    }

    /// @inheritdoc IAnchors
    function anchorAt(DimId module, uint48 timestamp)
        external
        view
        override
        returns (uint256 index, Anchor memory anchor_)
    {
        uint256 count = _countUntil(module, timestamp);
        if (count == 0) revert AnchorsUnknown(module, 0);
        index = count - 1;
        anchor_ = _anchors[module][index];
    }

    /// @inheritdoc IAnchors
    function includes(DimId module, uint256 index, bytes32 entryHash, bytes32[] calldata proof)
        external
        view
        override
        returns (bool)
    {
        bytes32 leaf = keccak256(bytes.concat(entryHash));
        return MerkleProof.verifyCalldata(proof, anchorOf(module, index).root, leaf);
    }
}
