// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAllocation} from "../../contracts/msp/interfaces/IAllocation.sol";
import {IDimRegistry} from "../../contracts/msp/interfaces/IDimRegistry.sol";
import {DimId} from "../../contracts/types/Types.sol";
import {MspFixture} from "./MspFixture.sol";

/*
Allocation.openBasket, closeBasket
├── when the caller is no validator: it reverts
├── when there are no lines, too many, out of order, or shares out of range: it reverts
├── when a DIM is not admitted: it reverts
├── when shares sum to more than 100 % without saying so: it reverts
├── when all DIMs together could take more than 100 %: it reverts
└── what is free is what is neither allocated nor slashable
*/
contract Allocation_Basket_Test is MspFixture {
    function _lines(uint16 first, uint16 second) private view returns (IAllocation.Line[] memory lines) {
        lines = new IAllocation.Line[](2);
        lines[0] = IAllocation.Line(dim, first);
        lines[1] = IAllocation.Line(otherDim, second);
    }

    function test_openBasket_callerNotValidator_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IAllocation.AllocationNotValidator.selector, address(this)));
        allocation.openBasket(_lines(1, 1), false);
    }

    function test_openBasket_badLines_reverts() public {
        vm.startPrank(validator);
        vm.expectRevert(abi.encodeWithSelector(IAllocation.AllocationBadLength.selector, 0));
        allocation.openBasket(new IAllocation.Line[](0), false);
        vm.expectRevert(abi.encodeWithSelector(IAllocation.AllocationBadLength.selector, 9));
        allocation.openBasket(new IAllocation.Line[](9), false);
        vm.expectRevert(abi.encodeWithSelector(IAllocation.AllocationBadLine.selector, 0));
        allocation.openBasket(_lines(0, 1), false);
        vm.expectRevert(abi.encodeWithSelector(IAllocation.AllocationBadLine.selector, 1));
        allocation.openBasket(_lines(1, 10_001), true);
        IAllocation.Line[] memory lines = _lines(1, 1);
        lines[1].dim = dim;
        vm.expectRevert(abi.encodeWithSelector(IAllocation.AllocationBadLine.selector, 1));
        allocation.openBasket(lines, false);
    }

    function test_openBasket_dimNotAdmitted_reverts() public {
        DimId id = _propose(_terms());
        IAllocation.Line[] memory lines = _lines(1, 1);
        lines[1].dim = id;
        vm.startPrank(validator);
        vm.expectRevert(abi.encodeWithSelector(IAllocation.AllocationNotAdmitted.selector, id));
        allocation.openBasket(lines, false);
        vm.stopPrank();
        dims.remove(otherDim);
        vm.prank(validator);
        vm.expectRevert(abi.encodeWithSelector(IAllocation.AllocationNotAdmitted.selector, otherDim));
        allocation.openBasket(_lines(1, 1), false);
    }

    function testFuzz_openBasket_bounds(uint16 first, uint16 second, uint16 maximum, bool rehypothecate) public {
        first = uint16(bound(first, 1, 10_000));
        second = uint16(bound(second, 1, 10_000));
        IDimRegistry.Terms memory terms = _terms();
        terms.maximumSlash = uint16(bound(maximum, 1, 10_000));
        IAllocation.Line[] memory lines = _lines(first, second);
        lines[1].dim = _admit(terms);

        uint256 sum = uint256(first) + second;
        uint256 slashable = (uint256(first) * HALF + uint256(second) * terms.maximumSlash + 9999) / 10_000;
        if (sum > 10_000 && !rehypothecate) {
            vm.expectRevert(abi.encodeWithSelector(IAllocation.AllocationNotUnique.selector, sum));
        } else if (slashable > 10_000) {
            vm.expectRevert(abi.encodeWithSelector(IAllocation.AllocationUnbounded.selector, slashable));
        }
        vm.prank(validator);
        uint16 basket = allocation.openBasket(lines, rehypothecate);
        if (basket == 0) return;
        uint256 largest = first > second ? first : second;
        assertEq(
            allocation.freeShareOf(validator, basket), 10_000 - (slashable > largest ? slashable : largest)
        );
        assertEq(allocation.linesOf(validator, basket).length, 2);
        assertEq(allocation.basketsOf(validator), 3);
        assertEq(allocation.shareOf(validator, basket, dim), first);
    }

    function test_closeBasket_once() public {
        vm.startPrank(validator);
        allocation.closeBasket(PLAIN);
        vm.expectRevert(abi.encodeWithSelector(IAllocation.AllocationNotOpen.selector, validator, PLAIN));
        allocation.closeBasket(PLAIN);
        assertFalse(allocation.isOpen(validator, PLAIN));
        assertTrue(allocation.isOpen(validator, SHARED));
    }
}

/*
Allocation.stakeAt
├── zero unless both agreed and the DIM is admitted
├── zero for a DIM that is not in the basket
├── answers for any past time, across slashes of all there was
└── the lesser of the eve of the epoch and the time asked
*/
contract Allocation_Stake_Test is MspFixture {
    function test_stakeAt_unlessAgreed_zero() public {
        _stake(staker, SHARED, 10 ether);
        _nextEpoch();
        assertEq(allocation.stakeAt(dim, vault, validator, SHARED, _now()), 10 ether);
        assertEq(allocation.stakeAt(otherDim, vault, validator, SHARED, _now()), 10 ether);
        vm.prank(validator);
        validators.opt(dim, false);
        dims.remove(otherDim);
        assertEq(allocation.stakeAt(otherDim, vault, validator, SHARED, _now()), 0);
        _nextEpoch();
        assertEq(allocation.stakeAt(dim, vault, validator, SHARED, _now()), 0);
        assertEq(allocation.stakeAt(dim, vault, validator, SHARED, _now() - 1), 10 ether);
    }

    function test_stakeAt_anyPastTime_acrossGenerations() public {
        uint48[5] memory times;
        uint256[5] memory stakes = [uint256(10 ether), 30 ether, 15 ether, 0, 7 ether];
        _stake(staker, PLAIN, 10 ether);
        _nextEpoch();
        times[0] = _now();
        _stake(staker, PLAIN, 20 ether);
        _nextEpoch();
        times[1] = _now();
        _pass(1);
        _exit(staker, PLAIN, vault.sharesOf(staker, validator, PLAIN) / 2);
        times[2] = _now();
        _pass(1);
        vm.prank(address(slasher));
        vault.slash(validator, PLAIN, 30 ether, victim);
        times[3] = _now();
        _pass(1);
        _stake(staker, PLAIN, 7 ether);
        _nextEpoch();
        times[4] = _now();
        _pass(100 days);
        for (uint256 i; i < 5; ++i) {
            assertEq(allocation.stakeAt(dim, vault, validator, PLAIN, times[i]), stakes[i]);
        }
    }
}
