// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IRewards} from "../../contracts/msp/interfaces/IRewards.sol";
import {IVault} from "../../contracts/msp/interfaces/IVault.sol";
import {RewardsFixture} from "./RewardsFixture.sol";

/*
Rewards.claim
├── when an epoch is not over: it pays nothing
├── when two stakers held all through: it pays each its part, less the commission
└── when claimed again: it pays nothing more
*/
contract Rewards_Claim_Test is RewardsFixture {
    function test_claim_twoStakers_sharesByWeight() public {
        _stake(staker, PLAIN, 30 ether);
        _stake(other, PLAIN, 10 ether);
        _fund(2, 100 ether);
        assertEq(_claim(staker), 0);
        _nextEpoch();
        assertEq(_claim(staker), 0);
        _nextEpoch();
        _assertNear(_claim(staker), _net(75 ether), 1);
        _assertNear(_claim(other), _net(25 ether), 1);
        assertEq(_claim(staker), 0);
        _nextEpoch();
        _assertNear(_claim(staker) + _claim(other), _net(100 ether), 2);
        _assertNear(rewards.claimCommission(_pot(), validator), 200 ether - _net(200 ether), 1);
        assertLe(rewards.balanceOf(_pot()).left, 5);
        assertEq(rewards.balanceOf(_pot()).left, bribe.balanceOf(address(rewards)));
    }
}
