// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IRewards} from "../../contracts/msp/interfaces/IRewards.sol";
import {IVault} from "../../contracts/msp/interfaces/IVault.sol";
import {TaxedToken} from "../fixtures/Tokens.sol";
import {RewardsFixture} from "./RewardsFixture.sol";

/*
Rewards.fund
├── when an epoch is not in the future, there is none, or the last is beyond the horizon: it reverts
├── when the DIM is not admitted, or has left: it reverts
├── when nothing arrives for an epoch: it reverts
├── when the token takes a fee: what arrived is divided, and the rest is the last epoch's
└── else each epoch has its part, of each of its funders
*/
contract Rewards_Fund_Test is RewardsFixture {
    function _expectBadEpochs(uint48 first, uint48 count) private {
        vm.expectRevert(abi.encodeWithSelector(IRewards.RewardsBadEpochs.selector, first, count));
        rewards.fund(_pot(), first, count, 1);
    }

    function test_fund_epochsNotAhead_reverts() public {
        uint48 epoch = _epoch();
        _expectBadEpochs(epoch - 1, 1);
        _expectBadEpochs(epoch, 2);
        _expectBadEpochs(epoch + 1, 0);
        _expectBadEpochs(epoch + 1, 367);
        _expectBadEpochs(epoch + 367, 1);
        _expectBadEpochs(type(uint48).max, type(uint48).max);
        _fundFrom(funder, epoch + 366, 1, 1);
    }

    function test_fund_dimNotAdmitted_reverts() public {
        uint48 next = _epoch() + 1;
        IRewards.Pot memory pot = _pot();
        pot.dim = _propose(_terms());
        vm.expectRevert(abi.encodeWithSelector(IRewards.RewardsNotAdmitted.selector, pot.dim));
        rewards.fund(pot, next, 1, 1);
        dims.remove(dim);
        vm.expectRevert(abi.encodeWithSelector(IRewards.RewardsNotAdmitted.selector, dim));
        rewards.fund(_pot(), next, 1, 1);
    }

    function test_fund_nothing_reverts() public {
        uint48 next = _epoch() + 1;
        vm.expectRevert(abi.encodeWithSelector(IRewards.RewardsZeroAmount.selector));
        rewards.fund(_pot(), next, 1, 0);
    }

    function test_fund_feeToken_dividesWhatArrived() public {
        TaxedToken taxed = new TaxedToken();
        taxed.mint(funder, 111);
        vm.startPrank(funder);
        taxed.approve(address(rewards), 111);
        assertEq(rewards.fund(_potOf(taxed), _epoch() + 1, 3, 37), 100);
        vm.stopPrank();
        for (uint48 i; i < 3; ++i) {
            assertEq(rewards.fundedFor(_potOf(taxed), _epoch() + 1 + i), i == 2 ? 34 : 33);
        }
        assertEq(rewards.balanceOf(_potOf(taxed)).left, taxed.balanceOf(address(rewards)));
    }

    function testFuzz_fund_addsUp(uint96 first, uint96 second, uint256 count) public {
        vm.assume(first != 0 && second != 0);
        uint48 epochs = uint48(bound(count, 1, 10));
        uint48 next = _epoch() + 1;
        _fundFrom(funder, next, epochs, first);
        _fundFrom(stranger, next, 1, second);
        assertEq(rewards.fundedFor(_pot(), next), uint256(first) + second);
        assertEq(rewards.fundedFor(_pot(), next + epochs), 0);
        assertEq(rewards.contributionOf(_pot(), next, funder), first);
        assertEq(rewards.contributionOf(_pot(), next, stranger), second);
        assertEq(rewards.balanceOf(_pot()).left, uint256(first) * epochs + second);
        assertEq(rewards.balanceOf(_pot()).issued, uint256(first) * epochs + second);
    }
}

