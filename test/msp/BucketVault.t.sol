// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IBucketEscrow} from "../../contracts/msp/interfaces/IBucketEscrow.sol";
import {IBucketVault} from "../../contracts/msp/interfaces/IBucketVault.sol";
import {IVault} from "../../contracts/msp/interfaces/IVault.sol";
import {CoinRefuser} from "../fixtures/Payees.sol";
import {TokenDouble} from "../fixtures/Tokens.sol";
import {BucketFixture} from "./BucketFixture.sol";
import {SystemStaking} from "../../contracts/mocks/SystemStaking.sol";

/*
BucketVault.depositBucket
├── when the vault may not transfer it, or it is another's: it reverts
├── when it is unlocked or unstaked: it reverts
└── else its amount is credited, and it is in the staker's own escrow, where the next ones go too
BucketVault.withdrawBucket
├── when it is another's, is not here, or goes nowhere: it reverts
├── when the balance is less than it counts for: it reverts, unless what is sent along suffices
└── else it is the recipient's, with whatever was added to it
BucketVault.remeasure
├── when nothing was added: it reverts
└── else what was added is credited
*/
contract BucketVaultDeposits_Test is BucketFixture {
    function test_depositBucket_notItsOwn_reverts() public {
        uint256 id = _bucket(staker, 100 ether);
        vm.prank(staker);
        vm.expectRevert();
        buckets.depositBucket(id);
        vm.prank(staker);
        staking.approve(address(buckets), id);
        vm.prank(stranger);
        vm.expectRevert();
        buckets.depositBucket(id);
    }

    function test_depositBucket_unlockedOrUnstaked_reverts() public {
        uint256 id = _bucket(staker, 100 ether);
        vm.startPrank(staker);
        staking.approve(address(buckets), id);
        staking.unlock(id);
        vm.expectRevert(abi.encodeWithSelector(IBucketVault.BucketVaultNotLocked.selector, id));
        buckets.depositBucket(id);
        _pass(LOCK);
        staking.unstake(id);
        vm.expectRevert(abi.encodeWithSelector(IBucketVault.BucketVaultNotLocked.selector, id));
        buckets.depositBucket(id);
    }

    function test_depositBucket_creditsItsAmount_inOneEscrowAStaker() public {
        uint256 first = _depositBucket(staker, 100 ether);
        uint256 second = _depositBucket(staker, 50 ether);
        uint256 others = _depositBucket(other, 70 ether);
        address escrow = address(buckets.escrowOf(staker));
        assertEq(staking.ownerOf(first), escrow);
        assertEq(staking.ownerOf(second), escrow);
        assertEq(staking.ownerOf(others), address(buckets.escrowOf(other)));
        assertEq(buckets.escrowOf(staker).staker(), staker);
        assertEq(buckets.balanceOf(staker), 150 ether);
        assertEq(buckets.bucketOf(first).amount, 100 ether);
        assertEq(buckets.escrowed(), 220 ether);
        _assertSolvent();
    }

    function test_depositBucket_ofV2() public {
        SystemStaking v2 = new SystemStaking(false);
        buckets = _createVault(v2);
        staking = v2;
        uint256 id = _stakeBucket(staker, 100 ether);
        assertEq(buckets.stakeOf(staker, validator, PLAIN), 100 ether);
        _leaveBuckets(staker);
        vm.prank(staker);
        buckets.withdrawBucket(id, staker);
        assertEq(v2.ownerOf(id), staker);
    }

    function test_withdrawBucket_notItsStaker_reverts() public {
        uint256 id = _depositBucket(staker, 100 ether);
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IBucketVault.BucketVaultNotItsStaker.selector, id, stranger));
        buckets.withdrawBucket(id, stranger);
        vm.startPrank(staker);
        vm.expectRevert(abi.encodeWithSelector(IVault.VaultZeroAddress.selector));
        buckets.withdrawBucket(id, address(0));
        buckets.withdrawBucket(id, staker);
        vm.expectRevert(abi.encodeWithSelector(IBucketVault.BucketVaultNotItsStaker.selector, id, staker));
        buckets.withdrawBucket(id, staker);
    }

    function test_withdrawBucket_whileDelegated_reverts() public {
        uint256 id = _stakeBucket(staker, 100 ether);
        vm.prank(staker);
        vm.expectRevert(abi.encodeWithSelector(IVault.VaultBalanceTooLow.selector, staker, 0, 100 ether));
        buckets.withdrawBucket(id, staker);
    }

    function test_withdrawBucket_givesAllThatIsInIt() public {
        uint256 id = _depositBucket(staker, 100 ether);
        staking.topUp{value: 3 ether}(id);
        vm.prank(staker);
        buckets.withdrawBucket(id, other);
        assertEq(staking.ownerOf(id), other);
        (uint256 amount,,,,) = staking.bucketOf(id);
        assertEq(amount, 103 ether);
        assertEq(buckets.owed(), 0);
        assertEq(buckets.escrowed(), 0);
    }

    function test_withdrawBucket_whatIsSentAlongCounts() public {
        uint256 id = _stakeBucket(staker, 100 ether);
        _nextEpoch();
        // Too little for a debt.
        _slashBuckets(3);
        _leaveBuckets(staker);
        uint256 lacks = 100 ether - buckets.balanceOf(staker);
        assertGe(lacks, 3);
        assertEq(buckets.debtOf(staker), 0);
        vm.deal(staker, lacks);
        vm.prank(staker);
        buckets.withdrawBucket{value: lacks}(id, staker);
        assertEq(staking.ownerOf(id), staker);
        _assertSolvent();
    }

    function test_remeasure_creditsWhatWasAdded() public {
        uint256 id = _depositBucket(staker, 100 ether);
        vm.expectRevert(abi.encodeWithSelector(IBucketVault.BucketVaultNothingAdded.selector, id));
        buckets.remeasure(id);
        staking.topUp{value: 3 ether}(id);
        assertEq(buckets.balanceOf(staker), 100 ether);
        assertEq(buckets.remeasure(id), 3 ether);
        assertEq(buckets.balanceOf(staker), 103 ether);
        assertEq(buckets.bucketOf(id).amount, 103 ether);
        vm.expectRevert(abi.encodeWithSelector(IBucketVault.BucketVaultNotItsStaker.selector, 77, address(this)));
        buckets.remeasure(77);
        _assertSolvent();
    }
}

