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

    /// @dev 100 %, in basis points, and that of it.
    uint256 private constant _WHOLE = 10_000;
    uint256 private constant _WHOLE_SQUARED = 10_000 ** 2;

    IDimRegistry private immutable _DIMS;
    IValidatorRegistry private immutable _VALIDATORS;
    IAllocation private immutable _ALLOCATION;

    /// @inheritdoc ISlasher
    uint256 public override requests;

    mapping(uint256 requestId => Request) private _requests;
    mapping(bytes32 dimAndPool => Checkpoints.Trace208) private _taken;

    /// @dev What open requests ask for, by the epoch in which they lapse, and each by itself.
    mapping(bytes32 dimAndPool => mapping(uint48 epoch => uint256 amount)) private _pendingUntil;
    mapping(uint256 requestId => uint256 amount) private _pendingOf;

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
        uint256 amount = Math.min(offence.amount, _slashable(offence, terms));
        if (amount == 0) revert SlasherNothingSlashable();
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
        _pendingOf[requestId] = amount;
        _pendingUntil[_poolKey(offence)][Epochs.numberOf(request.executeUntil)] += amount;
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

        (uint256 standing, uint256 left) =
            offence.vault.standingThrough(offence.validator, offence.basket, time);
        Checkpoints.Trace208 storage taken = _taken[_poolKey(offence)];
        uint256 cap = Math.mulDiv(standing, share * terms.maximumSlash, _WHOLE_SQUARED);
        return Math.min(Math.saturatingSub(cap, taken.latest() - taken.upperLookupRecent(time)), left);
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
        _close(requestId, request);
        emit SlashVetoed(requestId, msg.sender);
    }

    function _requireRequested(uint256 requestId) private view returns (Request storage request) {
        request = _requests[requestId];
        if (request.status != Status.Requested) revert SlasherNotRequested(requestId, request.status);
    }

    function _close(uint256 requestId, Request storage request) private {
        _pendingUntil[_poolKey(request.offence)][Epochs.numberOf(request.executeUntil)] -= _pendingOf[requestId];
        delete _pendingOf[requestId];
    }

    /* EXECUTING */

    /// @inheritdoc ISlasher
    function executeSlash(uint256 requestId) external override returns (uint256 taken) {
        Request storage request = _requireRequested(requestId);
        (uint48 from, uint48 until) = (request.vetoUntil, request.executeUntil);
        if (block.timestamp < from || block.timestamp > until) revert SlasherNotExecutable(requestId, from, until);
        request.status = Status.Executed;
        _close(requestId, request);
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
    /// @dev Over {IAllocation.MAX_LINES} lines and the days of a veto and an execution window at most.
    function pendingIn(IVault vault, address validator, uint16 basket)
        public
        view
        override
        returns (uint256 amount)
    {
        IAllocation.Line[] memory lines = _ALLOCATION.linesOf(validator, basket);
        for (uint256 i; i < lines.length; ++i) {
            IDimRegistry.Terms memory terms = _DIMS.termsOf(lines[i].dim);
            bytes32 key = _poolKey(Offence(lines[i].dim, vault, validator, basket, 0, 0));
            uint48 last = Epochs.numberOf(uint48(block.timestamp) + terms.vetoWindow + terms.executionWindow);
            for (uint48 epoch = Epochs.current(); epoch <= last; ++epoch) amount += _pendingUntil[key][epoch];
        }
    }

    /// @inheritdoc ISlasher
    function freeCollateralOf(IVault vault, address staker, address validator, uint16 basket)
        external
        view
        override
        returns (uint256)
    {
        uint256 stake = vault.stakeOf(staker, validator, basket);
        uint256 all = vault.slashableNow(validator, basket);
        if (stake == 0 || all == 0) return 0;
        uint256 pending = Math.min(pendingIn(vault, validator, basket), all);
        uint256 bound = _WHOLE - _ALLOCATION.freeShareOf(validator, basket);
        return Math.saturatingSub(
            stake,
            Math.mulDiv(stake, pending, all, Math.Rounding.Ceil)
                + Math.mulDiv(stake, bound, _WHOLE, Math.Rounding.Ceil)
        );
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
