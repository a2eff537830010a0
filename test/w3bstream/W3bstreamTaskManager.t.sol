// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {TaskId, taskIdOf} from "../../contracts/types/Types.sol";
import {IFleetManager} from "../../contracts/w3bstream/interfaces/IFleetManager.sol";
import {IW3bstreamDebits} from "../../contracts/w3bstream/interfaces/IW3bstreamDebits.sol";
import {IW3bstreamTaskManager} from "../../contracts/w3bstream/interfaces/IW3bstreamTaskManager.sol";
import {ProjectAttributes} from "../../contracts/w3bstream/libraries/ProjectAttributes.sol";
import {StakeBomb, StakeBurner, StakeReverter} from "../fixtures/Stakes.sol";
import {FrozenToken} from "../fixtures/Tokens.sol";
import {W3bstreamFixture} from "../fixtures/W3bstreamFixture.sol";

/*
W3bstreamTaskManager.assign
├── when the caller is not an operator: it reverts
├── when the task id is 2^248 or more: it reverts
├── when the deadline is too near or too far: it reverts
├── when the project is not bound, is paused or names no VM type: it reverts
├── when the prover does not support the VM type, or is not Idle: it reverts
├── when the task is assigned or settled already: it reverts
├── when the payer cannot pay: it reverts
├── when the signature is another payer's: that payer pays
└── else
    ├── it records the task and occupies the prover
    ├── it withholds the fee, split by the prover's rebate
    └── a batch of assignments is all or nothing
*/
contract W3bstreamTaskManager_Assign_Test is W3bstreamFixture {
    function test_assign_callerNotOperator_reverts() public {
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IW3bstreamTaskManager.TaskManagerNotOperator.selector, stranger));
        tasks.assign(_assignment(TASK, prover), stranger, block.timestamp + 600);
    }

    function testFuzz_assign_taskIdOfOtherInput_reverts(bytes32 id) public {
        vm.assume(id != TaskId.unwrap(TASK));
        IW3bstreamTaskManager.TaskAssignment memory assignment = _assignment(TASK, prover);
        assignment.taskId = TaskId.wrap(id);
        vm.prank(coordinator);
        vm.expectRevert(
            abi.encodeWithSelector(IW3bstreamTaskManager.TaskManagerWrongTaskId.selector, assignment.taskId, TASK)
        );
        tasks.assign(assignment, coordinator, block.timestamp + 600);
    }

    /// @dev Adversarial: an operator that would have one batch settled, and its devices paid, under several names.
    function test_assign_settledRootUnderAnotherId_reverts() public {
        _assign(TASK, prover);
        _settle(TASK, prover);
        IW3bstreamTaskManager.TaskAssignment memory assignment = _assignment(OTHER_TASK, prover);
        assignment.hash = ROOT;
        vm.prank(coordinator);
        vm.expectRevert(
            abi.encodeWithSelector(IW3bstreamTaskManager.TaskManagerWrongTaskId.selector, OTHER_TASK, TASK)
        );
        tasks.assign(assignment, coordinator, block.timestamp + 600);
    }

    function testFuzz_assign_deadlineOutOfRange_reverts(uint256 deadline) public {
        vm.assume(
            deadline < block.timestamp + tasks.MIN_DURATION() || deadline > block.timestamp + tasks.MAX_DURATION()
        );
        vm.prank(coordinator);
        vm.expectRevert(
            abi.encodeWithSelector(IW3bstreamTaskManager.TaskManagerDeadlineOutOfRange.selector, deadline)
        );
        tasks.assign(_assignment(TASK, prover), coordinator, deadline);
    }

    function test_assign_projectNotBound_reverts() public {
        IW3bstreamTaskManager.TaskAssignment memory assignment = _assignment(TASK, prover);
        assignment.projectId = OTHER_PROJECT;
        assignment.taskId = taskIdOf(OTHER_PROJECT, ROOT);
        vm.prank(coordinator);
        vm.expectRevert(
            abi.encodeWithSelector(IW3bstreamTaskManager.TaskManagerProjectUnavailable.selector, OTHER_PROJECT)
        );
        tasks.assign(assignment, coordinator, block.timestamp + 600);
    }

    function test_assign_projectPaused_reverts() public {
        vm.prank(projectOwner);
        project.pause(PROJECT);
        _assignUnavailable();
    }

    function test_assign_projectWithoutVMType_reverts() public {
        bytes32[] memory keys = new bytes32[](1);
        keys[0] = ProjectAttributes.VM_TYPE;
        vm.prank(projectOwner);
        project.setAttributes(PROJECT, keys, new bytes[](1));
        _assignUnavailable();
    }

    function _assignUnavailable() private {
        vm.prank(coordinator);
        vm.expectRevert(abi.encodeWithSelector(IW3bstreamTaskManager.TaskManagerProjectUnavailable.selector, PROJECT));
        tasks.assign(_assignment(TASK, prover), coordinator, block.timestamp + 600);
    }

    function test_assign_vmTypeUnsupported_reverts() public {
        vm.prank(prover);
        fleet.delVMType(VM_TYPE);
        vm.prank(coordinator);
        vm.expectRevert(
            abi.encodeWithSelector(IW3bstreamTaskManager.TaskManagerVMTypeUnsupported.selector, prover, VM_TYPE)
        );
        tasks.assign(_assignment(TASK, prover), coordinator, block.timestamp + 600);
    }

    function test_assign_proverBusy_reverts() public {
        _assign(TASK, prover);
        vm.prank(coordinator);
        vm.expectRevert(
            abi.encodeWithSelector(
                IFleetManager.FleetManagerNotIdle.selector, prover, IFleetManager.ProverStatus.Busy
            )
        );
        tasks.assign(_assignment(OTHER_TASK, prover), coordinator, block.timestamp + 600);
    }

    function test_assign_twice_reverts() public {
        _assign(TASK, prover);
        vm.prank(coordinator);
        vm.expectRevert(
            abi.encodeWithSelector(IW3bstreamTaskManager.TaskManagerAlreadyAssigned.selector, PROJECT, TASK)
        );
        tasks.assign(_assignment(TASK, otherProver), coordinator, block.timestamp + 600);
    }

    function test_assign_settledTask_reverts() public {
        _assign(TASK, prover);
        _settle(TASK, prover);
        vm.prank(coordinator);
        vm.expectRevert(abi.encodeWithSelector(IW3bstreamTaskManager.TaskManagerAlreadySettled.selector, PROJECT, TASK));
        tasks.assign(_assignment(TASK, prover), coordinator, block.timestamp + 600);
    }

    function test_assign_payerCannotPay_reverts() public {
        uint256 balance = _balance(projectOwner);
        vm.prank(projectOwner);
        debits.withdraw(address(token), balance - FEE + 1);
        vm.prank(coordinator);
        vm.expectRevert(
            abi.encodeWithSelector(
                IW3bstreamDebits.DebitsBalanceTooLow.selector, address(token), projectOwner, FEE - 1, FEE
            )
        );
        tasks.assign(_assignment(TASK, prover), coordinator, block.timestamp + 600);
    }

    function test_assign_anotherPayersSignature_chargesThatPayer() public {
        (address payer, uint256 key) = makeAccount("payer");
        _fund(payer, 50);
        vm.prank(payer);
        reward.setReward(PROJECT, 50);
        IW3bstreamTaskManager.TaskAssignment memory assignment = _assignment(TASK, prover);
        assignment.signature = _sign(key, TASK, ROOT);
        vm.prank(coordinator);
        tasks.assign(assignment, coordinator, block.timestamp + 600);

        assertEq(_withheld(payer), 50);
        assertEq(_withheld(projectOwner), 0);
        (, address owner,,,,,,) = tasks.records(PROJECT, TASK);
        assertEq(owner, payer);
    }

    function test_assign_signatureForAnotherInput_doesNotChargeItsPayer() public {
        (address payer, uint256 key) = makeAccount("payer");
        _fund(payer, 50);
        vm.prank(payer);
        reward.setReward(PROJECT, 50);
        IW3bstreamTaskManager.TaskAssignment memory assignment = _assignment(TASK, prover);
        assignment.signature = _sign(key, TASK, bytes32(uint256(ROOT) + 1));
        vm.prank(coordinator);
        tasks.assign(assignment, coordinator, block.timestamp + 600);
        assertEq(_withheld(payer), 0);
    }

    function _sign(uint256 key, TaskId taskId, bytes32 hash) private view returns (bytes memory) {
        bytes32 message = keccak256(abi.encode(block.chainid, address(tasks), PROJECT, taskId, hash));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, MessageHashUtils.toEthSignedMessageHash(message));
        return abi.encodePacked(r, s, v);
    }

    function test_assign_recordsTheTaskAndOccupiesTheProver() public {
        uint256 deadline = _assign(TASK, prover);
        (
            bytes32 hash,
            address owner,
            address sequencer,
            address prover_,
            uint256 rewardForProver,
            uint256 rewardForSequencer,
            uint256 deadline_,
            bool settled
        ) = tasks.records(PROJECT, TASK);
        assertEq(hash, ROOT);
        assertEq(owner, projectOwner);
        assertEq(sequencer, coordinator);
        assertEq(prover_, prover);
        assertEq(rewardForProver, FEE);
        assertEq(rewardForSequencer, 0);
        assertEq(deadline_, deadline);
        assertFalse(settled);
        assertTrue(fleet.statusOf(prover) == IFleetManager.ProverStatus.Busy);
    }

    function testFuzz_assign_splitsTheFeeByTheRebate(uint16 ratio, uint96 fee) public {
        ratio = uint16(bound(ratio, 0, 10_000));
        fee = uint96(bound(fee, 1, type(uint96).max));
        _fund(projectOwner, fee);
        vm.prank(projectOwner);
        reward.setReward(PROJECT, fee);
        vm.prank(prover);
        fleet.setRebateRatio(ratio);
        _assign(TASK, prover);

        (,,,, uint256 forProver, uint256 forSequencer,,) = tasks.records(PROJECT, TASK);
        assertEq(forProver + forSequencer, fee);
        assertEq(forSequencer, (uint256(fee) * ratio) / 10_000);
        assertEq(_withheld(projectOwner), fee);
    }

    function test_assign_ofABatch_isAllOrNothing() public {
        IW3bstreamTaskManager.TaskAssignment[] memory batch = new IW3bstreamTaskManager.TaskAssignment[](2);
        batch[0] = _assignment(TASK, prover);
        batch[1] = _assignment(TASK, otherProver);
        vm.prank(coordinator);
        vm.expectRevert(
            abi.encodeWithSelector(IW3bstreamTaskManager.TaskManagerAlreadyAssigned.selector, PROJECT, TASK)
        );
        tasks.assign(batch, coordinator, block.timestamp + 600);
        assertEq(_proverOf(TASK), address(0));

        batch[1] = _assignment(OTHER_TASK, otherProver);
        vm.prank(coordinator);
        tasks.assign(batch, coordinator, block.timestamp + 600);
        assertEq(_proverOf(TASK), prover);
        assertEq(_proverOf(batch[1].taskId), otherProver);
    }
}

