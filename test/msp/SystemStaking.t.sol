// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Test} from "../fixtures/Test.sol";
import {SystemStaking} from "../../contracts/mocks/SystemStaking.sol";

/*
The double of system staking
├── counts V2's durations in blocks, 17,280 a day, and V3's in seconds
├── a bucket is locked, unlocked, unstaked after its duration, and paid out three days later
├── only its owner does so; the owner changes with the token, unstaked or not
└── `type(uint256).max` stands for what has not happened
*/
contract SystemStaking_Test is Test {
    uint256 private constant _NEVER = type(uint256).max;
    address private _owner = makeAddr("owner");

    function _check(SystemStaking staking, uint256 day, function(uint256) internal pass) private {
        vm.deal(_owner, 10 ether);
        vm.startPrank(_owner);
        uint256 id = staking.stake{value: 10 ether}(91 * day, address(1));
        (uint256 amount, uint256 duration, uint256 unlockedAt, uint256 unstakedAt, address delegate) =
            staking.bucketOf(id);
        assertEq(amount, 10 ether);
        assertEq(duration, 91 * day);
        assertEq(unlockedAt, _NEVER);
        assertEq(unstakedAt, _NEVER);
        assertEq(delegate, address(1));

        vm.expectRevert(abi.encodeWithSelector(SystemStaking.NotUnlocked.selector, id));
        staking.unstake(id);
        staking.unlock(id);
        pass(91 * day - 1);
        vm.expectRevert(abi.encodeWithSelector(SystemStaking.TooEarly.selector, id));
        staking.unstake(id);
        pass(1);
        staking.unstake(id);
        vm.expectRevert(abi.encodeWithSelector(SystemStaking.NotStaked.selector, id));
        staking.lock(id, 91 * day);
        pass(3 * day - 1);
        vm.expectRevert(abi.encodeWithSelector(SystemStaking.TooEarly.selector, id));
        staking.withdraw(id, payable(_owner));
        pass(1);
        staking.transferFrom(_owner, address(this), id);
        vm.expectRevert(abi.encodeWithSelector(SystemStaking.NotOwner.selector, id));
        staking.withdraw(id, payable(_owner));
        vm.stopPrank();
        staking.withdraw(id, payable(_owner));
        assertEq(_owner.balance, 10 ether);
    }

    function _passSeconds(uint256 time) private {
        vm.warp(block.timestamp + time);
    }

    function _passBlocks(uint256 count) private {
        vm.roll(block.number + count);
    }

    function test_v2_countsBlocks() public {
        _check(new SystemStaking(false), 17_280, _passBlocks);
    }

    function test_v3_countsSeconds() public {
        _check(new SystemStaking(true), 1 days, _passSeconds);
    }

    function test_merge_andDonate_changeWhatIsInABucket() public {
        SystemStaking staking = new SystemStaking(true);
        vm.deal(_owner, 10 ether);
        vm.startPrank(_owner);
        uint256[] memory ids = new uint256[](2);
        ids[0] = staking.stake{value: 4 ether}(1 days, address(1));
        ids[1] = staking.stake{value: 5 ether}(1 days, address(1));
        staking.merge(ids, 2 days);
        staking.donate(ids[0], 1 ether);
        staking.expandBucket{value: 1 ether}(ids[0], 3 days);
        (uint256 amount, uint256 duration,,,) = staking.bucketOf(ids[0]);
        assertEq(amount, 9 ether);
        assertEq(duration, 3 days);
    }
}