/*
Rewards.refund
├── when the epoch is not over, or stake backed the DIM all through it: it reverts
├── when nothing was given, or it was paid back: it reverts
├── when no stake did: each funder is paid back its own
└── when the DIM left before the epoch's end: at once, for all epochs to come, and earlier ones are paid
Rewards.refundRange
├── when nothing can be paid back: it reverts
├── it pays what {refund} would pay for each epoch, and leaves what may be earned
└── a range is as dear as its funded epochs
*/
contract Rewards_Refund_Test is RewardsFixture {
    function test_refund_earnedOrToBeEarned_reverts() public {
        uint48 next = _epoch() + 1;
        _fund(2, 10);
        vm.expectRevert(abi.encodeWithSelector(IRewards.RewardsNotRefundable.selector, next));
        rewards.refund(_pot(), next, funder);
        _nextEpoch();
        _stake(staker, PLAIN, 1 ether);
        vm.expectRevert(abi.encodeWithSelector(IRewards.RewardsNotRefundable.selector, next));
        rewards.refund(_pot(), next, funder);
        _nextEpochs(2);
        vm.expectRevert(abi.encodeWithSelector(IRewards.RewardsNotRefundable.selector, next + 1));
        rewards.refund(_pot(), next + 1, funder);
        assertFalse(rewards.isRefundable(_pot(), next + 1));
        assertTrue(rewards.isRefundable(_pot(), next));
    }

    function test_refund_nothing_reverts() public {
        uint48 next = _epoch() + 1;
        _fund(1, 10);
        _nextEpochs(2);
        vm.expectRevert(abi.encodeWithSelector(IRewards.RewardsZeroAmount.selector));
        rewards.refund(_pot(), next, stranger);
        rewards.refund(_pot(), next, funder);
        vm.expectRevert(abi.encodeWithSelector(IRewards.RewardsZeroAmount.selector));
        rewards.refund(_pot(), next, funder);
    }

    /// @dev Shared out before or after: it makes no difference.
    function testFuzz_refund_nobodyAllocated_paysEachItsOwn(uint96 first, uint96 second, bool advanced) public {
        vm.assume(first != 0 && second != 0);
        uint48 next = _epoch() + 1;
        _fund(1, first);
        _fundFrom(stranger, next, 1, second);
        _nextEpoch();
        // Too late for it.
        _stake(staker, PLAIN, 1 ether);
        _nextEpoch();
        if (advanced) rewards.advance(_pot(), 10);
        assertEq(rewards.refund(_pot(), next, funder), first);
        assertEq(rewards.refund(_pot(), next, stranger), second);
        assertEq(bribe.balanceOf(funder), first);
        assertEq(bribe.balanceOf(stranger), second);
        assertEq(rewards.balanceOf(_pot()).left, 0);
        assertEq(rewards.balanceOf(_pot()).issued, 0);
        assertEq(_claim(staker), 0);
    }

    function test_refund_dimLeft_paysWhatIsToCome() public {
        _stake(staker, PLAIN, 1 ether);
        uint48 next = _epoch() + 1;
        _fund(4, 10 ether);
        _nextEpochs(2);
        _pass(12 hours);
        dims.remove(dim);
        vm.expectRevert(abi.encodeWithSelector(IRewards.RewardsNotRefundable.selector, next));
        rewards.refund(_pot(), next, funder);
        // The epoch that it left in is not paid.
        for (uint48 i = 1; i < 4; ++i) assertEq(rewards.refund(_pot(), next + i, funder), 10 ether);
        _nextEpochs(4);
        _assertNear(_claim(staker), _net(10 ether), 1);
        assertEq(_claim(staker), 0);
    }

    function test_refundRange_nothing_reverts() public {
        uint48 next = _epoch() + 1;
        _fund(3, 10);
        vm.expectRevert(abi.encodeWithSelector(IRewards.RewardsZeroAmount.selector));
        rewards.refundRange(_pot(), next, 100, funder);
        _nextEpochs(4);
        vm.expectRevert(abi.encodeWithSelector(IRewards.RewardsZeroAmount.selector));
        rewards.refundRange(_pot(), next, 0, funder);
        vm.expectRevert(abi.encodeWithSelector(IRewards.RewardsZeroAmount.selector));
        rewards.refundRange(_pot(), next, 100, stranger);
    }

    function test_refundRange_leavesWhatIsEarned_andOthers() public {
        uint48 next = _epoch() + 1;
        _fund(6, 10 ether);
        _fundFrom(stranger, next, 2, 1 ether);
        _nextEpochs(2);
        // Nobody staked in the first two; somebody does in the third and fourth.
        _stake(staker, PLAIN, 1 ether);
        _nextEpochs(2);
        _exitAll(staker, PLAIN);
        _nextEpochs(3);
        assertEq(rewards.refundRange(_pot(), next - 5, 366, funder), 50 ether);
        assertEq(bribe.balanceOf(funder), 50 ether);
        vm.expectRevert(abi.encodeWithSelector(IRewards.RewardsZeroAmount.selector));
        rewards.refundRange(_pot(), next - 5, 366, funder);
        assertEq(rewards.refundRange(_pot(), next, 1, stranger), 1 ether);
        assertEq(rewards.refundRange(_pot(), next, 2, stranger), 1 ether);
        _assertNear(_claim(staker), _net(10 ether), 1);
        _assertNear(rewards.commissionOf(_pot(), validator), rewards.balanceOf(_pot()).left, 1);
    }

    /// @dev In pages of any size, or each by itself: the same.
    function testFuzz_refundRange_paysWhatRefundPays(uint256 seed, uint8 page) public {
        uint48 next = _epoch() + 1;
        uint256 given;
        for (uint48 i; i < 12; ++i) {
            uint256 amount = uint256(keccak256(abi.encode(seed, i))) % 3;
            given += amount;
            if (amount != 0) _fundFrom(funder, next + i, 1, amount);
        }
        vm.assume(given != 0);
        _nextEpochs(14);
        uint48 size = uint48(bound(page, 1, 12));
        for (uint48 first = next; first < next + 12; first += size) {
            try rewards.refundRange(_pot(), first, size, funder) {} catch {}
        }
        assertEq(bribe.balanceOf(funder), given);
        assertEq(rewards.balanceOf(_pot()).issued, 0);
        assertEq(rewards.balanceOf(_pot()).left, 0);
    }

    function test_refundRange_366Epochs_inABlocksGas() public {
        uint48 next = _epoch() + 1;
        _fund(366, 1);
        _pass(367 days);
        uint256 before = gasleft();
        assertEq(rewards.refundRange(_pot(), next, 366, funder), 366);
        assertLt(before - gasleft(), 10_000_000);
    }

    /// @dev It saw the whole of the epoch before.
    function test_refund_dimLeftAsAnEpochBegan() public {
        _stake(staker, PLAIN, 1 ether);
        uint48 next = _epoch() + 1;
        _fund(2, 10 ether);
        _nextEpochs(2);
        dims.remove(dim);
        assertFalse(rewards.isRefundable(_pot(), next));
        assertTrue(rewards.isRefundable(_pot(), next + 1));
        _assertNear(_claim(staker), _net(10 ether), 1);
    }
}