/*
BucketEscrow
├── what comes in as coin or token is forwarded to the staker, whoever asks; it fails alone where the staker takes none
├── the staker, and nobody else, changes the delegate, and locks for longer while it has no debt
├── a bucket that was sent to it past the vault is given back to the staker; one that counts is not
└── the rest is the vault's
*/
contract BucketEscrow_Test is BucketFixture {
    function test_forward_l1RewardsAreTheStakers() public {
        _depositBucket(staker, 100 ether);
        IBucketEscrow escrow = buckets.escrowOf(staker);
        vm.deal(address(escrow), 7 ether);
        token.mint(address(escrow), 11);
        uint256 before = staker.balance;
        vm.prank(stranger);
        assertEq(escrow.forward(IERC20(address(0))), 7 ether);
        assertEq(escrow.forward(token), 11);
        assertEq(staker.balance - before, 7 ether);
        assertEq(token.balanceOf(staker), 11);
        assertEq(buckets.balanceOf(staker), 100 ether);
    }

    function test_forward_toWhoTakesNoCoin_reverts() public {
        CoinRefuser refuser = new CoinRefuser();
        uint256 id = _bucket(staker, 1 ether);
        vm.prank(staker);
        staking.transferFrom(staker, address(refuser), id);
        vm.startPrank(address(refuser));
        staking.approve(address(buckets), id);
        buckets.depositBucket(id);
        vm.stopPrank();
        IBucketEscrow escrow = buckets.escrowOf(address(refuser));
        vm.deal(address(escrow), 1);
        vm.expectRevert(abi.encodeWithSelector(IBucketEscrow.BucketEscrowTransferFailed.selector, address(refuser)));
        escrow.forward(IERC20(address(0)));
    }

    function test_staker_changesDelegateAndLocks() public {
        uint256 id = _depositBucket(staker, 100 ether);
        IBucketEscrow escrow = buckets.escrowOf(staker);
        vm.startPrank(staker);
        escrow.changeDelegate(id, address(9));
        escrow.lock(id, 2 * LOCK);
        vm.stopPrank();
        (, uint256 duration,,, address delegate) = staking.bucketOf(id);
        assertEq(duration, 2 * LOCK);
        assertEq(delegate, address(9));
        vm.startPrank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IBucketEscrow.BucketEscrowNotStaker.selector, stranger));
        escrow.changeDelegate(id, stranger);
        vm.expectRevert(abi.encodeWithSelector(IBucketEscrow.BucketEscrowNotStaker.selector, stranger));
        escrow.lock(id, 3 * LOCK);
    }

    function test_giveBack_whatWasSentPastTheVault() public {
        uint256 counted = _depositBucket(staker, 100 ether);
        uint256 stray = _bucket(other, 5 ether);
        IBucketEscrow escrow = buckets.escrowOf(staker);
        vm.prank(other);
        staking.transferFrom(other, address(escrow), stray);
        vm.prank(other);
        vm.expectRevert(abi.encodeWithSelector(IBucketEscrow.BucketEscrowNotStaker.selector, other));
        escrow.giveBack(stray);
        vm.startPrank(staker);
        vm.expectRevert(abi.encodeWithSelector(IBucketEscrow.BucketEscrowCounted.selector, counted));
        escrow.giveBack(counted);
        escrow.giveBack(stray);
        assertEq(staking.ownerOf(stray), staker);
        assertEq(buckets.balanceOf(staker), 100 ether);
    }

    function test_theRest_isTheVaults() public {
        uint256 id = _depositBucket(staker, 100 ether);
        IBucketEscrow escrow = buckets.escrowOf(staker);
        bytes memory refusal = abi.encodeWithSelector(IBucketEscrow.BucketEscrowNotVault.selector, staker);
        vm.startPrank(staker);
        vm.expectRevert(refusal);
        escrow.release(id, staker);
        vm.expectRevert(refusal);
        escrow.unlock(id);
        vm.expectRevert(refusal);
        escrow.unstake(id);
        vm.expectRevert(refusal);
        escrow.withdraw(id);
    }

    function test_lock_inDebt_reverts() public {
        uint256 id = _stakeBucket(staker, 100 ether);
        _nextEpoch();
        _slashBuckets(10 ether);
        _realise(staker);
        IBucketEscrow escrow = buckets.escrowOf(staker);
        uint256 debt = buckets.debtOf(staker);
        vm.prank(staker);
        vm.expectRevert(abi.encodeWithSelector(IBucketEscrow.BucketEscrowInDebt.selector, debt));
        escrow.lock(id, 2 * LOCK);
    }
}

