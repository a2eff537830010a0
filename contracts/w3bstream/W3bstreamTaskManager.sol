// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Governed} from "../governance/Governed.sol";
import {IProverStake} from "../msp/interfaces/IProverStake.sol";
import {ProjectId, TaskId, taskIdOf} from "../types/Types.sol";
import {IFleetManager} from "./interfaces/IFleetManager.sol";
import {IW3bstreamDebits} from "./interfaces/IW3bstreamDebits.sol";
import {IW3bstreamProject} from "./interfaces/IW3bstreamProject.sol";
import {IW3bstreamProjectReward} from "./interfaces/IW3bstreamProjectReward.sol";
import {IW3bstreamTaskManager} from "./interfaces/IW3bstreamTaskManager.sol";
import {BoundedCall} from "./libraries/BoundedCall.sol";
import {ProjectAttributes} from "./libraries/ProjectAttributes.sol";

/// @title W3bstreamTaskManager
contract W3bstreamTaskManager is IW3bstreamTaskManager, Governed {
    using SafeCast for uint256;

    /// @param token What the fee is paid in: the project may choose another meanwhile.
    struct Record {
        bytes32 hash;
        address owner;
        uint48 deadline;
        bool settled;
        address sequencer;
        address prover;
        address token;
        uint128 rewardForProver;
        uint128 rewardForSequencer;
    }

    /// @inheritdoc IW3bstreamTaskManager
    uint256 public constant override MIN_DURATION = 10 seconds;

    /// @inheritdoc IW3bstreamTaskManager
    uint256 public constant override MAX_DURATION = 1 days;

    /// @dev What a slash may use: restaked stake looks up what stood at the offence, in histories that grow.
    uint256 private constant _SLASH_GAS = 600_000;

    /// @dev What a recall needs after the slash: an event, and a little more.
    uint256 private constant _RECALL_RESERVE = 10_000;

    /// @dev 100 %, in basis points.
    uint256 private constant _WHOLE = 10_000;

    IW3bstreamDebits private _debits;
    IW3bstreamProjectReward private _projectReward;
    IFleetManager private _fleet;

    /// @inheritdoc IW3bstreamTaskManager
    mapping(address operator => bool active) public override operators;

    mapping(ProjectId projectId => mapping(TaskId taskId => Record record)) private _records;

    modifier onlyOperator() {
        if (!operators[msg.sender]) revert TaskManagerNotOperator(msg.sender);
        _;
    }

    constructor(address authority_) Governed(authority_) {}

    /// @notice Sets the contracts that tasks are paid from, priced by, and given to. Called once, by the proxy's
    /// constructor.
    function initialize(address debits_, address projectReward_, address proverStore_) external initializer {
        __Governed_init();
        if (debits_ == address(0) || projectReward_ == address(0) || proverStore_ == address(0)) {
            revert TaskManagerZeroAddress();
        }
        _debits = IW3bstreamDebits(debits_);
        _projectReward = IW3bstreamProjectReward(projectReward_);
        _fleet = IFleetManager(proverStore_);
    }

    /* ASSIGNMENT */

    /// @inheritdoc IW3bstreamTaskManager
    function assign(TaskAssignment[] calldata taskAssignments, address sequencer, uint256 deadline)
        external
        override
        onlyOperator
    {
        for (uint256 i; i < taskAssignments.length; ++i) _assign(taskAssignments[i], sequencer, deadline);
    }

    /// @inheritdoc IW3bstreamTaskManager
    function assign(TaskAssignment calldata assignment, address sequencer, uint256 deadline)
        external
        override
        onlyOperator
    {
        _assign(assignment, sequencer, deadline);
    }

    function _assign(TaskAssignment calldata assignment, address sequencer, uint256 deadline) private {
        ProjectId projectId = assignment.projectId;
        TaskId taskId = assignment.taskId;
        if (sequencer == address(0)) revert TaskManagerZeroAddress();
        TaskId expected = taskIdOf(projectId, assignment.hash);
        if (!(taskId == expected)) revert TaskManagerWrongTaskId(taskId, expected);
        if (deadline < block.timestamp + MIN_DURATION || deadline > block.timestamp + MAX_DURATION) {
            revert TaskManagerDeadlineOutOfRange(deadline);
        }
        Record storage record = _records[projectId][taskId];
        if (record.settled) revert TaskManagerAlreadySettled(projectId, taskId);
        if (record.prover != address(0)) revert TaskManagerAlreadyAssigned(projectId, taskId);
        IW3bstreamProject project = _requireServable(projectId, assignment.prover);

        record.hash = assignment.hash;
        record.owner = _payer(assignment, project);
        record.deadline = deadline.toUint48();
        record.sequencer = sequencer;
        record.prover = assignment.prover;
        _fleet.occupy(assignment.prover);
        _withhold(record, projectId);
        emit TaskAssigned(ProjectId.unwrap(projectId), TaskId.unwrap(taskId), assignment.prover, deadline);
    }

    /// @dev The project is served, and `prover` can prove for it.
    function _requireServable(ProjectId projectId, address prover) private view returns (IW3bstreamProject project) {
        project = _projects();
        if (!project.isValidProject(projectId) || project.isPaused(projectId)) {
            revert TaskManagerProjectUnavailable(projectId);
        }
        (bool isSet, bytes32 vmType) =
            ProjectAttributes.word(project.attribute(projectId, ProjectAttributes.VM_TYPE));
        if (!isSet) revert TaskManagerProjectUnavailable(projectId);
        if (!_fleet.isVMTypeSupported(prover, uint256(vmType))) {
            revert TaskManagerVMTypeUnsupported(prover, uint256(vmType));
        }
    }

    function _projects() private view returns (IW3bstreamProject) {
        return IW3bstreamProject(_projectReward.project());
    }

    /// @dev A signature is good for one task and one input, on one chain. The payer set the price itself
    /// ({IW3bstreamProjectReward.setReward}). Used again after a recall it pays for the same task again, once.
    function _payer(TaskAssignment calldata assignment, IW3bstreamProject project) private view returns (address) {
        if (assignment.signature.length == 0) return project.ownerOf(assignment.projectId);
        bytes32 message = keccak256(
            abi.encode(block.chainid, address(this), assignment.projectId, assignment.taskId, assignment.hash)
        );
        return ECDSA.recover(MessageHashUtils.toEthSignedMessageHash(message), assignment.signature);
    }

    /// @dev The rebate is rounded down, in the prover's favour.
    function _withhold(Record storage record, ProjectId projectId) private {
        uint256 fee = _projectReward.rewardAmount(record.owner, projectId);
        if (fee == 0) return;
        uint256 rebate = (fee * _fleet.rebateRatio(record.prover)) / _WHOLE;
        record.token = _projectReward.rewardToken(projectId);
        record.rewardForProver = (fee - rebate).toUint128();
        record.rewardForSequencer = rebate.toUint128();
        _debits.withhold(record.token, record.owner, fee);
    }

    /* SETTLEMENT */

    /// @inheritdoc IW3bstreamTaskManager
    function settleProven(ProjectId projectId, TaskId taskId, address prover) external override restricted {
        Record storage record = _unsettled(projectId, taskId);
        if (prover != record.prover) revert TaskManagerWrongProver(prover, record.prover);
        if (block.timestamp > record.deadline) revert TaskManagerDeadlinePassed(record.deadline);

        record.settled = true;
        _fleet.release(prover);
        _pay(record);
        emit TaskSettled(ProjectId.unwrap(projectId), TaskId.unwrap(taskId), prover);
    }

    function _unsettled(ProjectId projectId, TaskId taskId) private view returns (Record storage record) {
        record = _records[projectId][taskId];
        if (record.settled) revert TaskManagerAlreadySettled(projectId, taskId);
        if (record.prover == address(0)) revert TaskManagerNotAssigned(projectId, taskId);
    }

    function _pay(Record storage record) private {
        if (record.token == address(0)) return;
        address[] memory recipients = new address[](2);
        uint256[] memory amounts = new uint256[](2);
        (recipients[0], amounts[0]) = (_fleet.beneficiary(record.prover), record.rewardForProver);
        (recipients[1], amounts[1]) = (record.sequencer, record.rewardForSequencer);
        _debits.distribute(record.token, record.owner, recipients, amounts);
    }

    /* RECALL */

    /// @inheritdoc IW3bstreamTaskManager
    function recall(ProjectId projectId, TaskId taskId) external override {
        Record memory record = _unsettled(projectId, taskId);
        bool expired = block.timestamp > record.deadline;
        if (!expired && (msg.sender != record.sequencer || !operators[msg.sender])) {
            revert TaskManagerDeadlineNotPassed(record.deadline);
        }

        delete _records[projectId][taskId];
        _fleet.release(record.prover);
        if (record.token != address(0)) {
            uint256 fee = uint256(record.rewardForProver) + record.rewardForSequencer;
            _debits.redeem(record.token, record.owner, fee);
        }
        uint256 slashed = expired ? _slash(record.prover, taskId, record.deadline) : 0;
        emit TaskRecalled(ProjectId.unwrap(projectId), TaskId.unwrap(taskId), record.prover, slashed);
    }

    /// @dev A staking hub that reverts, burns its gas or answers nonsense cannot keep a task from being recalled. Nor
    /// can the caller starve it: with too little gas for the slash the whole recall reverts.
    function _slash(address prover, TaskId taskId, uint48 captureTime) private returns (uint256) {
        address hub = _fleet.stakingHub();
        uint256 needed = BoundedCall.gasNeeded(_SLASH_GAS, _RECALL_RESERVE);
        if (gasleft() < needed) revert TaskManagerGasTooLow(gasleft(), needed);
        (bool success, bytes memory returned) = BoundedCall.tryCall(
            hub, _SLASH_GAS, abi.encodeCall(IProverStake.slash, (prover, taskId, captureTime)), 32
        );
        return success && returned.length == 32 ? uint256(bytes32(returned)) : 0;
    }

    /* GOVERNANCE */

    /// @inheritdoc IW3bstreamTaskManager
    function addOperator(address operator) external override restricted {
        if (operator == address(0)) revert TaskManagerZeroAddress();
        operators[operator] = true;
        emit OperatorAdded(operator);
    }

    /// @inheritdoc IW3bstreamTaskManager
    function removeOperator(address operator) external override restricted {
        operators[operator] = false;
        emit OperatorRemoved(operator);
    }

    /* VIEWS */

    /// @inheritdoc IW3bstreamTaskManager
    function records(ProjectId projectId, TaskId taskId)
        external
        view
        override
        returns (
            bytes32 hash,
            address owner,
            address sequencer,
            address prover,
            uint256 rewardForProver,
            uint256 rewardForSequencer,
            uint256 deadline,
            bool settled
        )
    {
        Record storage record = _records[projectId][taskId];
        return (
            record.hash,
            record.owner,
            record.sequencer,
            record.prover,
            record.rewardForProver,
            record.rewardForSequencer,
            record.deadline,
            record.settled
        );
    }

    /// @inheritdoc IW3bstreamTaskManager
    function debits() external view override returns (address) {
        return address(_debits);
    }

    /// @inheritdoc IW3bstreamTaskManager
    function projectReward() external view override returns (address) {
        return address(_projectReward);
    }

    /// @inheritdoc IW3bstreamTaskManager
    function proverStore() external view override returns (address) {
        return address(_fleet);
    }
}
