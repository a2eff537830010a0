// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {ProjectId, ProverId, TaskId} from "../../contracts/types/Types.sol";
import {IFleetManager} from "../../contracts/w3bstream/interfaces/IFleetManager.sol";
import {W3bstreamFixture} from "../fixtures/W3bstreamFixture.sol";

/*
FleetManager.register
├── when the fee is not exact: it reverts
├── when the caller has no ioID, or one of another project: it reverts
├── when too little stands behind the caller: it reverts
├── when the caller is registered with this ioID: it reverts
└── else
    ├── it registers the prover, Idle
    └── a prover with another ioID takes that one, and keeps its place
*/
contract FleetManager_Register_Test is W3bstreamFixture {
    address internal newcomer = makeAddr("newcomer");

    function testFuzz_register_wrongFee_reverts(uint64 sent) public {
        fleet.setRegistrationFee(5);
        vm.assume(sent != 5);
        vm.deal(newcomer, sent);
        vm.prank(newcomer);
        vm.expectRevert(abi.encodeWithSelector(IFleetManager.FleetManagerWrongFee.selector, sent, 5));
        fleet.register{value: sent}();
    }

    function test_register_withoutIoID_reverts() public {
        vm.prank(newcomer);
        vm.expectRevert(abi.encodeWithSelector(IFleetManager.FleetManagerNotIoID.selector, newcomer));
        fleet.register();
    }

    function test_register_anotherProject_reverts() public {
        identity.enrol(newcomer, 9, proverOwner);
        vm.prank(newcomer);
        vm.expectRevert(
            abi.encodeWithSelector(IFleetManager.FleetManagerWrongProject.selector, newcomer, PROVERS_PROJECT, 9)
        );
        fleet.register();
    }

    function testFuzz_register_stakeTooLow_reverts(uint256 amount) public {
        amount = bound(amount, 1, MIN_STAKE - 1);
        _back(newcomer, identity.enrol(newcomer, PROVERS_PROJECT, proverOwner), amount);
        vm.prank(newcomer);
        vm.expectRevert(
            abi.encodeWithSelector(IFleetManager.FleetManagerStakeTooLow.selector, newcomer, amount, MIN_STAKE)
        );
        fleet.register();
    }

    function test_register_twice_reverts() public {
        vm.prank(prover);
        vm.expectRevert(abi.encodeWithSelector(IFleetManager.FleetManagerAlreadyRegistered.selector, prover));
        fleet.register();
    }

    function test_register_succeeds() public {
        uint256 tokenId = identity.enrol(newcomer, PROVERS_PROJECT, proverOwner);
        _back(newcomer, tokenId, MIN_STAKE);
        vm.expectEmit(true, true, true, true, address(fleet));
        emit IFleetManager.ProverRegistered(newcomer, ProverId.wrap(tokenId));
        vm.prank(newcomer);
        assertEq(fleet.register(), tokenId);
        assertTrue(fleet.statusOf(newcomer) == IFleetManager.ProverStatus.Idle);
        assertTrue(fleet.isActiveProver(ProverId.wrap(tokenId)));
        assertEq(fleet.ownerOfProver(ProverId.wrap(tokenId)), proverOwner);
        assertEq(fleet.beneficiary(newcomer), newcomer);
        assertEq(fleet.proverCount(), 3);
    }

    function test_register_withAnotherIoID_takesThatOne() public {
        ProverId old = fleet.proverIdOf(prover);
        identity.remove(prover);
        assertTrue(fleet.statusOf(prover) == IFleetManager.ProverStatus.Offline);
        uint256 tokenId = identity.enrol(prover, PROVERS_PROJECT, proverOwner);
        assertTrue(fleet.statusOf(prover) == IFleetManager.ProverStatus.Offline);
        vm.prank(prover);
        fleet.register();
        assertEq(ProverId.unwrap(fleet.proverIdOf(prover)), tokenId);
        assertTrue(fleet.statusOf(prover) == IFleetManager.ProverStatus.Idle);
        assertFalse(fleet.isActiveProver(old));
        assertEq(fleet.proverCount(), 2);
    }
}