/*
BucketVault.realise, realiseExit
├── when a slash took nothing that is not on the books, or the dust of roundings: it reverts
└── else it is the staker's debt, which its coin pays at once as far as it goes
BucketVault.pay
└── it pays the debt, for beneficiaries to collect; all of it is credited, and what exceeds the debt can be withdrawn
BucketVault.withdraw
├── when the balance is stake and not coin: it reverts
└── else it pays coin
BucketVault.collect
└── it pays what debts brought so far in wrapped coin, first slashed first, and the rest later; zero burns
*/
contract BucketVaultDebts_Test is BucketFixture {
    uint256 internal bucketId;

    function setUp() public override {
        super.setUp();
        bucketId = _stakeBucket(staker, 100 ether);
        _stakeBucket(other, 300 ether);
        _nextEpoch();
    }

    function test_realise_nothingLost_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IBucketVault.BucketVaultNothingLost.selector));
        _realise(staker);
        vm.expectRevert(abi.encodeWithSelector(IBucketVault.BucketVaultNothingLost.selector));
        _realise(stranger);
        vm.expectRevert(abi.encodeWithSelector(IBucketVault.BucketVaultNothingLost.selector));
        buckets.realiseExit(1);
    }

    function test_realise_isADebt_once() public {
        assertEq(_slashBuckets(40 ether), 40 ether);
        _assertNear(_realise(staker), 10 ether);
        _assertNear(_realise(other), 30 ether);
        assertGe(buckets.debtOf(staker) + buckets.debtOf(other), 40 ether - 1);
        assertEq(buckets.accountOf(staker).indebtedAt, _now());
        vm.expectRevert(abi.encodeWithSelector(IBucketVault.BucketVaultNothingLost.selector));
        _realise(staker);
        _assertSolvent();
    }

    function test_slash_theBucketStays_untilItIsPaid() public {
        _slashBuckets(40 ether);
        _leaveBuckets(staker);
        uint256 balance = buckets.balanceOf(staker);
        _assertNear(balance, 90 ether);
        assertEq(buckets.debtOf(staker), 100 ether - balance);
        uint256 debt = buckets.debtOf(staker);
        vm.prank(staker);
        vm.expectRevert(abi.encodeWithSelector(IBucketVault.BucketVaultInDebt.selector, debt));
        buckets.withdrawBucket(bucketId, staker);
        vm.deal(staker, 100 ether - balance);
        vm.prank(staker);
        buckets.withdrawBucket{value: 100 ether - balance}(bucketId, staker);
        assertEq(staking.ownerOf(bucketId), staker);
        assertEq(buckets.debtOf(staker), 0);
        assertEq(buckets.accountOf(staker).indebtedAt, 0);
        assertEq(buckets.pot(), 100 ether - balance);
        _assertSolvent();
    }

    function test_realiseExit_andClaim_countALossOnce() public {
        uint256 shares = buckets.sharesOf(staker, validator, PLAIN);
        vm.prank(staker);
        uint256 exitId = buckets.requestExit(validator, PLAIN, shares / 2);
        _slashBuckets(40 ether);
        _assertNear(buckets.realiseExit(exitId), 5 ether);
        _assertNear(_realise(staker), 5 ether);
        uint256 debt = buckets.debtOf(staker);
        _pass(DELAY);
        buckets.claim(exitId);
        assertEq(buckets.debtOf(staker), debt);
        _assertNear(buckets.balanceOf(staker), 45 ether);
        _assertSolvent();
    }

    function test_pay_forAnother_paysTheDebtAndTheRestIsCoin() public {
        _slashBuckets(40 ether);
        _realise(staker);
        uint256 debt = buckets.debtOf(staker);
        _pay(stranger, staker, 12 ether);
        assertEq(buckets.debtOf(staker), 0);
        assertEq(buckets.pot(), debt);
        assertEq(buckets.balanceOf(staker), 12 ether);
        assertEq(buckets.accountOf(staker).coin, 12 ether - debt);
        uint256 coin = 12 ether - debt;
        vm.startPrank(staker);
        vm.expectRevert(abi.encodeWithSelector(IBucketVault.BucketVaultTooLittleCoin.selector, coin, coin + 1));
        buckets.withdraw(coin + 1, staker);
        uint256 before = staker.balance;
        buckets.withdraw(coin, staker);
        assertEq(staker.balance - before, coin);
        vm.expectRevert(abi.encodeWithSelector(IVault.VaultZeroAddress.selector));
        buckets.withdraw(1, address(0));
        vm.stopPrank();
        _assertSolvent();
    }

    function test_realise_coinPaysAtOnce() public {
        _pay(staker, staker, 4 ether);
        _slashBuckets(40 ether);
        _realise(staker);
        assertEq(buckets.pot(), 4 ether);
        _assertNear(buckets.debtOf(staker), 6 ether);
        assertEq(buckets.accountOf(staker).coin, 0);
        _assertSolvent();
    }

    function test_withdraw_ofStake_reverts() public {
        _depositBucket(staker, 5 ether);
        vm.prank(staker);
        vm.expectRevert(abi.encodeWithSelector(IBucketVault.BucketVaultTooLittleCoin.selector, 0, 1));
        buckets.withdraw(1, staker);
    }

    function test_collect_whatWasPaid_andTheRestLater() public {
        _slashBuckets(40 ether);
        vm.expectRevert(abi.encodeWithSelector(IVault.VaultZeroAmount.selector));
        buckets.collect(victim);
        _realise(staker);
        _pay(staker, staker, 10 ether);
        _assertNear(buckets.collect(victim), 10 ether);
        _realise(other);
        _pay(other, other, 30 ether);
        buckets.collect(victim);
        _assertNear(wrapped.balanceOf(victim), 40 ether);
        _assertSolvent();
    }

    function test_delegate_inDebt_reverts() public {
        _depositBucket(staker, 5 ether);
        _slashBuckets(40 ether);
        _realise(staker);
        uint256 debt = buckets.debtOf(staker);
        vm.prank(staker);
        vm.expectRevert(abi.encodeWithSelector(IBucketVault.BucketVaultInDebt.selector, debt));
        buckets.delegate(validator, PLAIN, 5 ether);
    }

    function test_receive_fromAStranger_reverts() public {
        vm.deal(stranger, 1);
        vm.prank(stranger);
        (bool sent, bytes memory reason) = address(buckets).call{value: 1}("");
        assertFalse(sent);
        assertEq(reason, abi.encodeWithSelector(IBucketVault.BucketVaultOnlyStaking.selector, stranger));
    }
}

