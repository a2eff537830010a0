// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ProjectId, ProverId} from "../../types/Types.sol";

/// @title IFleetManager
/// @notice Decides which provers may serve, and tracks whether each is Idle, Busy or Offline (whitepaper §4.2.1).
/// @dev Keeps the selectors and events of the official FleetManagement and W3bstreamProver contracts, which it is in
/// one. A prover is the address of a device whose ioID is in the provers' project; its id is that ioID's token. The
/// coordinator contract is the task manager.
interface IFleetManager {
    /// @dev Unregistered: never registered. Offline: no heartbeat in time, paused, too little stake, or without its
    /// ioID. Busy: has a task, whatever else is true of it.
    enum ProverStatus {
        Unregistered,
        Offline,
        Idle,
        Busy
    }

    /// @param lastHeartbeat In seconds since the epoch.
    /// @param stake In wei.
    struct Prover {
        address prover;
        ProverId proverId;
        ProverStatus status;
        uint48 lastHeartbeat;
        uint256 stake;
    }

    /* ERRORS */

    /// @notice Thrown when `prover` has no ioID.
    error FleetManagerNotIoID(address prover);

    /// @notice Thrown when the ioID of `prover` is in `proverProject` and not in `project`, the provers'.
    error FleetManagerWrongProject(address prover, uint256 project, uint256 proverProject);

    /// @notice Thrown when `prover` is registered with its present ioID already.
    error FleetManagerAlreadyRegistered(address prover);

    /// @notice Thrown when `prover` never registered.
    error FleetManagerNotRegistered(address prover);

    /// @notice Thrown when no prover has the ioID `proverId`.
    error FleetManagerUnknownProver(ProverId proverId);

    /// @notice Thrown when less than `minimum` stands behind `prover`.
    error FleetManagerStakeTooLow(address prover, uint256 stake, uint256 minimum);

    /// @notice Thrown when `sent` is not exactly the registration `fee`.
    error FleetManagerWrongFee(uint256 sent, uint256 fee);

    /// @notice Thrown when a task is given to a `prover` that is not Idle.
    error FleetManagerNotIdle(address prover, ProverStatus status);

    /// @notice Thrown when a `prover` that is not Busy is released.
    error FleetManagerNotBusy(address prover);

    /// @notice Thrown when `caller` is not the coordinator contract.
    error FleetManagerNotCoordinator(address caller);

    /// @notice Thrown when a rebate of more than the whole reward is asked for.
    error FleetManagerRatioTooHigh(uint16 ratio);

    /// @notice Thrown when a heartbeat timeout of zero is asked for.
    error FleetManagerZeroTimeout();

    /// @notice Thrown when an address that must be set is zero.
    error FleetManagerZeroAddress();

    /// @notice Thrown when `account` does not take the fee that is sent to it.
    error FleetManagerTransferFailed(address account);

    /* EVENTS */

    /// @notice Emitted when `prover` joins the fleet, or comes back with another ioID.
    event ProverRegistered(address indexed prover, ProverId indexed proverId);

    /// @notice Emitted when `prover` tells that it is alive.
    event Heartbeat(address indexed prover);

    /// @notice Emitted when `prover` becomes Busy.
    event ProverOccupied(address indexed prover);

    /// @notice Emitted when `prover` is Busy no longer.
    event ProverReleased(address indexed prover);

    /// @notice Emitted when the rewards of `prover` go to `beneficiary` from now on.
    event BeneficiarySet(address indexed prover, address indexed beneficiary);

    /// @notice Emitted when `prover` takes no more tasks.
    event ProverPaused(address indexed prover);

    /// @notice Emitted when `prover` takes tasks again.
    event ProverResumed(address indexed prover);

    /// @notice Emitted when `prover` gives `ratio` basis points of its rewards to the sequencer from now on.
    event RebateRatioSet(address indexed prover, uint16 ratio);

    /// @notice Emitted when `prover` begins to support the VM type `typ`.
    event VMTypeAdded(address indexed prover, uint256 typ);

    /// @notice Emitted when `prover` stops supporting the VM type `typ`.
    event VMTypeDeleted(address indexed prover, uint256 typ);

    /// @notice Emitted when `coordinator` becomes the contract that occupies and releases provers.
    event CoordinatorSet(address indexed coordinator);

    /// @notice Emitted when `msp` becomes the contract that tells provers' stakes.
    event StakingHubSet(address indexed msp);

    /// @notice Emitted when the registration fee changes.
    event RegistrationFeeSet(uint256 fee);

    /// @notice Emitted when collected fees go to `account`.
    event FeeWithdrawn(address indexed account, uint256 amount);

    /// @notice Emitted when `project` becomes the project that provers' ioIDs must be in.
    event ProverProjectSet(ProjectId indexed project);

    /// @notice Emitted when the stake that a prover needs changes.
    event MinStakeSet(uint256 minStake);

    /// @notice Emitted when the time that a heartbeat lasts changes, in seconds.
    event HeartbeatTimeoutSet(uint48 timeout);

    /* FUNCTIONS: the prover's own */