/*
W3bstreamTaskManager.settleProven
├── when the caller is not the router: it reverts
├── when the task is not assigned, or recalled: it reverts
├── when the task is settled already: it reverts
├── when the prover is another: it reverts
├── when the deadline has passed: it reverts
└── else
    ├── it credits the prover's beneficiary and the sequencer, once
    └── a token that reverts on transfer does not block it
*/
contract W3bstreamTaskManager_SettleProven_Test is W3bstreamFixture {
    function setUp() public override {
        super.setUp();
        _permit(address(tasks), tasks.settleProven.selector, ROUTER_ROLE, address(this));
    }

    function test_settleProven_callerNotRouter_reverts() public {
        _assign(TASK, prover);
        vm.prank(coordinator);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, coordinator));
        tasks.settleProven(PROJECT, TASK, prover);
    }

    function test_settleProven_notAssigned_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IW3bstreamTaskManager.TaskManagerNotAssigned.selector, PROJECT, TASK));
        tasks.settleProven(PROJECT, TASK, prover);
    }

    function test_settleProven_afterRecall_reverts() public {
        vm.warp(_assign(TASK, prover) + 1);
        tasks.recall(PROJECT, TASK);
        vm.expectRevert(abi.encodeWithSelector(IW3bstreamTaskManager.TaskManagerNotAssigned.selector, PROJECT, TASK));
        tasks.settleProven(PROJECT, TASK, prover);
    }

    function test_settleProven_twice_reverts() public {
        _assign(TASK, prover);
        tasks.settleProven(PROJECT, TASK, prover);
        vm.expectRevert(abi.encodeWithSelector(IW3bstreamTaskManager.TaskManagerAlreadySettled.selector, PROJECT, TASK));
        tasks.settleProven(PROJECT, TASK, prover);
    }

    function test_settleProven_anotherProver_reverts() public {
        _assign(TASK, prover);
        vm.expectRevert(
            abi.encodeWithSelector(IW3bstreamTaskManager.TaskManagerWrongProver.selector, otherProver, prover)
        );
        tasks.settleProven(PROJECT, TASK, otherProver);
    }

    function test_settleProven_afterTheDeadline_reverts() public {
        uint256 deadline = _assign(TASK, prover);
        vm.warp(deadline + 1);
        vm.expectRevert(
            abi.encodeWithSelector(IW3bstreamTaskManager.TaskManagerDeadlinePassed.selector, deadline)
        );
        tasks.settleProven(PROJECT, TASK, prover);
    }

    function test_settleProven_atTheDeadline_paysBeneficiaryAndSequencer() public {
        vm.startPrank(prover);
        fleet.setRebateRatio(2_500);
        fleet.changeBeneficiary(proverOwner);
        vm.stopPrank();
        vm.warp(_assign(TASK, prover));
        tasks.settleProven(PROJECT, TASK, prover);

        assertEq(_balance(proverOwner), FEE - FEE / 4);
        assertEq(_balance(coordinator), FEE / 4);
        assertEq(_withheld(projectOwner), 0);
        assertTrue(_isSettled(TASK));
    }

    function test_settleProven_rebateRaisedMeanwhile_doesNotChangeTheSplit() public {
        _assign(TASK, prover);
        vm.prank(prover);
        fleet.setRebateRatio(10_000);
        tasks.settleProven(PROJECT, TASK, prover);
        assertEq(_balance(prover), FEE);
    }

    function test_settleProven_rewardTokenChangedMeanwhile_paysInTheAgreedOne() public {
        _assign(TASK, prover);
        vm.prank(projectOwner);
        reward.setRewardToken(PROJECT, makeAddr("another token"));
        tasks.settleProven(PROJECT, TASK, prover);
        assertEq(_balance(prover), FEE);
    }

    function test_settleProven_tokenThatReverts_doesNotBlock() public {
        FrozenToken frozen = new FrozenToken();
        frozen.mint(projectOwner, FEE);
        vm.startPrank(projectOwner);
        frozen.approve(address(debits), FEE);
        debits.deposit(address(frozen), FEE);
        reward.setRewardToken(PROJECT, address(frozen));
        reward.setReward(PROJECT, FEE);
        vm.stopPrank();
        _assign(TASK, prover);
        frozen.freeze();
        tasks.settleProven(PROJECT, TASK, prover);
        assertEq(debits.balanceOf(address(frozen), prover), FEE);
    }
}

