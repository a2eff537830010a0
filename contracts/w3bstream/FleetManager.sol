// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Governed} from "../governance/Governed.sol";
import {IProverStake} from "../msp/interfaces/IProverStake.sol";
import {ProjectId, ProverId} from "../types/Types.sol";
import {IFleetManager} from "./interfaces/IFleetManager.sol";
import {IIdentityRegistry, IIdentityToken} from "./interfaces/IIdentity.sol";
import {IW3bstreamTaskManager} from "./interfaces/IW3bstreamTaskManager.sol";

/// @title FleetManager
contract FleetManager is IFleetManager, Governed {
    /// @param idleSince When it joined or was last released, in seconds since the epoch.
    /// @param beneficiary Zero: the prover itself.
    struct State {
        ProverId proverId;
        address beneficiary;
        uint48 lastHeartbeat;
        uint48 idleSince;
        uint16 rebateRatio;
        bool registered;
        bool paused;
        bool busy;
    }

    /// @dev 100 %, in basis points.
    uint16 private constant _WHOLE = 10_000;

    /// @dev How many provers {idleProvers} looks at: bounds its gas to about 8 million, more where stake has long histories.
    uint256 private constant _SCAN = 128;

    /// @dev How long a heartbeat lasts until governance says otherwise, in seconds.
    uint48 private constant _DEFAULT_TIMEOUT = 60;

    IIdentityRegistry private immutable _IOID_REGISTRY;
    IIdentityToken private immutable _IOID;

    /// @inheritdoc IFleetManager
    address public override coordinator;

    /// @inheritdoc IFleetManager
    uint48 public override heartbeatTimeout;

    /// @inheritdoc IFleetManager
    address public override stakingHub;

    /// @inheritdoc IFleetManager
    uint256 public override minStake;

    /// @inheritdoc IFleetManager
    uint256 public override registrationFee;

    /// @inheritdoc IFleetManager
    ProjectId public override proverProject;

    address[] private _provers;
    mapping(address prover => State state) private _states;
    mapping(ProverId proverId => address prover) private _proverOf;
    mapping(address prover => mapping(uint256 vmType => bool supported)) private _vmTypes;

    modifier onlyCoordinator() {
        if (msg.sender != coordinator) revert FleetManagerNotCoordinator(msg.sender);
        _;
    }

    modifier onlyRegistered() {
        if (!_states[msg.sender].registered) revert FleetManagerNotRegistered(msg.sender);
        _;
    }

    constructor(address authority_, address ioIDRegistry, address ioID) Governed(authority_) {
        if (ioIDRegistry == address(0) || ioID == address(0)) revert FleetManagerZeroAddress();
        _IOID_REGISTRY = IIdentityRegistry(ioIDRegistry);
        _IOID = IIdentityToken(ioID);
    }

    /// @notice Sets the stake that a prover needs, in wei. Called once, by the proxy's constructor.
    function initialize(uint256 _minStake) external initializer {
        __Governed_init();
        minStake = _minStake;
        heartbeatTimeout = _DEFAULT_TIMEOUT;
    }

    /* REGISTRATION */

    /// @inheritdoc IFleetManager
    function register() external payable override returns (uint256) {
        if (msg.value != registrationFee) revert FleetManagerWrongFee(msg.value, registrationFee);
        if (!_IOID_REGISTRY.exists(msg.sender)) revert FleetManagerNotIoID(msg.sender);
        uint256 project = _IOID.deviceProject(msg.sender);
        if (project != ProjectId.unwrap(proverProject)) {
            revert FleetManagerWrongProject(msg.sender, ProjectId.unwrap(proverProject), project);
        }
        uint256 stake = _stakeOf(msg.sender);
        if (stake < minStake) revert FleetManagerStakeTooLow(msg.sender, stake, minStake);

        ProverId proverId = ProverId.wrap(_IOID_REGISTRY.deviceTokenId(msg.sender));
        State storage state = _states[msg.sender];
        if (!state.registered) {
            state.registered = true;
            state.idleSince = uint48(block.timestamp);
            _provers.push(msg.sender);
        } else if (state.proverId == proverId) {
            revert FleetManagerAlreadyRegistered(msg.sender);
        } else {
            delete _proverOf[state.proverId];
        }
        state.proverId = proverId;
        state.lastHeartbeat = uint48(block.timestamp);
        _proverOf[proverId] = msg.sender;
        emit ProverRegistered(msg.sender, proverId);
        return ProverId.unwrap(proverId);
    }

    /// @dev Without a staking hub nothing stands behind anyone.
    function _stakeOf(address prover) private view returns (uint256) {
        return stakingHub == address(0) ? 0 : IProverStake(stakingHub).stakeOf(prover);
    }

    /* THE PROVER'S OWN */

    /// @inheritdoc IFleetManager
    function heartbeat() external override onlyRegistered {
        _states[msg.sender].lastHeartbeat = uint48(block.timestamp);
        emit Heartbeat(msg.sender);
    }

    /// @inheritdoc IFleetManager
    function addVMType(uint256 _type) external override onlyRegistered {
        _vmTypes[msg.sender][_type] = true;
        emit VMTypeAdded(msg.sender, _type);
    }

    /// @inheritdoc IFleetManager
    function delVMType(uint256 _type) external override onlyRegistered {
        _vmTypes[msg.sender][_type] = false;
        emit VMTypeDeleted(msg.sender, _type);
    }

    /// @inheritdoc IFleetManager
    function changeBeneficiary(address _beneficiary) external override onlyRegistered {
        if (_beneficiary == address(0)) revert FleetManagerZeroAddress();
        _states[msg.sender].beneficiary = _beneficiary;
        emit BeneficiarySet(msg.sender, _beneficiary);
    }

    /// @inheritdoc IFleetManager
    function setRebateRatio(uint16 _ratio) external override onlyRegistered {
        if (_ratio > _WHOLE) revert FleetManagerRatioTooHigh(_ratio);
        _states[msg.sender].rebateRatio = _ratio;
        emit RebateRatioSet(msg.sender, _ratio);
    }

    /// @inheritdoc IFleetManager
    function pause() external override onlyRegistered {
        _states[msg.sender].paused = true;
        emit ProverPaused(msg.sender);
    }

    /// @inheritdoc IFleetManager
    function resume() external override onlyRegistered {
        _states[msg.sender].paused = false;
        emit ProverResumed(msg.sender);
    }

    /* OCCUPANCY */

    /// @inheritdoc IFleetManager
    function occupy(address prover) external override onlyCoordinator {
        ProverStatus status = statusOf(prover);
        if (status != ProverStatus.Idle) revert FleetManagerNotIdle(prover, status);
        _states[prover].busy = true;
        emit ProverOccupied(prover);
    }

    /// @inheritdoc IFleetManager
    function release(address prover) external override onlyCoordinator {
        State storage state = _states[prover];
        if (!state.busy) revert FleetManagerNotBusy(prover);
        state.busy = false;
        state.idleSince = uint48(block.timestamp);
        emit ProverReleased(prover);
    }

    /* STATUS */

    /// @inheritdoc IFleetManager
    function statusOf(address prover) public view override returns (ProverStatus) {
        State storage state = _states[prover];
        if (!state.registered) return ProverStatus.Unregistered;
        if (state.busy) return ProverStatus.Busy;
        // The cheapest questions first.
        if (
            state.paused || uint256(state.lastHeartbeat) + heartbeatTimeout < block.timestamp
                || _stakeOf(prover) < minStake || !_hasItsIoID(prover, state.proverId)
        ) return ProverStatus.Offline;
        return ProverStatus.Idle;
    }

    function _hasItsIoID(address prover, ProverId proverId) private view returns (bool) {
        return
            _IOID_REGISTRY.exists(prover) && _IOID_REGISTRY.deviceTokenId(prover) == ProverId.unwrap(proverId);
    }

    /// @inheritdoc IFleetManager
    function provers(uint256 start, uint256 count) external view override returns (Prover[] memory page) {
        uint256 total = _provers.length;
        if (start >= total) return page;
        if (count > total - start) count = total - start;
        page = new Prover[](count);
        for (uint256 i; i < count; ++i) {
            address prover = _provers[start + i];
            State storage state = _states[prover];
            page[i] = Prover(prover, state.proverId, statusOf(prover), state.lastHeartbeat, _stakeOf(prover));
        }
    }

    /// @inheritdoc IFleetManager
    function idleProvers(uint256 vmType, uint256 limit) external view override returns (address[] memory idle) {
        uint256 total = _provers.length;
        uint256 scan = total < _SCAN ? total : _SCAN;
        address[] memory found = new address[](scan);
        uint256 count;
        for (uint256 i; i < scan; ++i) {
            // With no more provers than are scanned, the start does not matter: every one is looked at.
            address prover = _provers[(block.number * _SCAN + i) % total];
            if (!_vmTypes[prover][vmType] || statusOf(prover) != ProverStatus.Idle) continue;
            _insertByIdleness(found, count++, prover);
        }
        if (limit > count) limit = count;
        idle = new address[](limit);
        for (uint256 i; i < limit; ++i) idle[i] = found[i];
    }

    /// @dev Keeps found[0..count] in the order of `idleSince`, oldest first.
    function _insertByIdleness(address[] memory found, uint256 count, address prover) private view {
        uint48 since = _states[prover].idleSince;
        uint256 place = count;
        while (place > 0 && _states[found[place - 1]].idleSince > since) {
            found[place] = found[place - 1];
            --place;
        }
        found[place] = prover;
    }

    /// @inheritdoc IFleetManager
    function isActiveProver(ProverId _id) external view override returns (bool) {
        return statusOf(_proverOf[_id]) >= ProverStatus.Idle;
    }

    /// @inheritdoc IFleetManager
    function isActiveCoordinator(address _coordinator, ProjectId) external view override returns (bool) {
        return coordinator != address(0) && IW3bstreamTaskManager(coordinator).operators(_coordinator);
    }

    /* GOVERNANCE */

    /// @inheritdoc IFleetManager
    function setCoordinator(address _coordinator) external override restricted {
        if (_coordinator == address(0)) revert FleetManagerZeroAddress();
        coordinator = _coordinator;
        emit CoordinatorSet(_coordinator);
    }

    /// @inheritdoc IFleetManager
    function setStakingHub(address _hub) external override restricted {
        if (_hub == address(0)) revert FleetManagerZeroAddress();
        stakingHub = _hub;
        emit StakingHubSet(_hub);
    }

    /// @inheritdoc IFleetManager
    function setProverProject(ProjectId project) external override restricted {
        proverProject = project;
        emit ProverProjectSet(project);
    }

    /// @inheritdoc IFleetManager
    function setMinStake(uint256 minStake_) external override restricted {
        minStake = minStake_;
        emit MinStakeSet(minStake_);
    }

    /// @inheritdoc IFleetManager
    function setHeartbeatTimeout(uint48 timeout) external override restricted {
        if (timeout == 0) revert FleetManagerZeroTimeout();
        heartbeatTimeout = timeout;
        emit HeartbeatTimeoutSet(timeout);
    }

    /// @inheritdoc IFleetManager
    function setRegistrationFee(uint256 _fee) external override restricted {
        registrationFee = _fee;
        emit RegistrationFeeSet(_fee);
    }

    /// @inheritdoc IFleetManager
    function withdrawFee(address payable _account, uint256 _amount) external override restricted {
        emit FeeWithdrawn(_account, _amount);
        (bool sent,) = _account.call{value: _amount}("");
        if (!sent) revert FleetManagerTransferFailed(_account);
    }

    /* VIEWS */

    /// @inheritdoc IFleetManager
    function proverCount() external view override returns (uint256) {
        return _provers.length;
    }

    /// @inheritdoc IFleetManager
    function proverIdOf(address prover) external view override returns (ProverId) {
        if (!_states[prover].registered) revert FleetManagerNotRegistered(prover);
        return _states[prover].proverId;
    }

    /// @inheritdoc IFleetManager
    function ownerOfProver(ProverId _proverId) external view override returns (address) {
        if (_proverOf[_proverId] == address(0)) revert FleetManagerUnknownProver(_proverId);
        return _IOID.ownerOf(ProverId.unwrap(_proverId));
    }

    /// @inheritdoc IFleetManager
    function isVMTypeSupported(address _prover, uint256 _type) external view override returns (bool) {
        return _vmTypes[_prover][_type];
    }

    /// @inheritdoc IFleetManager
    function beneficiary(address _prover) external view override returns (address) {
        address chosen = _states[_prover].beneficiary;
        return chosen == address(0) ? _prover : chosen;
    }

    /// @inheritdoc IFleetManager
    function rebateRatio(address _prover) external view override returns (uint16) {
        return _states[_prover].rebateRatio;
    }

    /// @inheritdoc IFleetManager
    function isPaused(address _prover) external view override returns (bool) {
        return _states[_prover].paused;
    }

    /// @inheritdoc IFleetManager
    function proverStore() external view override returns (address) {
        return address(this);
    }
}
