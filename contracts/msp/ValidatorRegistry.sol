// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {Governed} from "../governance/Governed.sol";
import {DimId} from "../types/Types.sol";
import {IIdentityRegistry} from "../w3bstream/interfaces/IIdentity.sol";
import {IDimRegistry} from "./interfaces/IDimRegistry.sol";
import {IValidatorRegistry} from "./interfaces/IValidatorRegistry.sol";
import {Epochs} from "./libraries/Epochs.sol";
import {Spans} from "./libraries/Spans.sol";

/// @title ValidatorRegistry
contract ValidatorRegistry is IValidatorRegistry, Governed {
    using Checkpoints for Checkpoints.Trace208;
    using Spans for Checkpoints.Trace208;

    /// @dev 100 %, in basis points.
    uint16 private constant _WHOLE = 10_000;

    IDimRegistry private immutable _DIMS;
    IIdentityRegistry private immutable _IOIDS;

    /// @inheritdoc IValidatorRegistry
    mapping(address validator => bool registered) public override isRegistered;

    /// @inheritdoc IValidatorRegistry
    mapping(address validator => uint256 tokenId) public override ioIDOf;

    mapping(address validator => Checkpoints.Trace208) private _commissions;
    mapping(address validator => mapping(DimId dim => Checkpoints.Trace208)) private _opted;
    mapping(address validator => mapping(DimId dim => Checkpoints.Trace208)) private _accepted;

    modifier onlyRegistered() {
        if (!isRegistered[msg.sender]) revert ValidatorRegistryNotRegistered(msg.sender);
        _;
    }

    constructor(address authority_, IDimRegistry dims, IIdentityRegistry ioIDs) Governed(authority_) {
        _DIMS = dims;
        _IOIDS = ioIDs;
    }

    /// @notice Called once, by the proxy's constructor.
    function initialize() external initializer {
        __Governed_init();
    }

    /* VALIDATORS */

    /// @inheritdoc IValidatorRegistry
    function register(uint256 tokenId, uint16 commission) external override {
        if (isRegistered[msg.sender]) revert ValidatorRegistryAlreadyRegistered(msg.sender);
        if (tokenId != 0 && (!_IOIDS.exists(msg.sender) || _IOIDS.deviceTokenId(msg.sender) != tokenId)) {
            revert ValidatorRegistryNotItsIoID(msg.sender, tokenId);
        }
        isRegistered[msg.sender] = true;
        ioIDOf[msg.sender] = tokenId;
        emit ValidatorRegistered(msg.sender, tokenId);
        _setCommission(commission);
    }

    /// @inheritdoc IValidatorRegistry
    function setCommission(uint16 commission) external override onlyRegistered {
        _setCommission(commission);
    }

    function _setCommission(uint16 commission) private {
        if (commission > _WHOLE) revert ValidatorRegistryCommissionTooHigh(commission);
        uint48 time = Epochs.next();
        _commissions[msg.sender].push(time, commission);
        emit CommissionSet(msg.sender, commission, time);
    }

    /* AGREEING */

    /// @inheritdoc IValidatorRegistry
    function opt(DimId dim, bool in_) external override onlyRegistered {
        uint48 time = Epochs.next();
        _opted[msg.sender][dim].push(time, in_ ? 1 : 0);
        emit ValidatorOpted(msg.sender, dim, in_, time);
    }

    /// @inheritdoc IValidatorRegistry
    function accept(DimId dim, address validator, bool accepted) external override {
        if (msg.sender != _DIMS.dimOf(dim).manager) revert ValidatorRegistryNotManager(dim, msg.sender);
        if (!isRegistered[validator]) revert ValidatorRegistryNotRegistered(validator);
        uint48 time = Epochs.next();
        _accepted[validator][dim].push(time, accepted ? 1 : 0);
        emit ValidatorAccepted(validator, dim, accepted, time);
    }

    /* VIEWS */

    /// @inheritdoc IValidatorRegistry
    function commissionAt(address validator, uint48 time) external view override returns (uint16) {
        return uint16(_commissions[validator].upperLookupRecent(time));
    }

    /// @inheritdoc IValidatorRegistry
    function servesAt(address validator, DimId dim, uint48 time) external view override returns (bool) {
        return _opted[validator][dim].upperLookupRecent(time) == 1
            && _accepted[validator][dim].upperLookupRecent(time) == 1;
    }

    /// @inheritdoc IValidatorRegistry
    function commissionSpan(address validator, uint48 time)
        external
        view
        override
        returns (uint16 commission, uint48 until)
    {
        (uint208 value, uint48 end) = _commissions[validator].spanAt(time);
        return (uint16(value), end);
    }

    /// @inheritdoc IValidatorRegistry
    function servingSpan(address validator, DimId dim, uint48 time)
        external
        view
        override
        returns (bool serves, uint48 until)
    {
        (uint208 opted, uint48 optedUntil) = _opted[validator][dim].spanAt(time);
        (uint208 accepted, uint48 acceptedUntil) = _accepted[validator][dim].spanAt(time);
        return (opted == 1 && accepted == 1, optedUntil < acceptedUntil ? optedUntil : acceptedUntil);
    }
}
