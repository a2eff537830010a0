// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Governed} from "../governance/Governed.sol";
import {ProjectId} from "../types/Types.sol";
import {Refunds} from "./Refunds.sol";
import {IIoIDPrice} from "./interfaces/IIoIDPrice.sol";
import {IIoIDStore} from "./interfaces/IIoIDStore.sol";
import {IProject} from "./interfaces/IProject.sol";
import {PriceCurve} from "./libraries/PriceCurve.sol";

/// @title IoIDStore
/// @notice See {IIoIDStore} and {IIoIDPrice}.
contract IoIDStore is IIoIDStore, IIoIDPrice, Refunds, Governed {
    using PriceCurve for CurvePoint[];

    uint8 private constant _HARDWARE = 0;
    ProjectId private constant _NO_PROJECT = ProjectId.wrap(0);

    /// @dev No one has its key.
    address private constant _BURN = address(0);
    uint256 private constant _ALL = 10_000;

    uint32 private constant _DEFAULT_EPOCH = 1 days;
    uint32 private constant _SHORTEST_EPOCH = 1 hours;

    /// @dev IIP-41: a quarter is burnt, the rest is the DAO's.
    uint16 private constant _DEFAULT_BURN_SHARE = 2500;

    /// @dev What holds until `endsAt`, and how many devices were ever registered. One slot.
    struct Epoch {
        uint128 price;
        uint64 devices;
        uint48 endsAt;
        uint16 burnShare;
    }

    struct Binding {
        uint64 projectId;
        bool isVirtual;
    }

    struct Amounts {
        uint64 applied;
        uint64 activated;
    }

    struct Ledger {
        uint128 burnt;
        uint128 toDao;
    }

    /// @inheritdoc IIoIDStore
    address public project;

    /// @inheritdoc IIoIDStore
    address public ioIDRegistry;

    /// @dev What counts from the next epoch on.
    uint32 private _nextLength;
    uint16 private _nextBurnShare;

    /// @inheritdoc IIoIDStore
    address public feeReceiver;

    Epoch private _epoch;
    CurvePoint[] private _curve;
    Ledger private _ledger;
    uint256 private _held;

    /// @inheritdoc IIoIDStore
    mapping(ProjectId projectId => address deviceContract) public projectDeviceContract;

    /// @dev A project's type is for good.
    mapping(address deviceContract => Binding binding) private _bindings;

    mapping(ProjectId projectId => Amounts amounts) private _amounts;

    constructor(address initialAuthority) Governed(initialAuthority) {}

    /// @param _price Price of one ioID, in wei, until governance sets a curve.
    function initialize(address _project, uint256 _price) external initializer {
        if (_project == address(0)) revert IoIDStoreZeroAddress();
        __Governed_init();
        project = _project;
        _nextLength = _DEFAULT_EPOCH;
        _nextBurnShare = _DEFAULT_BURN_SHARE;
        uint128 flat = SafeCast.toUint128(_price);
        _curve.push(CurvePoint({devices: 0, price: flat}));
        _epoch = Epoch({
            price: flat,
            devices: 0,
            endsAt: uint48(block.timestamp) + _DEFAULT_EPOCH,
            burnShare: _DEFAULT_BURN_SHARE
        });
        emit Initialize(_project, _price);
    }

    /* GOVERNANCE */

    /// @inheritdoc IIoIDStore
    function changePrice(uint256 _price) external restricted {
        CurvePoint[] memory points = new CurvePoint[](1);
        points[0] = CurvePoint({devices: 0, price: SafeCast.toUint128(_price)});
        _setCurve(points);
    }

    /// @inheritdoc IIoIDPrice
    function setCurve(CurvePoint[] calldata points) external restricted {
        _setCurve(points);
    }

    function _setCurve(CurvePoint[] memory points) private {
        if (!PriceCurve.isValid(points)) revert IoIDStoreInvalidCurve();
        _enterEpoch();
        delete _curve;
        for (uint256 i = 0; i < points.length; ++i) {
            _curve.push(points[i]);
        }
        emit CurveSet(points);
    }

    /// @inheritdoc IIoIDPrice
    function setEpochLength(uint32 lengthSeconds) external restricted {
        if (lengthSeconds < _SHORTEST_EPOCH) revert IoIDStoreEpochTooShort(lengthSeconds);
        _enterEpoch();
        _nextLength = lengthSeconds;
        emit EpochLengthSet(lengthSeconds);
    }

    /// @inheritdoc IIoIDPrice
    function setBurnShare(uint16 basisPoints) external restricted {
        if (basisPoints > _ALL) revert IoIDStoreShareTooHigh(basisPoints);
        _enterEpoch();
        _nextBurnShare = basisPoints;
        emit BurnShareSet(basisPoints);
    }

    /// @dev Stores the epoch that has begun before what it began with changes.
    function _enterEpoch() private {
        Epoch memory current = _currentEpoch();
        if (current.price != _epoch.price) emit ChangePrice(current.price);
        _epoch = current;
    }

    /// @inheritdoc IIoIDStore
    function changeFeeReceiver(address _feeReceiver) external restricted {
        if (_feeReceiver == address(0)) revert IoIDStoreZeroAddress();
        feeReceiver = _feeReceiver;
        emit ChangeFeeReceiver(_feeReceiver);
    }

    /// @inheritdoc IIoIDStore
    function setIoIDRegistry(address _ioIDRegistry) external restricted {
        if (_ioIDRegistry == address(0)) revert IoIDStoreZeroAddress();
        ioIDRegistry = _ioIDRegistry;
        emit SetIoIDRegistry(_ioIDRegistry);
    }

    /// @inheritdoc IIoIDStore
    function changeDeviceContract(ProjectId _projectId, address _contract) external restricted {
        _ownerOfProject(_projectId);
        delete _bindings[projectDeviceContract[_projectId]];
        _setDeviceContract(_projectId, _contract);
    }

    /// @inheritdoc IIoIDStore
    function withdraw(address[] calldata _recipicents, uint256[] calldata _amountsWei) external restricted {
        if (_recipicents.length != _amountsWei.length) {
            revert IoIDStoreLengthMismatch(_recipicents.length, _amountsWei.length);
        }
        for (uint256 i = 0; i < _recipicents.length; ++i) {
            uint256 amount = _amountsWei[i];
            if (amount > _held) revert IoIDStoreHoldsTooLittle(amount, _held);
            _held -= amount;
            // The ledger's sum is below all the wei there are.
            _ledger.toDao += uint128(amount);
            if (!LowLevelCall.callNoReturn(_recipicents[i], amount, "")) {
                revert IoIDStoreTransferFailed(_recipicents[i], amount);
            }
        }
    }

    /* PROJECTS */

    /// @inheritdoc IIoIDStore
    function applyIoIDs(ProjectId _projectId, uint256 _amount) external payable {
        _apply(_projectId, _amount, type(uint256).max, msg.sender);
    }

    /// @inheritdoc IIoIDPrice
    function buyIoIDs(ProjectId projectId, uint256 amount, uint256 maximum, address payer) external payable {
        _apply(projectId, amount, maximum, payer);
    }

    function _apply(ProjectId projectId, uint256 amount, uint256 maximum, address payer) private {
        if (!_isHardware(projectId)) revert IoIDStoreNotHardware(projectId);
        _enterEpoch();
        uint256 fee = amount * _epoch.price;
        if (fee > maximum) revert IoIDStoreFeeTooHigh(fee, maximum);
        _amounts[projectId].applied += SafeCast.toUint64(amount);
        emit ApplyIoIDs(ProjectId.unwrap(projectId), amount);
        _pay(fee, _epoch.burnShare, payer);
    }

    /// @inheritdoc IIoIDStore
    function setDeviceContract(ProjectId _projectId, address _contract) external {
        if (_contract == address(0)) revert IoIDStoreZeroAddress();
        if (msg.sender != _ownerOfProject(_projectId)) revert IoIDStoreNotProjectOwner(_projectId, msg.sender);
        address former = projectDeviceContract[_projectId];
        if (former != address(0)) revert IoIDStoreProjectHasContract(_projectId, former);
        _setDeviceContract(_projectId, _contract);
    }

    /// @dev The zero contract is never looked up as a device contract, so it is no one's. Project ids are counted from 1
    /// up: 64 bits hold them.
    function _setDeviceContract(ProjectId projectId, address deviceContract) private {
        if (deviceContract != address(0)) {
            ProjectId holder = deviceContractProject(deviceContract);
            if (holder != _NO_PROJECT) revert IoIDStoreContractTaken(deviceContract, holder);
            _bindings[deviceContract] =
                Binding({projectId: uint64(ProjectId.unwrap(projectId)), isVirtual: !_isHardware(projectId)});
        }
        projectDeviceContract[projectId] = deviceContract;
        emit SetDeviceContract(ProjectId.unwrap(projectId), deviceContract);
    }

    /* REGISTRATION */

    modifier onlyRegistry() {
        if (msg.sender != ioIDRegistry) revert IoIDStoreNotRegistry(msg.sender);
        _;
    }

    /// @inheritdoc IIoIDStore
    function activeIoID(ProjectId _projectId) external payable onlyRegistry {
        _activate(_projectId, !_isHardware(_projectId), 1, msg.sender);
    }

    /// @inheritdoc IIoIDStore
    function activate(address deviceContract, uint256 amount, address payer)
        external
        payable
        onlyRegistry
        returns (ProjectId projectId)
    {
        Binding memory binding = _bindings[deviceContract];
        if (binding.projectId == 0) revert IoIDStoreUnknownContract(deviceContract);
        projectId = ProjectId.wrap(binding.projectId);
        _activate(projectId, binding.isVirtual, amount, payer);
    }

    /// @dev Applied ioIDs are at least the activated: what is taken away below cannot wrap.
    function _activate(ProjectId projectId, bool isVirtual, uint256 amount, address payer) private {
        Epoch memory current = _currentEpoch();
        if (current.price != _epoch.price) emit ChangePrice(current.price);
        uint64 count = SafeCast.toUint64(amount);
        current.devices += count;
        _epoch = current;

        Amounts memory amounts = _amounts[projectId];
        if (isVirtual) amounts.applied += count;
        else if (count > amounts.applied - amounts.activated) revert IoIDStoreNoneLeft(projectId);
        amounts.activated += count;
        _amounts[projectId] = amounts;
        for (uint256 i = 0; i < amount; ++i) {
            emit ActiveIoID(ProjectId.unwrap(projectId));
        }
        _pay(isVirtual ? amount * current.price : 0, current.burnShare, payer);
    }

    /* MONEY */

    /// @dev Burns, sends and gives back exactly what came in. The DAO is the only callee, and governance chose it; a share
    /// that it refuses, or for which it is given too little gas, stays here for `withdraw`.
    function _pay(uint256 fee, uint256 share, address payer) private {
        if (msg.value < fee) revert IoIDStoreFeeTooLow(msg.value, fee);
        if (fee != 0) {
            uint256 burnt = (fee * share) / _ALL;
            uint256 toDao = fee - burnt;
            emit Paid(payer, burnt, toDao);
            // Both sums are below all the wei there are. They are read after the calls, which may pay here too.
            _ledger.burnt += uint128(burnt);
            _send(_BURN, burnt);
            if (_forward(toDao)) _ledger.toDao += uint128(toDao);
            else _held += toDao;
        }
        _refund(payer, msg.value - fee);
    }

    function _forward(uint256 amount) private returns (bool) {
        address receiver = feeReceiver;
        return receiver != address(0) && LowLevelCall.callNoReturn(receiver, amount, "");
    }

    /* VIEWS */

    /// @inheritdoc IIoIDStore
    function price() external view returns (uint256) {
        return _currentEpoch().price;
    }

    /// @inheritdoc IIoIDPrice
    function quote(uint256 amount) external view returns (uint256 fee, uint256 burnt, uint256 toDao) {
        Epoch memory current = _currentEpoch();
        fee = amount * current.price;
        burnt = (fee * current.burnShare) / _ALL;
        toDao = fee - burnt;
    }

    /// @inheritdoc IIoIDPrice
    function priceAt(uint256 devices) external view returns (uint256) {
        return _curve.priceAt(devices);
    }

    /// @inheritdoc IIoIDPrice
    function epoch() external view returns (uint256 endsAt, uint256 devices) {
        Epoch memory current = _currentEpoch();
        return (current.endsAt, current.devices);
    }

    /// @dev An epoch that has begun is not stored until something changes; until then its price is what it would be stored
    /// with, as nothing that it depends on changes either.
    function _currentEpoch() private view returns (Epoch memory current) {
        current = _epoch;
        if (block.timestamp < current.endsAt) return current;
        uint256 length = _nextLength;
        current.endsAt = uint48(block.timestamp + length - (block.timestamp - current.endsAt) % length);
        current.price = uint128(_curve.priceAt(current.devices));
        current.burnShare = _nextBurnShare;
    }

    /// @inheritdoc IIoIDPrice
    function curve() external view returns (CurvePoint[] memory) {
        return _curve;
    }

    /// @inheritdoc IIoIDPrice
    function burnShare() external view returns (uint256) {
        return _currentEpoch().burnShare;
    }

    /// @inheritdoc IIoIDPrice
    function ledger() external view returns (uint256 burnt, uint256 toDao, uint256 held) {
        return (_ledger.burnt, _ledger.toDao, _held);
    }

    /// @inheritdoc IIoIDStore
    function activationFee(ProjectId projectId) external view returns (uint256) {
        return _isHardware(projectId) ? 0 : _currentEpoch().price;
    }

    /// @inheritdoc IIoIDStore
    function deviceContractProject(address deviceContract) public view returns (ProjectId) {
        return ProjectId.wrap(_bindings[deviceContract].projectId);
    }

    /// @inheritdoc IIoIDStore
    function projectAppliedAmount(ProjectId projectId) external view returns (uint256) {
        return _amounts[projectId].applied;
    }

    /// @inheritdoc IIoIDStore
    function projectActivedAmount(ProjectId projectId) external view returns (uint256) {
        return _amounts[projectId].activated;
    }

    /// @dev Reverts with ERC721NonexistentToken where there is no such project.
    function _isHardware(ProjectId projectId) private view returns (bool) {
        return IProject(project).projectType(projectId) == _HARDWARE;
    }

    /// @dev Reverts with ERC721NonexistentToken where there is no such project.
    function _ownerOfProject(ProjectId projectId) private view returns (address) {
        return IProject(project).ownerOf(ProjectId.unwrap(projectId));
    }
}