/*
Rewards.claim
├── when an epoch is not over: it pays nothing
├── when stakers held all through: it pays each its part, less the commission of the epoch
├── when a basket backs several DIMs: each pays by the basket's share
├── when claimed again, or in pages, or daily: the same in all
├── when epochs go by in which nothing is funded, or a token was never funded: nothing
└── what is pending is what it pays, shared out or not
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

    /// @dev Every wei but what is rounded away is paid to someone.
    function testFuzz_claim_paysAllOfIt(uint96 first, uint96 second, uint96 amount, uint256 part) public {
        vm.assume(first != 0 && second != 0 && amount != 0);
        _stake(staker, PLAIN, first);
        uint256 shares = _stake(other, PLAIN, second);
        _nextEpoch();
        _fund(1, amount);
        part = bound(part, 1, shares);
        _exit(other, PLAIN, part);
        uint256 stays = _weight(other, _epoch() + 1);
        _nextEpochs(2);
        uint256 total = uint256(first) + (shares - part) / 1000;
        assertEq(rewards.totalIn(dim, vault, _epoch() - 1), total);
        uint256 claimed = _claim(staker);
        _assertNear(claimed, uint256(amount) * first / total * 9500 / 10_000 + 2, 3);
        uint256 paid = claimed + _claim(other);
        paid += rewards.commissionOf(_pot(), validator);
        assertLe(paid, amount);
        // A staker's weight is rounded once more than the pool's.
        assertLe(uint256(amount) - paid, 4 + uint256(amount) / total);
        assertEq(stays, (shares - part) / 1000);
    }

    function test_claim_basketOfTwo_byTheShareOfEach() public {
        uint16 basket = _openBasketOfTwo(3000, 7000);
        _deposit(staker, 10 ether);
        vm.prank(staker);
        vault.delegate(validator, basket, 10 ether);
        _stake(other, PLAIN, 5 ether);
        _fund(1, 100 ether);
        _nextEpochs(2);
        assertEq(rewards.totalIn(dim, vault, _epoch() - 1), 8 ether);
        assertEq(rewards.totalIn(otherDim, vault, _epoch() - 1), 7 ether);
        IRewards.Position memory position = IRewards.Position(validator, basket, 0, staker);
        _assertNear(rewards.claim(_pot(), position, 10), _net(37.5 ether), 1);
        _assertNear(_claim(other), _net(62.5 ether), 1);
    }

    /// @dev Stake changes daily, for both; and one claims in pages of one, or each day, and the other at once.
    function testFuzz_claim_inPagesOrDaily_paysTheSame(uint256 seed, bool daily) public {
        _stake(staker, PLAIN, 1 ether);
        _stake(other, PLAIN, 1 ether);
        _fund(8, 1001);
        uint256 claimed;
        for (uint256 i; i < 9; ++i) {
            uint256 amount = bound(uint256(keccak256(abi.encode(seed, i))), 1, 1 ether);
            _stake(staker, PLAIN, amount);
            _stake(other, PLAIN, amount);
            _nextEpoch();
            if (daily) claimed += _claim(staker);
        }
        _nextEpoch();
        for (uint256 i; i < 9; ++i) claimed += rewards.claim(_pot(), _position(staker), 1);
        assertEq(claimed, _claim(other));
        assertEq(_claim(staker), 0);
        assertGe(claimed, 8 * 475);
    }

    function testFuzz_pending_isWhatIsPaid(uint96 stake, uint96 amount, uint256 epochs, bool advanced) public {
        vm.assume(stake != 0 && amount != 0);
        _stake(staker, PLAIN, stake);
        uint48 count = uint48(bound(epochs, 1, 12));
        _fund(count, amount);
        _nextEpochs(count + 1);
        if (advanced) rewards.advance(_pot(), count / 2);
        uint256 pending = _pending(staker);
        assertEq(_claim(staker), pending);
        assertEq(rewards.claimedUntil(_pot(), _position(staker)), _epoch());
        assertEq(_pending(staker), 0);
    }

    function test_claim_gapsAndNeverFunded_paysNothing() public {
        _stake(staker, PLAIN, 1 ether);
        assertEq(_claim(staker), 0);
        _nextEpochs(3);
        assertEq(_claim(staker), 0);
        _fundFrom(funder, _epoch() + 300, 1, 100);
        _nextEpochs(301);
        uint256 claimed = _claim(staker);
        _assertNear(claimed, 95, 1);
        assertEq(bribe.balanceOf(staker), claimed);
    }

    /// @dev More epochs than one claim shares out.
    function test_claim_longUnclaimed_takesSomeClaims() public {
        _stake(staker, PLAIN, 1 ether);
        _fund(40, 100);
        _nextEpochs(41);
        uint256 pending = _pending(staker);
        _assertNear(pending, 40 * 95, 1);
        uint256 claimed = _claim(staker);
        _assertNear(claimed, 16 * 95, 1);
        rewards.advance(_pot(), type(uint256).max);
        assertEq(claimed + _claim(staker), pending);
    }
}

/*
Rewards.claimEach
└── each pot is claimed out of; one that fails, or burns its gas, does not stop the others
Rewards.claimCommission
├── when there is none, or it was paid: it reverts
└── else it pays the validator
*/
contract Rewards_Others_Test is RewardsFixture {
    function test_claimEach_isolatesFailures() public {
        _stake(staker, PLAIN, 1 ether);
        _fund(1, 100);
        _nextEpochs(2);
        IRewards.Pot[] memory pots = new IRewards.Pot[](3);
        pots[0] = _pot();
        pots[0].vault = IVault(stranger);
        pots[1] = _pot();
        pots[1].vault = IVault(address(1));
        pots[2] = _pot();
        uint256[] memory amounts = rewards.claimEach(pots, _position(staker), 10, 300_000);
        assertEq(amounts[0] + amounts[1], 0);
        _assertNear(amounts[2], 95, 1);
        assertEq(bribe.balanceOf(staker), amounts[2]);
    }

    function test_claimCommission_nothing_reverts() public {
        _stake(staker, PLAIN, 1 ether);
        _fund(1, 100);
        _nextEpochs(2);
        vm.expectRevert(abi.encodeWithSelector(IRewards.RewardsZeroAmount.selector));
        rewards.claimCommission(_pot(), validator);
        _claim(staker);
        // 4.99… of 5, for a rate is rounded down.
        assertEq(rewards.commissionOf(_pot(), validator), 4);
        assertEq(rewards.claimCommission(_pot(), validator), 4);
        assertEq(bribe.balanceOf(validator), 4);
        vm.expectRevert(abi.encodeWithSelector(IRewards.RewardsZeroAmount.selector));
        rewards.claimCommission(_pot(), validator);
    }
}

