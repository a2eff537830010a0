// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ProjectId, TaskId} from "../../types/Types.sol";

/// @title IW3bstreamTaskManager
/// @notice Assigns tasks to provers with a deadline, holds the payer's fee meanwhile, and pays it out on settlement.
/// @dev Keeps the selectors and events of the official contract, whose `settle` is absent: it carries no proof. Only
/// the router settles.
///
/// Operators are trusted to hand the task to its prover, to assign only tasks of projects whose verifier they have
/// looked at, and not to recall a task that is about to settle; they cannot pay themselves more than the provers'
/// rebates, nor settle anything. Deadlines are block times, in seconds since the epoch.
interface IW3bstreamTaskManager {
    /// @param taskId Below 2^248, so that it is a BN254 scalar as it stands.
    /// @param hash Commitment to the task's input: the root of the batch.
    /// @param signature The payer's EIP-191 signature over keccak256(abi.encode(chainid, this, projectId, taskId, hash)),
    /// or empty: then the project's owner pays.
    struct TaskAssignment {
        ProjectId projectId;
        TaskId taskId;
        bytes32 hash;
        bytes signature;
        address prover;
    }

    /* ERRORS */

    /// @notice Thrown when `caller` is not an operator.
    error TaskManagerNotOperator(address caller);

    /// @notice Thrown when `taskId` is not the id of its project and input, `expected` ({taskIdOf}).
    error TaskManagerWrongTaskId(TaskId taskId, TaskId expected);

    /// @notice Thrown when `projectId` is not bound, is paused, or names no VM type.
    error TaskManagerProjectUnavailable(ProjectId projectId);

    /// @notice Thrown when `prover` does not support the project's VM type.
    error TaskManagerVMTypeUnsupported(address prover, uint256 vmType);

    /// @notice Thrown when `deadline` is not between {MIN_DURATION} and {MAX_DURATION} from now.
    error TaskManagerDeadlineOutOfRange(uint256 deadline);

    /// @notice Thrown when the task has a prover already.
    error TaskManagerAlreadyAssigned(ProjectId projectId, TaskId taskId);

    /// @notice Thrown when the task is settled already.
    error TaskManagerAlreadySettled(ProjectId projectId, TaskId taskId);

    /// @notice Thrown when the task has no prover: it was never assigned, or was recalled.
    error TaskManagerNotAssigned(ProjectId projectId, TaskId taskId);

    /// @notice Thrown when `prover` is not the prover that the task is `assigned` to.
    error TaskManagerWrongProver(address prover, address assigned);

    /// @notice Thrown when a task is settled after its `deadline`.
    error TaskManagerDeadlinePassed(uint256 deadline);

    /// @notice Thrown when anyone but its sequencer recalls a task before its `deadline` has passed.
    error TaskManagerDeadlineNotPassed(uint256 deadline);

    /// @notice Thrown when a recall has too little gas left to slash with.
    error TaskManagerGasTooLow(uint256 gasLeft, uint256 needed);

    /// @notice Thrown when an address that must be set is zero.
    error TaskManagerZeroAddress();

    /* EVENTS */

    /// @notice Emitted when `operator` may assign tasks.
    event OperatorAdded(address operator);

    /// @notice Emitted when `operator` may no longer assign tasks.
    event OperatorRemoved(address operator);

    /// @notice Emitted when a task is given to `prover`.
    event TaskAssigned(uint256 indexed projectId, bytes32 indexed taskId, address indexed prover, uint256 deadline);

    /// @notice Emitted when a task is settled and `prover` paid.
    event TaskSettled(uint256 indexed projectId, bytes32 indexed taskId, address prover);

    /// @notice Emitted when a task is taken back from `prover`.
    /// @param slashed What its stake lost, in wei: zero before the deadline, or where the slash failed.
    event TaskRecalled(uint256 indexed projectId, bytes32 indexed taskId, address indexed prover, uint256 slashed);

    /* FUNCTIONS */

    /// @notice Assigns every task of `taskAssignments`, or none. Only an operator may call.
    function assign(TaskAssignment[] calldata taskAssignments, address sequencer, uint256 deadline) external;

    /// @notice Assigns a task to an Idle prover and withholds the payer's fee. Only an operator may call.
    /// @param sequencer Who gets the prover's rebate, and who may recall before the deadline while it is an operator.
    /// @param deadline The last second in which the task can be settled.
    function assign(TaskAssignment calldata assignment, address sequencer, uint256 deadline) external;

    /// @notice Takes an unsettled task back from its prover: frees the fee, and the task may be assigned again. Past the
    /// deadline anyone may, and the prover is slashed; before it only the sequencer may, and nobody is slashed.
    /// @dev A slash that fails does not undo the recall.
    function recall(ProjectId projectId, TaskId taskId) external;

    /// @notice Settles a task whose proof the router has verified. Restricted to the router.
    function settleProven(ProjectId projectId, TaskId taskId, address prover) external;

    /// @notice Lets `operator` assign tasks. Restricted.
    function addOperator(address operator) external;

    /// @notice Lets `operator` assign tasks no longer. Restricted.
    function removeOperator(address operator) external;

    /// @notice Returns the record of a task; all zero where it was never assigned, or recalled. `owner` is who pays.
    function records(ProjectId projectId, TaskId taskId)
        external
        view
        returns (
            bytes32 hash,
            address owner,
            address sequencer,
            address prover,
            uint256 rewardForProver,
            uint256 rewardForSequencer,
            uint256 deadline,
            bool settled
        );

    /// @notice Returns whether `operator` may assign tasks.
    function operators(address operator) external view returns (bool);

    /// @notice Returns the {IW3bstreamDebits}.
    function debits() external view returns (address);

    /// @notice Returns the {IW3bstreamProjectReward}.
    function projectReward() external view returns (address);

    /// @notice Returns the {IFleetManager}.
    function proverStore() external view returns (address);

    /// @notice Returns the shortest time from assignment to deadline, in seconds.
    function MIN_DURATION() external view returns (uint256);

    /// @notice Returns the longest time from assignment to deadline, in seconds.
    function MAX_DURATION() external view returns (uint256);
}