/*
An overdue debt
├── before its time is over: nothing can be taken
├── seize: the position leaves its pool, and is credited after the exit delay
├── auction: the price falls from a tenth more than is in the bucket to half of it, the debt, or what the balance lacks
│   ├── buying pays the debt; the rest is the staker's coin; what was sent too much comes back
│   ├── once the debt is paid there is no auction, and a new debt has its own time
│   └── twice: it reverts
└── unlock, unstake, redeem: the bucket's coin pays the debt, and the rest is the staker's
*/
contract BucketVaultCollection_Test is BucketFixture {
    uint256 internal bucketId;
    uint256 internal debt;

    function setUp() public override {
        super.setUp();
        bucketId = _stakeBucket(staker, 100 ether);
        _nextEpoch();
        _slashBuckets(40 ether);
        _realise(staker);
        debt = buckets.debtOf(staker);
    }

    function test_beforeItsTime_nothingIsTaken() public {
        uint48 payUntil = _now() + buckets.GRACE();
        vm.warp(payUntil);
        bytes memory refusal =
            abi.encodeWithSelector(IBucketVault.BucketVaultNotOverdue.selector, staker, payUntil);
        vm.expectRevert(refusal);
        buckets.seize(staker, validator, PLAIN);
        vm.expectRevert(refusal);
        buckets.auction(bucketId);
        vm.expectRevert(refusal);
        buckets.unlock(bucketId);
        vm.expectRevert(refusal);
        buckets.unstake(bucketId);
        vm.expectRevert(refusal);
        buckets.redeem(bucketId);
        vm.expectRevert(abi.encodeWithSelector(IBucketVault.BucketVaultNotOnAuction.selector, bucketId));
        buckets.buy(bucketId);
    }

    function _seizeAndAuction() private {
        _passGrace();
        uint256 exitId = buckets.seize(staker, validator, PLAIN);
        _pass(DELAY);
        buckets.claim(exitId);
        buckets.auction(bucketId);
    }

    function test_auction_delegatedStakeIsNotSoldBelowWhatItCountsFor() public {
        _passGrace();
        buckets.auction(bucketId);
        _pass(buckets.AUCTION_LENGTH());
        assertEq(buckets.priceOf(bucketId), 100 ether);
    }

    function test_auction_priceFallsToHalf() public {
        _seizeAndAuction();
        assertEq(buckets.priceOf(bucketId), 110 ether);
        _pass(buckets.AUCTION_LENGTH() / 2);
        _assertNear(buckets.priceOf(bucketId), 80 ether);
        _pass(buckets.AUCTION_LENGTH());
        _assertNear(buckets.priceOf(bucketId), 50 ether);
        vm.expectRevert(abi.encodeWithSelector(IBucketVault.BucketVaultOnAuction.selector, bucketId));
        buckets.auction(bucketId);
    }

    function test_buy_paysTheDebt_andTheRestIsTheStakersCoin() public {
        _seizeAndAuction();
        _pass(buckets.AUCTION_LENGTH() / 2);
        vm.deal(buyer, 80 ether);
        vm.startPrank(buyer);
        uint256 price = buckets.priceOf(bucketId);
        vm.expectRevert(abi.encodeWithSelector(IBucketVault.BucketVaultPriceTooHigh.selector, price, price - 1));
        buckets.buy{value: price - 1}(bucketId);
        buckets.buy{value: 80 ether}(bucketId);
        vm.stopPrank();
        assertEq(staking.ownerOf(bucketId), buyer);
        assertEq(buyer.balance, 80 ether - price);
        assertEq(buckets.debtOf(staker), 0);
        assertEq(buckets.accountOf(staker).coin, price - debt);
        _assertNear(buckets.balanceOf(staker), price - debt);
        uint256 left = buckets.balanceOf(staker);
        vm.prank(staker);
        buckets.withdraw(left, staker);
        assertEq(buckets.collect(victim), debt < 40 ether ? debt : 40 ether);
        _assertSolvent();
    }

    function test_buy_paidInTheMeantime_reverts() public {
        _seizeAndAuction();
        _pay(staker, staker, debt);
        vm.deal(buyer, 100 ether);
        vm.prank(buyer);
        vm.expectRevert(abi.encodeWithSelector(IBucketVault.BucketVaultNotOnAuction.selector, bucketId));
        buckets.buy{value: 100 ether}(bucketId);
    }

    function test_auction_aNewDebtHasItsOwnTime() public {
        _seizeAndAuction();
        _pay(staker, staker, debt);
        vm.prank(staker);
        buckets.delegate(validator, PLAIN, 50 ether);
        _nextEpoch();
        _slashBuckets(10 ether);
        _realise(staker);
        vm.expectRevert(abi.encodeWithSelector(IBucketVault.BucketVaultNotOnAuction.selector, bucketId));
        buckets.priceOf(bucketId);
        vm.expectPartialRevert(IBucketVault.BucketVaultNotOverdue.selector);
        buckets.auction(bucketId);
        _passGrace();
        buckets.auction(bucketId);
        assertEq(buckets.priceOf(bucketId), 110 ether);
    }

    function test_buy_aboveWhatItCountsFor_theSurplusIsTheStakers() public {
        _seizeAndAuction();
        vm.deal(buyer, 110 ether);
        vm.prank(buyer);
        assertEq(buckets.buy{value: 110 ether}(bucketId), 110 ether);
        assertEq(buckets.accountOf(staker).coin, 110 ether - debt);
        uint256 left = buckets.balanceOf(staker);
        _assertNear(left, 70 ether);
        vm.prank(staker);
        buckets.withdraw(left, staker);
        _assertSolvent();
    }

    function test_redeem_paysTheDebt_andTheRestIsTheStakersCoin() public {
        _passGrace();
        uint256 exitId = buckets.seize(staker, validator, PLAIN);
        buckets.unlock(bucketId);
        _pass(LOCK);
        buckets.unstake(bucketId);
        _pass(3 days);
        buckets.claim(exitId);
        assertEq(buckets.redeem(bucketId), 100 ether);
        assertEq(buckets.debtOf(staker), 0);
        assertEq(buckets.accountOf(staker).coin, 100 ether - debt);
        assertEq(buckets.escrowed(), 0);
        uint256 left = buckets.balanceOf(staker);
        vm.prank(staker);
        buckets.withdraw(left, staker);
        _assertSolvent();
    }

    function test_redeem_whileStillDelegated_isCoin() public {
        _passGrace();
        buckets.unlock(bucketId);
        _pass(LOCK);
        buckets.unstake(bucketId);
        _pass(3 days);
        buckets.redeem(bucketId);
        assertEq(buckets.debtOf(staker), 0);
        assertEq(buckets.accountOf(staker).coin, 100 ether - debt);
        assertEq(buckets.balanceOf(staker), 0);
        _leaveBuckets(staker);
        uint256 left = buckets.balanceOf(staker);
        _assertNear(left, 60 ether);
        vm.prank(staker);
        buckets.withdraw(left, staker);
        _assertSolvent();
    }
}