    /// @notice Registers the caller, whose ioID must be in the provers' project, for exactly the registration fee.
    /// @dev Counts as a heartbeat. A prover whose ioID was removed and registered anew registers here again.
    function register() external payable returns (uint256 proverId);

    /// @notice Tells that the caller is alive. It is Offline once `heartbeatTimeout` has passed without another.
    function heartbeat() external;

    /// @notice Tells that the caller can prove for the VM type `_type`.
    function addVMType(uint256 _type) external;

    /// @notice Tells that the caller no longer proves for the VM type `_type`.
    function delVMType(uint256 _type) external;

    /// @notice Sends the caller's rewards to `_beneficiary` from now on.
    function changeBeneficiary(address _beneficiary) external;

    /// @notice Gives `_ratio` basis points of the caller's rewards to the sequencer, from the next task on.
    function setRebateRatio(uint16 _ratio) external;

    /// @notice Takes the caller out of service. A task that it has stays its own.
    function pause() external;

    /// @notice Brings the caller back to service.
    function resume() external;

    /* FUNCTIONS: the coordinator contract's */

    /// @notice Marks an Idle prover Busy. Only the coordinator contract may call.
    function occupy(address prover) external;

    /// @notice Marks a Busy prover free again. Only the coordinator contract may call.
    function release(address prover) external;

    /* FUNCTIONS: governance */

    /// @notice Sets the contract that occupies and releases provers: the task manager. Restricted.
    function setCoordinator(address _coordinator) external;

    /// @notice Sets the {IProverStake}. Restricted.
    function setStakingHub(address _hub) external;

    /// @notice Sets the project that provers' ioIDs must be in. Restricted.
    /// @dev Provers of another project, registered before, stay.
    function setProverProject(ProjectId project) external;

    /// @notice Sets the stake, in wei, that a prover needs to be Idle. Restricted.
    function setMinStake(uint256 minStake) external;

    /// @notice Sets how long a heartbeat lasts, in seconds. Restricted.
    function setHeartbeatTimeout(uint48 timeout) external;

    /// @notice Sets the registration fee, in wei. Restricted.
    function setRegistrationFee(uint256 _fee) external;

    /// @notice Sends collected fees to `_account`. Restricted.
    function withdrawFee(address payable _account, uint256 _amount) external;

    /* FUNCTIONS: views */

    /// @notice Returns whether `prover` is Unregistered, Offline, Idle or Busy now.
    function statusOf(address prover) external view returns (ProverStatus);

    /// @notice Returns how many provers ever registered.
    function proverCount() external view returns (uint256);

    /// @notice Returns at most `count` provers from the `start`-th on, in the order of registration.
    function provers(uint256 start, uint256 count) external view returns (Prover[] memory);

    /// @notice Returns at most `limit` Idle provers that support `vmType`, those that are idle for longest first.
    /// @dev Looks at no more than 128 provers, beginning at one that the block's number chooses: in a larger fleet a
    /// caller that finds too few asks again at the next block, or pages through {provers}.
    function idleProvers(uint256 vmType, uint256 limit) external view returns (address[] memory);

    /// @notice Returns the ioID of `prover`. Reverts where it is not registered.
    function proverIdOf(address prover) external view returns (ProverId);

    /// @notice Returns whether the prover with the ioID `_id` is Idle or Busy.
    function isActiveProver(ProverId _id) external view returns (bool);

    /// @notice Returns whether `_coordinator` may assign tasks: it is an operator of the coordinator contract.
    /// @param _projectId Ignored: operators serve every project.
    function isActiveCoordinator(address _coordinator, ProjectId _projectId) external view returns (bool);

    /// @notice Returns the owner of the ioID of a registered prover. Reverts for any other ioID.
    function ownerOfProver(ProverId _proverId) external view returns (address);

    /// @notice Returns whether `_prover` supports the VM type `_type`.
    function isVMTypeSupported(address _prover, uint256 _type) external view returns (bool);

    /// @notice Returns where the rewards of `_prover` go: itself, unless it chose another.
    function beneficiary(address _prover) external view returns (address);

    /// @notice Returns what `_prover` gives to the sequencer, in basis points of its rewards.
    function rebateRatio(address _prover) external view returns (uint16);

    /// @notice Returns whether `_prover` took itself out of service.
    function isPaused(address _prover) external view returns (bool);

    /// @notice Returns the project that provers' ioIDs must be in.
    function proverProject() external view returns (ProjectId);

    /// @notice Returns how long a heartbeat lasts, in seconds.
    function heartbeatTimeout() external view returns (uint48);

    /// @notice Returns the stake that a prover needs to be Idle, in wei.
    function minStake() external view returns (uint256);

    /// @notice Returns the registration fee, in wei.
    function registrationFee() external view returns (uint256);

    /// @notice Returns the contract that occupies and releases provers: the task manager.
    function coordinator() external view returns (address);

    /// @notice Returns the {IProverStake}.
    function stakingHub() external view returns (address);

    /// @notice Returns the official W3bstreamProver, which is this contract.
    function proverStore() external view returns (address);
}
