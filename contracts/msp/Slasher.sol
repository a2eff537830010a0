// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {DimId} from "../types/Types.sol";
import {IAllocation} from "./interfaces/IAllocation.sol";
import {IDimRegistry} from "./interfaces/IDimRegistry.sol";
import {ISlasher} from "./interfaces/ISlasher.sol";
import {IValidatorRegistry} from "./interfaces/IValidatorRegistry.sol";
import {IVault} from "./interfaces/IVault.sol";
import {Epochs} from "./libraries/Epochs.sol";

/// @title Slasher
contract Slasher is ISlasher {
    using Checkpoints for Checkpoints.Trace208;
    using SafeCast for uint256;

    /// @dev 100 % of 100 %, in basis points.
    uint256 private constant _WHOLE_SQUARED = 10_000 ** 2;

    IDimRegistry private immutable _DIMS;
    IValidatorRegistry private immutable _VALIDATORS;
    IAllocation private immutable _ALLOCATION;

    /// @inheritdoc ISlasher
    uint256 public override requests;

    mapping(uint256 requestId => Request) private _requests;
    mapping(bytes32 dimAndPool => Checkpoints.Trace208) private _taken;

    constructor(IDimRegistry dims, IValidatorRegistry validators, IAllocation allocation) {
        _DIMS = dims;
        _VALIDATORS = validators;
        _ALLOCATION = allocation;
    }

    /* REQUESTING */

    /// @inheritdoc ISlasher
    function requestSlash(Offence calldata offence, bytes calldata evidence)
        external
        override
        returns (uint256 requestId)
    {
        IDimRegistry.Terms memory terms = _requireEnforcer(offence);
        if (Math.min(offence.amount, _slashable(offence, terms)) == 0) revert SlasherNothingSlashable();
        requestId = ++requests;
        uint48 vetoUntil = uint48(block.timestamp) + terms.vetoWindow;
        Request memory request = Request({
            offence: offence,
            resolver: terms.resolver,
            status: Status.Requested,
            vetoUntil: vetoUntil,
            executeUntil: vetoUntil + terms.executionWindow,
            evidenceHash: keccak256(evidence)
        });
        _requests[requestId] = request;
        emit SlashRequested(requestId, offence.dim, offence.validator, request, evidence);
    }

    function _requireEnforcer(Offence calldata offence) private view returns (IDimRegistry.Terms memory terms) {
        terms = _DIMS.termsOf(offence.dim);
        if (msg.sender != terms.enforcer) revert SlasherNotEnforcer(offence.dim, msg.sender);
        uint256 time = offence.captureTime;
        if (time >= block.timestamp || time + terms.evidenceAge < block.timestamp) {
            revert SlasherBadCaptureTime(offence.captureTime);
        }
    }

    /// @dev See docs/adr/0050. Each term only falls: what stood then and left, and what was slashed since, only grow.
    function _slashable(Offence memory offence, IDimRegistry.Terms memory terms) private view returns (uint256) {
        uint48 time = offence.captureTime;
        uint256 window = uint256(terms.evidenceAge) + terms.vetoWindow + terms.executionWindow;
        if (
            time >= block.timestamp || block.timestamp > time + window || !_DIMS.isAdmittedAt(offence.dim, time)
                || !_VALIDATORS.servesAt(offence.validator, offence.dim, time)
        ) return 0;
        uint256 share = _ALLOCATION.shareOf(offence.validator, offence.basket, offence.dim);
        if (share == 0) return 0;

        (uint256 before, uint256 lostSinceBefore) =
            offence.vault.standingAt(offence.validator, offence.basket, Epochs.eveOf(time));
        (uint256 then, uint256 lostSinceThen) = offence.vault.standingAt(offence.validator, offence.basket, time);
        Checkpoints.Trace208 storage taken = _taken[_poolKey(offence)];
        uint256 cap = Math.mulDiv(Math.min(before, then), share * terms.maximumSlash, _WHOLE_SQUARED);
        cap = Math.saturatingSub(cap, taken.latest() - taken.upperLookupRecent(time));
        return Math.min(
            cap,
            Math.min(Math.saturatingSub(before, lostSinceBefore), Math.saturatingSub(then, lostSinceThen))
        );
    }

    function _poolKey(Offence memory offence) private pure returns (bytes32) {
        return keccak256(abi.encode(offence.dim, offence.vault, offence.validator, offence.basket));
    }

    /* VETOING */

    /// @inheritdoc ISlasher
    function vetoSlash(uint256 requestId) external override {
        Request storage request = _requireRequested(requestId);
        if (msg.sender != request.resolver) revert SlasherNotResolver(requestId, msg.sender);
        if (block.timestamp >= request.vetoUntil) revert SlasherVetoEnded(requestId, request.vetoUntil);
        request.status = Status.Vetoed;
        emit SlashVetoed(requestId, msg.sender);
    }

    function _requireRequested(uint256 requestId) private view returns (Request storage request) {
        request = _requests[requestId];
        if (request.status != Status.Requested) revert SlasherNotRequested(requestId, request.status);
    }

    /* EXECUTING */

    /// @inheritdoc ISlasher
    function executeSlash(uint256 requestId) external override returns (uint256 taken) {
        Request storage request = _requireRequested(requestId);
        (uint48 from, uint48 until) = (request.vetoUntil, request.executeUntil);
        if (block.timestamp < from || block.timestamp > until) revert SlasherNotExecutable(requestId, from, until);
        request.status = Status.Executed;
        Offence memory offence = request.offence;
        taken = _execute(offence, _DIMS.termsOf(offence.dim));
        emit SlashExecuted(requestId, offence.dim, offence.validator, offence, taken, "");
    }

    /// @inheritdoc ISlasher
    function slash(Offence calldata offence, bytes calldata evidence) external override returns (uint256 taken) {
        IDimRegistry.Terms memory terms = _requireEnforcer(offence);
        if (terms.vetoWindow != 0) revert SlasherVetoable(offence.dim);
        taken = _execute(offence, terms);
        emit SlashExecuted(0, offence.dim, offence.validator, offence, taken, evidence);
    }

    /// @dev Counted before the vault is called. The vault takes it all: what is slashable is in the pool.
    function _execute(Offence memory offence, IDimRegistry.Terms memory terms) private returns (uint256 amount) {
        amount = Math.min(offence.amount, _slashable(offence, terms));
        if (amount == 0) return 0;
        Checkpoints.Trace208 storage taken = _taken[_poolKey(offence)];
        taken.push(uint48(block.timestamp), (taken.latest() + amount).toUint208());
        offence.vault.slash(offence.validator, offence.basket, amount, terms.beneficiary);
    }

    /* VIEWS */

    /// @inheritdoc ISlasher
    function slashableAt(DimId dim, IVault vault, address validator, uint16 basket, uint48 captureTime)
        external
        view
        override
        returns (uint256)
    {
        return _slashable(Offence(dim, vault, validator, basket, captureTime, 0), _DIMS.termsOf(dim));
    }

    /// @inheritdoc ISlasher
    function requestOf(uint256 requestId) external view override returns (Request memory) {
        return _requests[requestId];
    }

    /// @inheritdoc ISlasher
    function takenAt(DimId dim, IVault vault, address validator, uint16 basket, uint48 time)
        external
        view
        override
        returns (uint256)
    {
        return _taken[_poolKey(Offence(dim, vault, validator, basket, 0, 0))].upperLookupRecent(time);
    }
}