/*
FleetManager.statusOf
├── when it never registered: Unregistered
├── when it has a task: Busy, whatever else is true
├── when its heartbeat is too old, it is paused, its stake leaves, or its ioID is gone: Offline
└── else: Idle
*/
contract FleetManager_Status_Test is W3bstreamFixture {
    function test_statusOf_unregistered() public view {
        assertTrue(fleet.statusOf(stranger) == IFleetManager.ProverStatus.Unregistered);
    }

    function testFuzz_statusOf_byHeartbeat(uint32 elapsed) public {
        vm.warp(block.timestamp + elapsed);
        IFleetManager.ProverStatus expected = elapsed <= fleet.heartbeatTimeout()
            ? IFleetManager.ProverStatus.Idle
            : IFleetManager.ProverStatus.Offline;
        assertTrue(fleet.statusOf(prover) == expected);
        vm.prank(prover);
        fleet.heartbeat();
        assertTrue(fleet.statusOf(prover) == IFleetManager.ProverStatus.Idle);
    }

    function test_statusOf_paused() public {
        vm.prank(prover);
        fleet.pause();
        assertTrue(fleet.isPaused(prover));
        assertTrue(fleet.statusOf(prover) == IFleetManager.ProverStatus.Offline);
        vm.prank(prover);
        fleet.resume();
        assertTrue(fleet.statusOf(prover) == IFleetManager.ProverStatus.Idle);
    }

    function test_statusOf_stakeLeaving() public {
        _leave(prover, STAKE - MIN_STAKE);
        assertTrue(fleet.statusOf(prover) == IFleetManager.ProverStatus.Idle);
        _leave(prover, 1);
        assertTrue(fleet.statusOf(prover) == IFleetManager.ProverStatus.Offline);
    }

    function test_statusOf_busyThroughAnything() public {
        _assign(TASK, prover);
        vm.prank(prover);
        fleet.pause();
        _leave(prover, STAKE);
        vm.warp(block.timestamp + 1 days);
        assertTrue(fleet.statusOf(prover) == IFleetManager.ProverStatus.Busy);
    }
}

/*
FleetManager.occupy, release
├── when the caller is not the coordinator contract: it reverts
├── when the prover is not Idle, or not Busy: it reverts
└── else it changes the status
*/
contract FleetManager_Occupancy_Test is W3bstreamFixture {
    function test_occupancy_callerNotCoordinator_reverts() public {
        vm.startPrank(coordinator);
        vm.expectRevert(abi.encodeWithSelector(IFleetManager.FleetManagerNotCoordinator.selector, coordinator));
        fleet.occupy(prover);
        vm.expectRevert(abi.encodeWithSelector(IFleetManager.FleetManagerNotCoordinator.selector, coordinator));
        fleet.release(prover);
    }

    function test_occupancy_changesTheStatus() public {
        fleet.setCoordinator(address(this));
        fleet.occupy(prover);
        assertTrue(fleet.statusOf(prover) == IFleetManager.ProverStatus.Busy);
        vm.expectRevert(
            abi.encodeWithSelector(
                IFleetManager.FleetManagerNotIdle.selector, prover, IFleetManager.ProverStatus.Busy
            )
        );
        fleet.occupy(prover);
        fleet.release(prover);
        assertTrue(fleet.statusOf(prover) == IFleetManager.ProverStatus.Idle);
        vm.expectRevert(abi.encodeWithSelector(IFleetManager.FleetManagerNotBusy.selector, prover));
        fleet.release(prover);
    }
}

/*
FleetManager.idleProvers
├── it leaves out the busy, the offline and those without the VM type
├── it puts those that are idle for longest first, and cuts at the limit
└── in a large fleet its gas is bounded
*/
contract FleetManager_IdleProvers_Test is W3bstreamFixture {
    function test_idleProvers_leavesOutTheBusyAndTheUnable() public {
        assertEq(fleet.idleProvers(VM_TYPE, 10).length, 2);
        assertEq(fleet.idleProvers(VM_TYPE + 1, 10).length, 0);
        _assign(TASK, prover);
        address[] memory idle = fleet.idleProvers(VM_TYPE, 10);
        assertEq(idle.length, 1);
        assertEq(idle[0], otherProver);
        vm.warp(block.timestamp + fleet.heartbeatTimeout() + 1);
        assertEq(fleet.idleProvers(VM_TYPE, 10).length, 0);
    }

    function test_idleProvers_longestIdleFirst() public {
        _assign(TASK, prover);
        vm.warp(block.timestamp + 1);
        _settle(TASK, prover);
        address[] memory idle = fleet.idleProvers(VM_TYPE, 10);
        assertEq(idle[0], otherProver);
        assertEq(idle[1], prover);
        idle = fleet.idleProvers(VM_TYPE, 1);
        assertEq(idle.length, 1);
        assertEq(idle[0], otherProver);
    }

    function test_idleProvers_emptyFleet_isEmpty() public {
        vm.startPrank(prover);
        fleet.pause();
        vm.stopPrank();
        vm.prank(otherProver);
        fleet.pause();
        assertEq(fleet.idleProvers(VM_TYPE, 1).length, 0);
    }

    /// @dev 200 provers: more than are looked at. Over some blocks everyone is found. Isolated, so that nothing is warm.
    /// hardhat-config: isolate = true
    function test_idleProvers_largeFleet_boundsGasAndFindsEveryone() public {
        for (uint256 i; i < 198; ++i) _enlist(address(uint160(0x1000 + i)));
        uint256 before = gasleft();
        (, bytes memory returned) = address(fleet).call(abi.encodeCall(fleet.idleProvers, (VM_TYPE, 1_000)));
        assertLt(before - gasleft(), 10_000_000);
        address[] memory idle = abi.decode(returned, (address[]));
        assertEq(idle.length, 128);
        bool found;
        for (uint256 block_ = 1; block_ < 30 && !found; ++block_) {
            vm.roll(block.number + 1);
            idle = fleet.idleProvers(VM_TYPE, 1_000);
            for (uint256 i; i < idle.length; ++i) found = found || idle[i] == address(uint160(0x1000 + 197));
        }
        assertTrue(found);
    }
}