/*
W3bstreamTaskManager.recall
├── when the task is not assigned or is settled: it reverts
├── when the deadline has not passed
│   ├── and the caller is not the sequencer, or no operator any more: it reverts
│   └── else it recalls and slashes nobody
└── when the deadline has passed
    ├── it frees the fee, releases the prover and slashes it; anyone may call
    ├── the task may be assigned again, and missed again
    ├── a stake that reverts, burns gas or bombs does not block it
    └── a caller cannot starve the slash of gas
*/
contract W3bstreamTaskManager_Recall_Test is W3bstreamFixture {
    function test_recall_notAssigned_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IW3bstreamTaskManager.TaskManagerNotAssigned.selector, PROJECT, TASK));
        tasks.recall(PROJECT, TASK);
    }

    function test_recall_settled_reverts() public {
        uint256 deadline = _assign(TASK, prover);
        _settle(TASK, prover);
        vm.warp(deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(IW3bstreamTaskManager.TaskManagerAlreadySettled.selector, PROJECT, TASK));
        tasks.recall(PROJECT, TASK);
    }

    function test_recall_beforeTheDeadlineByAStranger_reverts() public {
        uint256 deadline = _assign(TASK, prover);
        vm.warp(deadline);
        vm.prank(stranger);
        vm.expectRevert(
            abi.encodeWithSelector(IW3bstreamTaskManager.TaskManagerDeadlineNotPassed.selector, deadline)
        );
        tasks.recall(PROJECT, TASK);
    }

    function test_recall_beforeTheDeadlineByARemovedOperator_reverts() public {
        uint256 deadline = _assign(TASK, prover);
        tasks.removeOperator(coordinator);
        vm.prank(coordinator);
        vm.expectRevert(
            abi.encodeWithSelector(IW3bstreamTaskManager.TaskManagerDeadlineNotPassed.selector, deadline)
        );
        tasks.recall(PROJECT, TASK);
    }

    function test_recall_beforeTheDeadlineByTheSequencer_slashesNobody() public {
        _assign(TASK, prover);
        vm.prank(coordinator);
        tasks.recall(PROJECT, TASK);
        assertEq(stake.stakeOf(prover), STAKE);
        assertEq(_withheld(projectOwner), 0);
        assertEq(_balance(projectOwner), 100 * FEE);
        assertTrue(fleet.statusOf(prover) == IFleetManager.ProverStatus.Idle);
    }

    function test_recall_pastTheDeadline_freesTheFeeAndSlashes() public {
        vm.warp(_assign(TASK, prover) + 1);
        vm.expectEmit(true, true, true, true, address(tasks));
        emit IW3bstreamTaskManager.TaskRecalled(2, TaskId.unwrap(TASK), prover, PENALTY);
        vm.prank(stranger);
        tasks.recall(PROJECT, TASK);
        assertEq(stake.stakeOf(prover), STAKE - PENALTY);
        assertEq(_withheld(projectOwner), 0);
        assertEq(_balance(projectOwner), 100 * FEE);
        assertTrue(fleet.statusOf(prover) != IFleetManager.ProverStatus.Busy);
        assertEq(_proverOf(TASK), address(0));
    }

    function test_recall_assignedAndMissedAgain_slashesAgain() public {
        vm.warp(_assign(TASK, prover) + 1);
        tasks.recall(PROJECT, TASK);
        vm.prank(prover);
        fleet.heartbeat();
        vm.warp(_assign(TASK, prover) + 1);
        tasks.recall(PROJECT, TASK);
        assertEq(stake.stakeOf(prover), STAKE - 2 * PENALTY);
    }

    function test_recall_reassignedToAnother_settlesAndPaysOnce() public {
        vm.warp(_assign(TASK, prover) + 1);
        tasks.recall(PROJECT, TASK);
        vm.prank(otherProver);
        fleet.heartbeat();
        _assign(TASK, otherProver);
        _settle(TASK, otherProver);
        assertEq(_balance(prover), 0);
        assertEq(_balance(otherProver), FEE);
        assertEq(_balance(projectOwner), 99 * FEE);
    }

    function test_recall_stakeThatReverts_doesNotBlock() public {
        _recallOver(address(new StakeReverter()));
    }

    function test_recall_stakeThatBurnsItsGas_doesNotBlock() public {
        _recallOver(address(new StakeBurner()));
    }

    function test_recall_stakeThatReturnsABomb_doesNotBlock() public {
        _recallOver(address(new StakeBomb()));
    }

    function test_recall_stakeWithoutCode_doesNotBlock() public {
        _recallOver(makeAddr("no contract"));
    }

    function _recallOver(address hub) private {
        vm.warp(_assign(TASK, prover) + 1);
        fleet.setStakingHub(hub);
        vm.expectEmit(true, true, true, true, address(tasks));
        emit IW3bstreamTaskManager.TaskRecalled(2, TaskId.unwrap(TASK), prover, 0);
        tasks.recall{gas: 700_000}(PROJECT, TASK);
        assertEq(_proverOf(TASK), address(0));
    }

    /// @dev At every amount of gas either the recall reverts as a whole, or the prover is slashed.
    function testFuzz_recall_starvedOfGas_neverSparesTheProver(uint256 gas_) public {
        vm.warp(_assign(TASK, prover) + 1);
        try tasks.recall{gas: bound(gas_, 50_000, 900_000)}(PROJECT, TASK) {
            assertEq(stake.stakeOf(prover), STAKE - PENALTY);
        } catch {
            assertEq(stake.stakeOf(prover), STAKE);
            assertEq(_proverOf(TASK), prover);
        }
    }

    function test_recall_withTooLittleGas_revertsByName() public {
        vm.warp(_assign(TASK, prover) + 1);
        vm.expectPartialRevert(IW3bstreamTaskManager.TaskManagerGasTooLow.selector);
        tasks.recall{gas: 250_000}(PROJECT, TASK);
    }
}

/*
W3bstreamTaskManager.addOperator, removeOperator
├── when the caller is not the authority's admin: it reverts
└── else it adds, and removes
*/
contract W3bstreamTaskManager_Operators_Test is W3bstreamFixture {
    function test_operators_callerNotAdmin_reverts() public {
        vm.startPrank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, stranger));
        tasks.addOperator(stranger);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, stranger));
        tasks.removeOperator(coordinator);
    }

    function test_operators_areAddedAndRemoved() public {
        tasks.addOperator(stranger);
        assertTrue(tasks.operators(stranger));
        tasks.removeOperator(stranger);
        assertFalse(tasks.operators(stranger));
    }
}