/*
Rewards.sync
├── when a validator opts out: the pool counts until the end of the epoch, to the wei
├── when it opts in again within the epoch: as if nothing had been
├── when it serves by the time that stake joins: it is counted without
├── when it served only later: from the epoch after the call
└── when the DIM has left: no more
*/
contract Rewards_Sync_Test is RewardsFixture {
    function _sync() private {
        rewards.sync(vault, validator, PLAIN);
    }

    function test_sync_optOut_countsUntilTheEpochsEnd() public {
        _stake(staker, PLAIN, 1 ether);
        _nextEpoch();
        _opt(false);
        _sync();
        assertEq(rewards.totalIn(dim, vault, _epoch()), 1 ether);
        assertTrue(rewards.isCounted(vault, validator, PLAIN, dim, _epoch()));
        assertFalse(rewards.isCounted(vault, validator, PLAIN, dim, _epoch() + 1));
        _stake(staker, PLAIN, 1 ether);
        _exit(staker, PLAIN, 1500 ether);
        assertEq(rewards.totalIn(dim, vault, _epoch()), 0.5 ether);
        _nextEpoch();
        assertEq(rewards.totalIn(dim, vault, _epoch()), 0);
        _exitAll(staker, PLAIN);
        assertEq(rewards.totalIn(dim, vault, _epoch()), 0);
    }

    function test_sync_outAndInAgain_changesNothing() public {
        _stake(staker, PLAIN, 1 ether);
        _nextEpoch();
        _opt(false);
        _sync();
        _stake(staker, PLAIN, 2 ether);
        _opt(true);
        _sync();
        assertEq(rewards.totalIn(dim, vault, _epoch()), 1 ether);
        assertEq(rewards.totalIn(dim, vault, _epoch() + 1), 3 ether);
        _exit(staker, PLAIN, 2500 ether);
        assertEq(rewards.totalIn(dim, vault, _epoch()), 0.5 ether);
        assertEq(rewards.totalIn(dim, vault, _epoch() + 1), 0.5 ether);
    }

    function test_sync_served_later_countsFromTheNextEpoch() public {
        _opt(false);
        _nextEpoch();
        _stake(staker, PLAIN, 1 ether);
        _nextEpoch();
        assertEq(rewards.totalIn(dim, vault, _epoch()), 0);
        _opt(true);
        _sync();
        assertEq(rewards.totalIn(dim, vault, _epoch()), 0);
        _nextEpoch();
        assertEq(rewards.totalIn(dim, vault, _epoch()), 1 ether);
    }

    function test_sync_joining_countsWithout() public {
        _opt(false);
        _nextEpoch();
        _stake(staker, PLAIN, 1 ether);
        _opt(true);
        _stake(other, PLAIN, 2 ether);
        _nextEpoch();
        assertEq(rewards.totalIn(dim, vault, _epoch()), 3 ether);
    }

    function test_sync_dimLeft_countsNoMore() public {
        _stake(staker, PLAIN, 1 ether);
        _nextEpoch();
        dims.remove(dim);
        _sync();
        _nextEpoch();
        assertEq(rewards.totalIn(dim, vault, _epoch()), 0);
        // What is not there is not counted.
        rewards.sync(vault, stranger, 1);
    }
}

