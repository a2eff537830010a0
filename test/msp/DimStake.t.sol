// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IDimStake} from "../../contracts/msp/interfaces/IDimStake.sol";
import {TaskId} from "../../contracts/types/Types.sol";
import {IFleetManager} from "../../contracts/w3bstream/interfaces/IFleetManager.sol";
import {W3bstreamFixture} from "../fixtures/W3bstreamFixture.sol";

/// @notice W3bstream's fleet over restaked stake, and one more validator, whom a staker has just backed.
abstract contract DimStakeFixture is W3bstreamFixture {
    address internal validator = makeAddr("validator");

    function setUp() public virtual override {
        super.setUp();
        vm.warp(block.timestamp + 1 days);
        _back(validator, identity.enrol(validator, PROVERS_PROJECT, proverOwner), STAKE);
        vm.warp(block.timestamp - 1 days);
    }

    function _beginEpoch() internal {
        vm.warp((block.timestamp / 1 days + 1) * 1 days);
        vm.startPrank(validator);
        fleet.register();
        fleet.addVMType(VM_TYPE);
        vm.stopPrank();
    }

    function _miss() internal returns (uint48 deadline) {
        deadline = uint48(_assign(TASK, validator));
        vm.warp(deadline + 1);
    }
}

/*
DimStake.commitBasket, bindDim, setPenalty
├── when the basket does not back the DIM, or one was committed: it reverts
├── when the DIM is bound: it reverts
└── when the caller is not the authority's: it reverts
*/
contract DimStake_Commit_Test is DimStakeFixture {
    function test_commitBasket_once_andOnlyWhatBacksTheDim() public {
        vm.expectRevert(abi.encodeWithSelector(IDimStake.DimStakeNotAllocated.selector, address(this), BASKET));
        stake.commitBasket(BASKET);
        vm.prank(validator);
        vm.expectRevert(abi.encodeWithSelector(IDimStake.DimStakeCommitted.selector, validator, BASKET));
        stake.commitBasket(BASKET);
        assertEq(stake.basketOf(validator), BASKET);
    }

    function test_bindDim_twice_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IDimStake.DimStakeBound.selector, dim));
        stake.bindDim(dim);
    }

    function test_governance_callerNotPermitted_reverts() public {
        bytes memory error_ = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, stranger);
        vm.startPrank(stranger);
        vm.expectRevert(error_);
        stake.bindDim(dim);
        vm.expectRevert(error_);
        stake.setPenalty(1);
        vm.expectRevert(error_);
        stake.slash(validator, TASK, 1);
        vm.stopPrank();
        stake.setPenalty(1);
        assertEq(stake.penalty(), 1);
    }
}

/*
W3bstream over restaked stake
├── a prover is backed from the next epoch on, and joins the fleet by it
├── one that misses a deadline is slashed, and the harmed party is paid
├── asking to leave before the deadline is no escape
├── when its stake leaves, it gets no more tasks
├── one offence is punished once, and takes what the terms allow at most
├── a slash long after the deadline takes nothing, and the recall goes through
└── the slash fits the gas that a recall gives it, whatever the history
*/
contract DimStake_Fleet_Test is DimStakeFixture {
    function test_register_backedFromTheNextEpoch() public {
        assertEq(stake.stakeOf(validator), 0);
        vm.prank(validator);
        vm.expectRevert(
            abi.encodeWithSelector(IFleetManager.FleetManagerStakeTooLow.selector, validator, 0, MIN_STAKE)
        );
        fleet.register();
        _beginEpoch();
        assertEq(stake.stakeOf(validator), STAKE);
        assertTrue(fleet.statusOf(validator) == IFleetManager.ProverStatus.Idle);
    }

    function test_recall_slashesTheMissedDeadline() public {
        _beginEpoch();
        _miss();
        vm.prank(stranger);
        tasks.recall(PROJECT, TASK);
        assertEq(stake.stakeOf(validator), STAKE - PENALTY);
        assertEq(nativeVault.stakeOf(staker, validator, BASKET), STAKE - PENALTY);
        assertEq(nativeVault.collect(treasury), PENALTY);
        assertEq(wrapped.balanceOf(treasury), PENALTY);
        assertEq(_balance(projectOwner), 100 * FEE);
    }

    function test_recall_afterAskingToLeave_slashes() public {
        _beginEpoch();
        uint256 deadline = _assign(TASK, validator);
        uint256 shares = nativeVault.sharesOf(staker, validator, BASKET);
        vm.prank(staker);
        uint256 exitId = nativeVault.requestExit(validator, BASKET, shares);
        vm.prank(validator);
        validators.opt(dim, false);
        assertEq(stake.stakeOf(validator), 0);
        vm.warp(deadline + 1);
        tasks.recall(PROJECT, TASK);
        assertEq(nativeVault.collectable(treasury), PENALTY);
        assertTrue(fleet.statusOf(validator) == IFleetManager.ProverStatus.Offline);
        vm.warp(block.timestamp + DELAY);
        assertEq(nativeVault.claim(exitId), STAKE - PENALTY);
    }

    function test_slash_twiceForOneOffence_takesNothing() public {
        _beginEpoch();
        uint48 captureTime = uint48(block.timestamp);
        vm.warp(block.timestamp + 1);
        vm.startPrank(address(tasks));
        assertEq(stake.slash(validator, TASK, captureTime), PENALTY);
        assertEq(stake.slash(validator, TASK, captureTime), 0);
        assertEq(stake.slash(stranger, TASK, captureTime), 0);
        vm.stopPrank();
        stake.setPenalty(100 ether);
        // Half of what stood then, less what was taken since.
        vm.prank(address(tasks));
        assertEq(stake.slash(validator, OTHER_TASK, captureTime), STAKE / 2 - PENALTY);
    }

    function test_recall_longAfter_takesNothing() public {
        _beginEpoch();
        uint48 deadline = _miss();
        vm.warp(deadline + EVIDENCE + 1);
        tasks.recall(PROJECT, TASK);
        assertEq(stake.stakeOf(validator), STAKE);
        assertTrue(fleet.statusOf(validator) != IFleetManager.ProverStatus.Busy);
    }

    function test_recall_withALongHistory_slashes() public {
        _beginEpoch();
        vm.deal(staker, 1 ether);
        vm.startPrank(staker);
        nativeVault.depositNative{value: 1 ether}(staker);
        for (uint256 i; i < 300; ++i) {
            vm.warp(block.timestamp + 3 hours);
            nativeVault.delegate(validator, BASKET, 1e12);
            nativeVault.requestExit(validator, BASKET, 1e14);
        }
        vm.stopPrank();
        vm.prank(validator);
        fleet.heartbeat();
        _miss();
        tasks.recall(PROJECT, TASK);
        assertEq(nativeVault.collectable(treasury), PENALTY);
    }
}
