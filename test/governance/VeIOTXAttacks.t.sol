// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IVeIOTX} from "../../contracts/governance/interfaces/IVeIOTX.sol";
import {VeIOTXFixture} from "./VeIOTXFixture.sol";

/// @dev What someone would try with locks, and gets nothing for. Attacks on votes are in Governor.t.sol.
contract VeIOTX_Attacks_Test is VeIOTXFixture {
    function test_attack_transfer_thereIsNone() public {
        _lock(ada, UNIT, _endAfter(MIN));
        vm.prank(ada);
        (bool moved,) = address(ve).call(abi.encodeWithSignature("transfer(address,uint256)", ben, 1));
        assertFalse(moved);
        vm.prank(ada);
        (moved,) = address(ve).call(abi.encodeWithSignature("approve(address,uint256)", ben, 1));
        assertFalse(moved);
    }

    /// @dev A wei less than a vote a second takes has no votes, and no number of such locks has any.
    function test_attack_dustLocks_haveNoVotes() public {
        uint48 end = _latestEnd();
        for (uint160 i = 1; i <= 20; ++i) {
            address account = address(i << 32);
            vm.deal(account, UNIT);
            _delegate(account, ada);
            _lock(account, UNIT - 1, end);
        }
        assertEq(ve.getVotes(ada), 0);
        assertEq(ve.totalSupply(), 0);
        // Split in two, an amount has no more votes than whole.
        _lock(ben, UNIT + UNIT / 2, end);
        _lock(cleo, 3 * UNIT, end);
        assertLe(2 * ve.getVotes(ben), ve.getVotes(cleo));
    }

    /// @dev Delegates a line of its own for each week to someone who did not ask: it costs the victim gas that is bounded,
    /// and no votes.
    function test_attack_dustDelegations_costBoundedGas() public {
        uint256 count;
        for (uint48 end = _endAfter(MIN); end <= _latestEnd(); end += WEEK) {
            address account = address(uint160(end));
            vm.deal(account, UNIT);
            _delegate(account, cleo);
            _lock(account, UNIT, end);
            ++count;
        }
        assertGt(count, 190);
        _lock(cleo, UNIT, _latestEnd());
        vm.warp(_latestEnd() - WEEK - 1);
        vm.prank(cleo);
        uint256 before = gasleft();
        ve.delegate(ben);
        assertLt(before - gasleft(), 1_200_000);
        assertEq(ve.getVotes(ben) + ve.getVotes(cleo), ve.totalSupply());
    }

    function test_attack_sliverOfALock_doesNotLockForADay() public {
        uint48 end = _endAfter(MIN);
        _lock(ada, 1, end);
        vm.warp(end - 1 days);
        vm.prank(ada);
        vm.expectRevert(abi.encodeWithSelector(IVeIOTX.VeIOTXTooShort.selector, end, _now() + MIN));
        ve.increase{value: 1e6 ether}();
    }

    function test_attack_lockExpiringMidWeekOrReplaced_countsNothing() public {
        uint48 end = _endAfter(MIN);
        _lock(ada, UNIT, end);
        _lock(ben, UNIT, end + WEEK);
        // The lock ends; nobody touches it; its votes are gone from the total and from its delegatee.
        vm.warp(end + 3 days);
        assertEq(ve.getVotes(ada), 0);
        assertEq(ve.totalSupply(), 4 days);
        // Withdrawn and locked anew it counts once.
        vm.prank(ada);
        ve.withdraw(payable(ada));
        uint48 next = _endAfter(MIN);
        _lock(ada, UNIT, next);
        assertEq(ve.totalSupply(), 4 days + (next - _now()));
    }

    function test_attack_coinsSentWithoutALock_areRefused() public {
        vm.prank(ada);
        (bool taken,) = address(ve).call{value: 1 ether}("");
        assertFalse(taken);
    }

    function test_attack_amountsBeyondAllCoins_revertAndLockNothing() public {
        uint48 end = _endAfter(MIN);
        uint256 amount = uint256(type(uint128).max) + 1;
        vm.deal(ada, amount);
        vm.expectPartialRevert(SafeCast.SafeCastOverflowedUintDowncast.selector);
        vm.prank(ada);
        ve.lock{value: amount}(end);
        // A slope that no point holds.
        vm.expectPartialRevert(SafeCast.SafeCastOverflowedUintDowncast.selector);
        vm.prank(ada);
        ve.lock{value: type(uint128).max}(end);
        assertEq(ve.totalSupply(), 0);
    }
}