/*
Vault.weightOf
├── what joins counts from the next epoch on; what leaves, not at all in its epoch
├── what leaves is what joined in the epoch, before it is what was there
├── the last slash of an epoch is its price all through
├── a pool that died weighs nothing, in the epoch already; the next generation anew
└── a pool weighs what its stakers weigh, whatever happened
*/
contract Vault_Weight_Test is RewardsFixture {
    function test_weightOf_joinAndLeave() public {
        uint48 epoch = _epoch();
        _stake(staker, PLAIN, 10 ether);
        assertEq(_weight(staker, epoch), 0);
        assertEq(_weight(staker, epoch + 1), 10 ether);
        _nextEpoch();
        _stake(staker, PLAIN, 4 ether);
        // Three of the four that joined.
        _exit(staker, PLAIN, 3000 ether);
        assertEq(_weight(staker, epoch + 1), 10 ether);
        assertEq(_weight(staker, epoch + 2), 11 ether);
        // The last of them, and one of the ten.
        _exit(staker, PLAIN, 2000 ether);
        assertEq(_weight(staker, epoch + 1), 9 ether);
        assertEq(_weight(staker, epoch + 2), 9 ether);
        _stake(staker, PLAIN, 1 ether);
        assertEq(_weight(staker, epoch + 1), 9 ether);
        assertEq(_weight(staker, epoch + 2), 10 ether);
        (, uint48 until) = vault.weightOf(staker, validator, PLAIN, 0, epoch);
        assertEq(until, epoch + 1);
        (, until) = vault.weightOf(staker, validator, PLAIN, 0, epoch + 1);
        assertEq(until, epoch + 2);
        (, until) = vault.weightOf(staker, validator, PLAIN, 0, epoch + 2);
        assertEq(until, type(uint48).max);
        assertEq(vault.sharesOf(staker, validator, PLAIN), 10_000 ether);
    }

    function test_weightOf_slash_isThePriceOfTheWholeEpoch() public {
        _stake(staker, PLAIN, 10 ether);
        _nextEpochs(2);
        _stake(other, PLAIN, 10 ether);
        _slashPool(5 ether);
        _slashPool(5 ether);
        uint48 epoch = _epoch();
        assertEq(_weight(staker, epoch - 1), 10 ether);
        _assertNear(_weight(staker, epoch), 5 ether, 2);
        _assertNear(_weight(other, epoch + 1), 5 ether, 2);
        assertEq(rewards.totalIn(dim, vault, epoch), _weight(staker, epoch));
        assertEq(vault.generationOf(validator, PLAIN), 0);
    }

    function test_weightOf_death_andAnew() public {
        _stake(staker, PLAIN, 10 ether);
        _nextEpoch();
        uint48 epoch = _epoch();
        _slashPool(10 ether);
        assertEq(_weight(staker, epoch), 0);
        (uint256 old,) = vault.weightOf(staker, validator, PLAIN, 0, epoch);
        assertEq(old, 0);
        assertEq(rewards.totalIn(dim, vault, epoch), 0);
        assertEq(vault.generationOf(validator, PLAIN), 1);
        _stake(staker, PLAIN, 3 ether);
        assertEq(rewards.totalIn(dim, vault, epoch), 0);
        assertEq(rewards.totalIn(dim, vault, epoch + 1), 3 ether);
        assertEq(_weight(staker, epoch + 1), 3 ether);
    }

    /// @dev Anyone may do anything: the total is the stakers' sum, but for a wei of each, and never less.
    function testFuzz_total_isTheSumOfItsStakers(uint256 seed) public {
        address[3] memory accounts = [staker, other, stranger];
        uint48 first = _epoch();
        for (uint256 i; i < 25; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            address account = accounts[seed % 3];
            uint256 amount = seed >> 128;
            uint256 held = vault.sharesOf(account, validator, PLAIN);
            uint256 action = (seed >> 8) % 6;
            if (action < 2) _tryStake(account, bound(amount, 1, 10 ether));
            else if (action < 4 && held != 0) _exit(account, PLAIN, bound(amount, 1, held));
            else if (action == 4) _slashPool(bound(amount, 0, vault.slashableNow(validator, PLAIN)));
            else _pass(amount % 2 days);
            if (vault.generationOf(validator, PLAIN) != 0) break;
        }
        for (uint48 epoch = first; epoch <= _epoch() + 1; ++epoch) {
            uint256 sum;
            for (uint256 i; i < 3; ++i) {
                (uint256 weight,) = vault.weightOf(accounts[i], validator, PLAIN, 0, epoch);
                sum += weight;
            }
            _assertNear(sum, rewards.totalIn(dim, vault, epoch), 2);
        }
        assertLe(
            rewards.totalIn(dim, vault, _epoch() + 1), vault.activeAt(validator, PLAIN, _now())
        );
    }

    function _tryStake(address account, uint256 amount) private {
        _deposit(account, amount);
        vm.prank(account);
        try vault.delegate(validator, PLAIN, amount) {} catch {}
    }
}