/*
FleetManager.provers
├── it pages in the order of registration
└── a page past the end is short, or empty
*/
contract FleetManager_Provers_Test is W3bstreamFixture {
    function testFuzz_provers_pages(uint256 start, uint256 count) public view {
        IFleetManager.Prover[] memory page = fleet.provers(start, count);
        uint256 left = start < 2 ? 2 - start : 0;
        assertEq(page.length, count < left ? count : left);
    }

    function test_provers_tellsEach() public {
        _assign(TASK, otherProver);
        IFleetManager.Prover[] memory page = fleet.provers(0, 2);
        assertEq(page[0].prover, prover);
        assertEq(page[0].stake, STAKE);
        assertTrue(page[0].status == IFleetManager.ProverStatus.Idle);
        assertEq(page[1].prover, otherProver);
        assertTrue(page[1].status == IFleetManager.ProverStatus.Busy);
        assertEq(page[1].lastHeartbeat, block.timestamp);
    }
}

/*
FleetManager: the prover's own settings, and governance's
├── when the caller never registered: it reverts
├── when a value is out of range: it reverts
├── when the caller is not the authority's admin: it reverts
└── fees are withdrawn by governance
*/
contract FleetManager_Settings_Test is W3bstreamFixture {
    function test_settings_unregistered_reverts() public {
        bytes memory error_ = abi.encodeWithSelector(IFleetManager.FleetManagerNotRegistered.selector, stranger);
        vm.startPrank(stranger);
        vm.expectRevert(error_);
        fleet.heartbeat();
        vm.expectRevert(error_);
        fleet.addVMType(1);
        vm.expectRevert(error_);
        fleet.delVMType(1);
        vm.expectRevert(error_);
        fleet.changeBeneficiary(stranger);
        vm.expectRevert(error_);
        fleet.setRebateRatio(1);
        vm.expectRevert(error_);
        fleet.pause();
        vm.expectRevert(error_);
        fleet.resume();
    }

    function test_settings_outOfRange_reverts() public {
        vm.startPrank(prover);
        vm.expectRevert(abi.encodeWithSelector(IFleetManager.FleetManagerRatioTooHigh.selector, 10_001));
        fleet.setRebateRatio(10_001);
        vm.expectRevert(abi.encodeWithSelector(IFleetManager.FleetManagerZeroAddress.selector));
        fleet.changeBeneficiary(address(0));
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(IFleetManager.FleetManagerZeroTimeout.selector));
        fleet.setHeartbeatTimeout(0);
        vm.expectRevert(abi.encodeWithSelector(IFleetManager.FleetManagerUnknownProver.selector, ProverId.wrap(77)));
        fleet.ownerOfProver(ProverId.wrap(77));
    }

    function test_governance_callerNotAdmin_reverts() public {
        bytes memory error_ = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, stranger);
        vm.startPrank(stranger);
        vm.expectRevert(error_);
        fleet.setCoordinator(stranger);
        vm.expectRevert(error_);
        fleet.setStakingHub(stranger);
        vm.expectRevert(error_);
        fleet.setProverProject(ProjectId.wrap(1));
        vm.expectRevert(error_);
        fleet.setMinStake(0);
        vm.expectRevert(error_);
        fleet.setHeartbeatTimeout(1);
        vm.expectRevert(error_);
        fleet.setRegistrationFee(0);
        vm.expectRevert(error_);
        fleet.withdrawFee(payable(stranger), 0);
        vm.expectRevert(error_);
        fleet.upgradeToAndCall(stranger, "");
    }

    function test_fees_areCollectedAndWithdrawn() public {
        address newcomer = makeAddr("newcomer");
        fleet.setRegistrationFee(5);
        _back(newcomer, identity.enrol(newcomer, PROVERS_PROJECT, proverOwner), MIN_STAKE);
        vm.deal(newcomer, 5);
        vm.prank(newcomer);
        fleet.register{value: 5}();
        fleet.withdrawFee(payable(treasury), 5);
        assertEq(treasury.balance, 5);
    }

    function test_isActiveCoordinator_asksTheTaskManager() public view {
        assertTrue(fleet.isActiveCoordinator(coordinator, PROJECT));
        assertFalse(fleet.isActiveCoordinator(stranger, PROJECT));
        assertEq(fleet.proverStore(), address(fleet));
    }
}
