// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IBucketEscrow} from "../../contracts/msp/interfaces/IBucketEscrow.sol";
import {IBucketVault} from "../../contracts/msp/interfaces/IBucketVault.sol";
import {IDimRegistry} from "../../contracts/msp/interfaces/IDimRegistry.sol";
import {ISlasher} from "../../contracts/msp/interfaces/ISlasher.sol";
import {DimId} from "../../contracts/types/Types.sol";
import {CoinRefuser} from "../fixtures/Payees.sol";
import {BucketFixture} from "./BucketFixture.sol";
import {SystemStaking} from "../../contracts/mocks/SystemStaking.sol";

/// @notice Who would gain of staked buckets, or harm others with them, by name.
contract BucketAdversaries_Test is BucketFixture {
    uint16 private _basket;

    function test_bucketToppedUpByAStranger_changesNothing_andIsTheStakers() public {
        uint256 id = _stakeBucket(staker, 100 ether);
        _stakeBucket(other, 100 ether);
        vm.deal(stranger, 50 ether);
        vm.prank(stranger);
        staking.topUp{value: 50 ether}(id);
        assertEq(buckets.balanceOf(staker), 0);
        assertEq(buckets.bucketOf(id).amount, 100 ether);
        _leaveBuckets(staker);
        vm.prank(staker);
        buckets.withdrawBucket(id, staker);
        (uint256 amount,,,,) = staking.bucketOf(id);
        assertEq(amount, 150 ether);
        _assertSolvent();
    }

    function test_bucketToppedUp_isASurplusWhenItIsRedeemed() public {
        uint256 id = _stakeBucket(staker, 100 ether);
        _nextEpoch();
        _slashBuckets(40 ether);
        _realise(staker);
        uint256 debt = buckets.debtOf(staker);
        staking.topUp{value: 50 ether}(id);
        _passGrace();
        buckets.unlock(id);
        _pass(LOCK);
        buckets.unstake(id);
        _pass(3 days);
        assertEq(buckets.redeem(id), 150 ether);
        assertEq(buckets.accountOf(staker).coin, 150 ether - debt);
        assertEq(buckets.balanceOf(staker), 50 ether);
        _assertSolvent();
    }

    function test_unlockedBucket_isRefused_andNobodyUnlocksOneThatIsHere() public {
        uint256 unlocked = _bucket(staker, 100 ether);
        vm.startPrank(staker);
        staking.unlock(unlocked);
        staking.approve(address(buckets), unlocked);
        vm.expectRevert(abi.encodeWithSelector(IBucketVault.BucketVaultNotLocked.selector, unlocked));
        buckets.depositBucket(unlocked);
        vm.stopPrank();
        uint256 id = _depositBucket(staker, 100 ether);
        vm.prank(staker);
        vm.expectRevert(abi.encodeWithSelector(SystemStaking.NotOwner.selector, id));
        staking.unlock(id);
        vm.expectPartialRevert(IBucketVault.BucketVaultNotOverdue.selector);
        buckets.unlock(id);
    }

    function test_merging_isNobodysWhileABucketIsHere() public {
        uint256[] memory ids = new uint256[](2);
        ids[0] = _depositBucket(staker, 100 ether);
        ids[1] = _depositBucket(staker, 100 ether);
        vm.prank(staker);
        vm.expectRevert(abi.encodeWithSelector(SystemStaking.NotOwner.selector, ids[0]));
        staking.merge(ids, LOCK);
        vm.prank(staker);
        vm.expectRevert(abi.encodeWithSelector(SystemStaking.NotOwner.selector, ids[0]));
        staking.donate(ids[0], 1);
    }

    function test_coinSentToTheEscrow_isNoStake_andIsNotSlashed() public {
        _stakeBucket(staker, 100 ether);
        IBucketEscrow escrow = buckets.escrowOf(staker);
        vm.deal(address(escrow), 9 ether);
        _nextEpoch();
        _slashBuckets(50 ether);
        _realise(staker);
        uint256 before = staker.balance;
        vm.prank(stranger);
        escrow.forward(token);
        escrow.forward(_coin());
        assertEq(staker.balance - before, 9 ether);
        assertEq(buckets.pot(), 0);
    }

    function test_escrowAddress_isNotMadeByAnotherFirst() public {
        // It is the vault's CREATE2 alone: what lies there before is coin at most, and the staker's.
        address escrow = address(buckets.escrowOf(staker));
        vm.deal(escrow, 3 ether);
        uint256 id = _depositBucket(staker, 100 ether);
        assertEq(staking.ownerOf(id), escrow);
        uint256 before = staker.balance;
        IBucketEscrow(escrow).forward(_coin());
        assertEq(staker.balance - before, 3 ether);
    }

    function test_debtOfDust_isNone() public {
        _stakeBucket(staker, 100 ether);
        _stakeBucket(other, 33 ether);
        _nextEpoch();
        for (uint256 i; i < 5; ++i) _slashBuckets(1);
        vm.expectRevert(abi.encodeWithSelector(IBucketVault.BucketVaultNothingLost.selector));
        _realise(staker);
        assertEq(buckets.accountOf(staker).indebtedAt, 0);
        _assertSolvent();
    }

    function test_smallDebt_costsNoBucket_andNoneLeavesBefore() public {
        uint256 id = _stakeBucket(staker, 1_000_000 ether);
        _nextEpoch();
        _slashBuckets(2 gwei);
        _realise(staker);
        uint256 second = _depositBucket(staker, 5 ether);
        uint256 debt = buckets.debtOf(staker);
        _pass(1000 days);
        vm.expectRevert(abi.encodeWithSelector(IBucketVault.BucketVaultNotOverdue.selector, staker, 0));
        buckets.auction(id);
        vm.prank(staker);
        vm.expectRevert(abi.encodeWithSelector(IBucketVault.BucketVaultInDebt.selector, debt));
        buckets.withdrawBucket(second, staker);
        vm.deal(staker, debt);
        vm.prank(staker);
        buckets.withdrawBucket{value: debt}(second, staker);
        _assertSolvent();
    }

    function test_overdueStaker_takesNoBucketOut() public {
        uint256 id = _stakeBucket(staker, 1000 ether);
        uint256 spare = _depositBucket(staker, 300 ether);
        _nextEpoch();
        _slashBuckets(500 ether);
        _realise(staker);
        _passGrace();
        buckets.auction(id);
        buckets.auction(spare);
        vm.prank(staker);
        vm.expectPartialRevert(IBucketVault.BucketVaultInDebt.selector);
        buckets.withdrawBucket(spare, staker);
    }

    function test_dust_isNotForgotten() public {
        _stakeBucket(staker, 100 ether);
        _nextEpoch();
        for (uint256 i; i < 3; ++i) _slashBuckets(0.4 gwei);
        assertGe(_realise(staker), 1 gwei);
    }

    function test_slashOf100Percent_thenANewBucket() public {
        dim = _admitAll();
        uint256 id = _stakeAll(staker, 100 ether);
        _nextEpoch();
        assertEq(_slashAll(100 ether), 100 ether);
        assertGe(buckets.realise(staker, validator, _basket, 0), 100 ether - 1);
        assertEq(buckets.stakeOf(staker, validator, _basket), 0);
        uint256 second = _stakeAll(other, 70 ether);
        assertEq(buckets.stakeOf(other, validator, _basket), 70 ether);
        assertEq(buckets.lossOf(other, validator, _basket, 1), 0);
        uint256 debt = buckets.debtOf(staker);
        vm.prank(staker);
        vm.expectRevert(abi.encodeWithSelector(IBucketVault.BucketVaultInDebt.selector, debt));
        buckets.withdrawBucket(id, staker);
        _passGrace();
        buckets.auction(id);
        // All of it is owed.
        assertEq(buckets.priceOf(id), 100 ether);
        vm.deal(buyer, 100 ether);
        vm.prank(buyer);
        buckets.buy{value: 100 ether}(id);
        assertLe(buckets.debtOf(staker), debt - 100 ether + 1);
        assertEq(staking.ownerOf(second), address(buckets.escrowOf(other)));
        _assertSolvent();
    }

    /// @dev A module that may take all, and its basket.
    function _admitAll() private returns (DimId all) {
        IDimRegistry.Terms memory terms = _terms();
        terms.maximumSlash = 10_000;
        all = _admit(terms);
        _agree(validator, all);
        _basket = _openBasket(validator, all, 10_000);
        _nextEpoch();
    }

    function _stakeAll(address account, uint256 amount) private returns (uint256 id) {
        id = _depositBucket(account, amount);
        vm.prank(account);
        buckets.delegate(validator, _basket, amount);
    }

    function _slashAll(uint256 amount) private returns (uint256) {
        ISlasher.Offence memory offence = ISlasher.Offence(dim, buckets, validator, _basket, _now(), amount);
        _pass(1);
        uint256 requestId = _request(offence);
        _pass(VETO);
        return slasher.executeSlash(requestId);
    }

    function _coin() private pure returns (IERC20) {
        return IERC20(address(0));
    }

    function test_twoBuckets_oneIsSoldAndPaysForBoth() public {
        uint256 first = _stakeBucket(staker, 100 ether);
        uint256 second = _stakeBucket(staker, 60 ether);
        _nextEpoch();
        _slashBuckets(30 ether);
        _realise(staker);
        _passGrace();
        uint256 exitId = buckets.seize(staker, validator, PLAIN);
        _pass(DELAY);
        buckets.claim(exitId);
        buckets.auction(second);
        _pass(buckets.AUCTION_LENGTH());
        vm.deal(buyer, 60 ether);
        vm.prank(buyer);
        assertEq(buckets.buy{value: 60 ether}(second), buckets.pot());
        assertEq(buckets.debtOf(staker), 0);
        vm.prank(staker);
        buckets.withdrawBucket(first, staker);
        assertEq(staking.ownerOf(first), staker);
        _assertSolvent();
    }

    function test_indebted_cannotDodgeTheAuctionByDelegating() public {
        uint256 id = _stakeBucket(staker, 100 ether);
        _nextEpoch();
        _slashBuckets(40 ether);
        _realise(staker);
        _passGrace();
        uint256 exitId = buckets.seize(staker, validator, PLAIN);
        _pass(DELAY);
        buckets.claim(exitId);
        buckets.auction(id);
        vm.prank(staker);
        vm.expectPartialRevert(IBucketVault.BucketVaultInDebt.selector);
        buckets.delegate(validator, PLAIN, 1 ether);
    }

    function test_auction_aDebtThatGrows_raisesThePrice() public {
        uint256 id = _stakeBucket(staker, 100 ether);
        _nextEpoch();
        _slashBuckets(10 ether);
        _realise(staker);
        _passGrace();
        uint256 exitId = buckets.seize(staker, validator, PLAIN);
        buckets.auction(id);
        // What is leaving is slashed too.
        _slashBuckets(10 ether);
        buckets.realiseExit(exitId);
        _pass(DELAY);
        buckets.claim(exitId);
        assertEq(buckets.priceOf(id), 50 ether);
        _assertNear(buckets.debtOf(staker), 20 ether);
        vm.deal(buyer, 50 ether);
        vm.prank(buyer);
        buckets.buy{value: 50 ether}(id);
        assertEq(buckets.debtOf(staker), 0);
        _assertSolvent();
    }

    function test_buyer_thatTakesNoChange_harmsItselfAlone() public {
        uint256 id = _stakeBucket(staker, 100 ether);
        _nextEpoch();
        _slashBuckets(40 ether);
        _realise(staker);
        _passGrace();
        buckets.auction(id);
        CoinRefuser refuser = new CoinRefuser();
        vm.deal(address(refuser), 200 ether);
        vm.prank(address(refuser));
        vm.expectRevert(abi.encodeWithSelector(IBucketVault.BucketVaultTransferFailed.selector, address(refuser)));
        buckets.buy{value: 101 ether}(id);
        vm.deal(buyer, 100 ether);
        vm.prank(buyer);
        buckets.buy{value: 100 ether}(id);
        assertEq(staking.ownerOf(id), buyer);
    }

    function test_beneficiary_thatTakesNoCoin_stopsNobodyElse() public {
        _stakeBucket(staker, 100 ether);
        _nextEpoch();
        vm.etch(victim, address(new CoinRefuser()).code);
        _slashBuckets(40 ether);
        _realise(staker);
        _pay(staker, staker, 40 ether);
        vm.expectRevert(abi.encodeWithSelector(IBucketVault.BucketVaultTransferFailed.selector, victim));
        buckets.collect(victim);
        _leaveBuckets(staker);
        _assertSolvent();
    }

    function test_stakingThatHaltsOneBucket_stopsNeitherSlashNorExitNorTheOthers() public {
        uint256 first = _stakeBucket(staker, 100 ether);
        uint256 second = _stakeBucket(other, 100 ether);
        staking.halt(first, true);
        _nextEpoch();
        assertEq(_slashBuckets(20 ether), 20 ether);
        _leaveBuckets(staker);
        _leaveBuckets(other);
        uint256 lacks = 100 ether - buckets.balanceOf(other);
        vm.deal(other, lacks);
        vm.prank(other);
        buckets.withdrawBucket{value: lacks}(second, other);
        assertEq(staking.ownerOf(second), other);
        lacks = 100 ether - buckets.balanceOf(staker);
        vm.deal(staker, lacks);
        vm.prank(staker);
        vm.expectRevert(abi.encodeWithSelector(SystemStaking.Halted.selector, first));
        buckets.withdrawBucket{value: lacks}(first, staker);
    }

    function test_payeeThatReenters_getsNothingTwice() public {
        Reentrant thief = new Reentrant(buckets);
        _pay(stranger, address(thief), 10 ether);
        _pay(stranger, other, 10 ether);
        thief.take(6 ether);
        assertEq(address(thief).balance, 6 ether);
        assertEq(thief.reentered(), 0);
        assertEq(buckets.balanceOf(address(thief)), 4 ether);
        _assertSolvent();
    }

    function testFuzz_slashingOneself_gainsNothing(uint96 stake_, uint96 slash_) public {
        uint256 amount = bound(stake_, 1 gwei, 1_000_000 ether);
        IDimRegistry.Terms memory terms = _terms();
        terms.maximumSlash = 10_000;
        terms.beneficiary = staker;
        dim = _admit(terms);
        _agree(validator, dim);
        _basket = _openBasket(validator, dim, 10_000);
        _nextEpoch();
        uint256 id = _stakeAll(staker, amount);
        _nextEpoch();
        _slashAll(bound(slash_, 1, amount));
        uint256 shares = buckets.sharesOf(staker, validator, _basket);
        if (shares != 0) {
            vm.prank(staker);
            uint256 exitId = buckets.requestExit(validator, _basket, shares);
            _pass(DELAY);
            buckets.claim(exitId);
        } else if (buckets.lossOf(staker, validator, _basket, 0) >= 1 gwei) {
            buckets.realise(staker, validator, _basket, 0);
        }
        uint256 lacks = amount - buckets.balanceOf(staker);
        vm.deal(staker, lacks);
        vm.prank(staker);
        buckets.withdrawBucket{value: lacks}(id, staker);
        if (buckets.pot() != 0) buckets.collect(staker);
        uint256 left = buckets.balanceOf(staker);
        uint256 coin = buckets.accountOf(staker).coin;
        vm.prank(staker);
        if (left != 0 && coin >= left) buckets.withdraw(left, staker);
        assertLe(staker.balance, lacks);
        _assertSolvent();
    }

    function test_redeemOrBuy_ofAStakerWithoutDebt_isImpossibleForever() public {
        uint256 id = _stakeBucket(staker, 100 ether);
        _pass(1000 days);
        bytes memory refusal = abi.encodeWithSelector(IBucketVault.BucketVaultNotOverdue.selector, staker, 0);
        vm.expectRevert(refusal);
        buckets.auction(id);
        vm.expectRevert(refusal);
        buckets.unlock(id);
        vm.expectRevert(refusal);
        buckets.redeem(id);
        vm.expectRevert(refusal);
        buckets.seize(staker, validator, PLAIN);
    }
}

/// @dev Takes again while it is being paid.
contract Reentrant {
    IBucketVault private immutable _BUCKETS;
    uint256 public reentered;

    constructor(IBucketVault buckets) {
        _BUCKETS = buckets;
    }

    function take(uint256 amount) external {
        _BUCKETS.withdraw(amount, address(this));
    }

    receive() external payable {
        try _BUCKETS.withdraw(1, address(this)) {
            ++reentered;
        } catch {}
    }
}
