// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {EnumerableSet} from "@openzeppelin/contracts/utils/structs/EnumerableSet.sol";
import {Governed} from "../governance/Governed.sol";
import {DimId} from "../types/Types.sol";
import {IDimManagers} from "./interfaces/IDimManagers.sol";
import {IDimRegistry} from "./interfaces/IDimRegistry.sol";

/// @title DimRegistry
contract DimRegistry is IDimRegistry, IDimManagers, Governed {
    using SafeCast for uint256;
    using EnumerableSet for EnumerableSet.UintSet;

    /// @inheritdoc IDimRegistry
    /// @dev Bounds the gas of {setExitDelay}.
    uint256 public constant override MAX_DIMS = 64;

    /// @inheritdoc IDimRegistry
    uint48 public constant override MAX_EXIT_DELAY = 60 days;

    /// @dev 100 %, in basis points.
    uint16 private constant _WHOLE = 10_000;

    /// @inheritdoc IDimRegistry
    uint256 public override minimumBond;

    /// @inheritdoc IDimRegistry
    uint48 public override exitDelay;

    uint256 private _count;
    EnumerableSet.UintSet private _obliged;
    mapping(DimId dim => Dim) private _dims;
    mapping(DimId dim => Terms) private _terms;

    modifier onlyManager(DimId dim) {
        if (msg.sender != _dims[dim].manager) revert DimRegistryNotManager(dim, msg.sender);
        _;
    }

    constructor(address authority_) Governed(authority_) {}

    /// @notice Sets the least bond in wei and the exit delay in seconds. Called once, by the proxy's constructor.
    function initialize(uint256 minimumBond_, uint48 exitDelay_) external initializer {
        __Governed_init();
        _setMinimumBond(minimumBond_);
        _setExitDelay(exitDelay_);
    }

    /* PROPOSING */

    /// @inheritdoc IDimRegistry
    function propose(Terms calldata terms, string calldata metadataUri)
        external
        payable
        override
        returns (DimId dim)
    {
        if (msg.value < minimumBond) revert DimRegistryBondTooLow(msg.value, minimumBond);
        if (
            terms.enforcer == address(0) || terms.maximumSlash == 0 || terms.maximumSlash > _WHOLE
                || terms.evidenceAge == 0 || terms.executionWindow == 0 || terms.evidenceAge > MAX_EXIT_DELAY
                || terms.vetoWindow > MAX_EXIT_DELAY || terms.executionWindow > MAX_EXIT_DELAY
                || (terms.vetoWindow == 0) != (terms.resolver == address(0))
        ) revert DimRegistryBadTerms();
        dim = DimId.wrap(++_count);
        _terms[dim] = terms;
        _dims[dim] = Dim(msg.sender, Status.Proposed, 0, 0, msg.value.toUint128());
        emit DimProposed(dim, msg.sender, terms, metadataUri, msg.value);
    }

    /// @inheritdoc IDimRegistry
    function retract(DimId dim) external override onlyManager(dim) {
        _requireStatus(dim, Status.Proposed);
        _dims[dim].status = Status.Released;
        emit DimReleased(dim);
    }

    function _requireStatus(DimId dim, Status status) private view {
        if (_dims[dim].status != status) revert DimRegistryWrongStatus(dim, _dims[dim].status);
    }

    /// @inheritdoc IDimRegistry
    function admit(DimId dim) external override restricted {
        _requireStatus(dim, Status.Proposed);
        uint48 window = windowOf(dim);
        if (window >= exitDelay) revert DimRegistryWindowTooLong(window, exitDelay);
        if (_obliged.length() == MAX_DIMS) revert DimRegistryFull();
        _obliged.add(DimId.unwrap(dim));
        _dims[dim].status = Status.Admitted;
        _dims[dim].admittedAt = uint48(block.timestamp);
        emit DimAdmitted(dim);
    }

    /* LEAVING */

    /// @inheritdoc IDimRegistry
    function retire(DimId dim) external override onlyManager(dim) {
        _leave(dim);
    }

    /// @inheritdoc IDimRegistry
    function remove(DimId dim) external override restricted {
        _leave(dim);
    }

    function _leave(DimId dim) private {
        _requireStatus(dim, Status.Admitted);
        _dims[dim].status = Status.Leaving;
        _dims[dim].leftAt = uint48(block.timestamp);
        emit DimLeaving(dim, uint48(block.timestamp) + windowOf(dim));
    }

    /// @inheritdoc IDimRegistry
    function release(DimId dim) external override {
        _requireStatus(dim, Status.Leaving);
        uint48 obligedUntil = _dims[dim].leftAt + windowOf(dim);
        if (block.timestamp <= obligedUntil) revert DimRegistryObliged(dim, obligedUntil);
        _obliged.remove(DimId.unwrap(dim));
        _dims[dim].status = Status.Released;
        emit DimReleased(dim);
    }

    /// @inheritdoc IDimRegistry
    function withdrawBond(DimId dim, address recipient)
        external
        override
        onlyManager(dim)
        returns (uint256 bond)
    {
        _requireStatus(dim, Status.Released);
        if (recipient == address(0)) revert DimRegistryZeroAddress();
        bond = _dims[dim].bond;
        _dims[dim].bond = 0;
        emit DimBondWithdrawn(dim, recipient, bond);
        (bool sent,) = recipient.call{value: bond}("");
        if (!sent) revert DimRegistryTransferFailed(recipient);
    }

    /// @inheritdoc IDimRegistry
    function setManager(DimId dim, address manager) external override onlyManager(dim) {
        if (manager == address(0)) revert DimRegistryZeroAddress();
        _dims[dim].manager = manager;
        emit DimManagerSet(dim, manager);
    }

    /* GOVERNANCE */

    /// @inheritdoc IDimRegistry
    function setResolver(DimId dim, address resolver) external override restricted {
        if (_terms[dim].vetoWindow == 0 || resolver == address(0)) revert DimRegistryBadTerms();
        _terms[dim].resolver = resolver;
        emit DimResolverSet(dim, resolver);
    }

    /// @inheritdoc IDimRegistry
    function setMinimumBond(uint256 minimum) external override restricted {
        _setMinimumBond(minimum);
    }

    function _setMinimumBond(uint256 minimum) private {
        minimumBond = minimum;
        emit MinimumBondSet(minimum);
    }

    /// @inheritdoc IDimRegistry
    function setExitDelay(uint48 delay) external override restricted {
        _setExitDelay(delay);
    }

    function _setExitDelay(uint48 delay) private {
        if (delay > MAX_EXIT_DELAY) revert DimRegistryDelayTooLong(delay, MAX_EXIT_DELAY);
        uint48 window = longestWindow();
        if (window >= delay) revert DimRegistryWindowTooLong(window, delay);
        exitDelay = delay;
        emit ExitDelaySet(delay);
    }

    /* VIEWS */

    /// @inheritdoc IDimRegistry
    function longestWindow() public view override returns (uint48 longest) {
        uint256 length = _obliged.length();
        for (uint256 i; i < length; ++i) {
            uint48 window = windowOf(DimId.wrap(_obliged.at(i)));
            if (window > longest) longest = window;
        }
    }

    /// @inheritdoc IDimRegistry
    function windowOf(DimId dim) public view override returns (uint48) {
        Terms storage terms = _terms[dim];
        return terms.evidenceAge + terms.vetoWindow + terms.executionWindow;
    }

    /// @inheritdoc IDimRegistry
    function isAdmittedAt(DimId dim, uint48 time) external view override returns (bool) {
        Dim storage state = _dims[dim];
        return state.admittedAt != 0 && state.admittedAt <= time && (state.leftAt == 0 || time < state.leftAt);
    }

    /// @inheritdoc IDimRegistry
    function dimOf(DimId dim) external view override returns (Dim memory) {
        return _dims[dim];
    }

    /// @inheritdoc IDimManagers
    function managerOf(DimId dim) external view override returns (address) {
        return _dims[dim].manager;
    }

    /// @inheritdoc IDimRegistry
    function termsOf(DimId dim) external view override returns (Terms memory) {
        return _terms[dim];
    }
}
