// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IBucketEscrow} from "../../contracts/msp/interfaces/IBucketEscrow.sol";
import {IBucketVault} from "../../contracts/msp/interfaces/IBucketVault.sol";
import {IDimRegistry} from "../../contracts/msp/interfaces/IDimRegistry.sol";
import {ISlasher} from "../../contracts/msp/interfaces/ISlasher.sol";
import {DimId} from "../../contracts/types/Types.sol";
import {IVault} from "../../contracts/msp/interfaces/IVault.sol";
import {CoinRefuser, GasBurner} from "../fixtures/Payees.sol";
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
        _pass(buckets.AUCTION_LENGTH());
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
        buckets.buy{value: 111 ether}(id);
        vm.deal(buyer, 110 ether);
        vm.prank(buyer);
        buckets.buy{value: 110 ether}(id);
        assertEq(staking.ownerOf(id), buyer);
    }

    function test_beneficiary_thatRefusesCoin_isPaid_andStopsNobody() public {
        _slashFor(address(new CoinRefuser()));
    }

    function test_beneficiary_thatBurnsAllGas_isPaid_andStopsNobody() public {
        _slashFor(address(new GasBurner()));
    }

    function test_beneficiary_withoutCode_isPaid_andStopsNobody() public {
        _slashFor(makeAddr("nobody"));
    }

    /// @dev It was slashed for `beneficiary` first, then for the victim: neither waits for the other, nor do the stakers.
    function _slashFor(address beneficiary) private {
        dim = _admitFor(beneficiary);
        _stakeAll(staker, 100 ether);
        _stakeBucket(other, 100 ether);
        _nextEpoch();
        assertEq(_slashAll(40 ether), 40 ether);
        dim = DimId.wrap(1);
        assertEq(_slashBuckets(30 ether), 30 ether);
        buckets.realise(staker, validator, _basket, 0);
        _realise(other);
        _pay(staker, staker, 40 ether);
        _pay(other, other, 30 ether);
        uint256 gasBefore = gasleft();
        buckets.collect(victim);
        uint256 amount = buckets.collect(beneficiary);
        assertLt(gasBefore - gasleft(), 300_000);
        _assertNear(amount, 40 ether);
        assertEq(wrapped.balanceOf(beneficiary), amount);
        _assertNear(wrapped.balanceOf(victim), 30 ether);
        uint256 shares = buckets.sharesOf(staker, validator, _basket);
        vm.prank(staker);
        uint256 exitId = buckets.requestExit(validator, _basket, shares);
        _pass(DELAY);
        buckets.claim(exitId);
        _leaveBuckets(other);
        _assertSolvent();
    }

    function _admitFor(address beneficiary) private returns (DimId third) {
        IDimRegistry.Terms memory terms = _terms();
        terms.beneficiary = beneficiary;
        third = _admit(terms);
        _agree(validator, third);
        _basket = _openBasket(validator, third, 10_000);
        _nextEpoch();
    }

    function test_beneficiary_thatIsQuick_isNotPaidBeforeWhoWasHarmedBefore() public {
        address quick = makeAddr("quick");
        dim = _admitFor(quick);
        DimId third = dim;
        _stakeBucket(staker, 100 ether);
        _stakeAll(other, 100 ether);
        _nextEpoch();
        dim = DimId.wrap(1);
        _slashBuckets(40 ether);
        dim = third;
        _slashAll(30 ether);
        // Only the staker of the second slash pays, less than the first one is owed.
        buckets.realise(other, validator, _basket, 0);
        _pay(other, other, 30 ether);
        vm.expectRevert(abi.encodeWithSelector(IVault.VaultZeroAmount.selector));
        buckets.collect(quick);
        _assertNear(buckets.fundedFor(victim), 30 ether);
        buckets.collect(victim);
        _realise(staker);
        _pay(staker, staker, 25 ether);
        _assertNear(buckets.collect(victim), 10 ether);
        _assertNear(buckets.collect(quick), 15 ether);
        _pay(staker, staker, 15 ether);
        _assertNear(buckets.collect(quick), 15 ether);
        vm.expectRevert(abi.encodeWithSelector(IVault.VaultZeroAmount.selector));
        buckets.collect(victim);
        _assertSolvent();
    }

    function test_slashesOfDust_103_doNotKeepABeneficiaryFromItsMoney() public {
        _stakeBucket(staker, 100 ether);
        _nextEpoch();
        for (uint256 i; i < 102; ++i) {
            vm.prank(address(slasher));
            buckets.slash(validator, PLAIN, 1 gwei, victim);
        }
        _slashBuckets(10 ether);
        _realise(staker);
        _pay(staker, staker, 20 ether);
        uint256 gasBefore = gasleft();
        assertEq(buckets.collect(victim), 100 gwei);
        assertLt(gasBefore - gasleft(), 500_000);
        _assertNear(buckets.collect(victim), 10 ether + 2 gwei);
        _assertSolvent();
    }

    /// @dev The L1 has no such rule today.
    function test_L1Loss_isTheStakersOwn_andIsWrittenDown() public {
        uint256 id = _depositBucket(staker, 100 ether);
        _stakeBucket(other, 100 ether);
        staking.take(id, 30 ether);
        vm.prank(stranger);
        assertEq(buckets.remeasure(id), 0);
        assertEq(buckets.balanceOf(staker), 70 ether);
        assertEq(buckets.bucketOf(id).amount, 70 ether);
        assertEq(buckets.escrowed(), 170 ether);
        vm.expectRevert(abi.encodeWithSelector(IBucketVault.BucketVaultNothingAdded.selector, id));
        buckets.remeasure(id);
        vm.prank(staker);
        buckets.withdrawBucket(id, staker);
        assertEq(buckets.owed(), 100 ether);
        _assertSolvent();
    }

    function test_L1Loss_ofDelegatedStake_isWrittenDownOnceItIsBack() public {
        uint256 id = _stakeBucket(staker, 100 ether);
        staking.take(id, 30 ether);
        vm.expectRevert(abi.encodeWithSelector(IBucketVault.BucketVaultNothingAdded.selector, id));
        buckets.remeasure(id);
        _leaveBuckets(staker);
        buckets.remeasure(id);
        _assertNear(buckets.balanceOf(staker), 70 ether);
        _assertSolvent();
    }

    function test_L1Loss_beyondTheBalance_stopsNoRedemption_andIsMadeUp() public {
        uint256 id = _stakeBucket(staker, 100 ether);
        _stakeBucket(other, 300 ether);
        _nextEpoch();
        _slashBuckets(80 ether);
        _realise(staker);
        _assertNear(buckets.debtOf(staker), 20 ether);
        staking.take(id, 90 ether);
        _passGrace();
        buckets.unlock(id);
        _pass(LOCK);
        buckets.unstake(id);
        _pass(3 days);
        assertEq(buckets.redeem(id), 10 ether);
        // 10 ether paid as much of the debt; nothing is left of the bucket but what it lacks.
        _assertNear(buckets.debtOf(staker), 10 ether);
        assertEq(buckets.shortfallOf(staker), 90 ether);
        _leaveBuckets(staker);
        assertEq(buckets.balanceOf(staker), 0);
        _assertNear(buckets.shortfallOf(staker), 10 ether);
        // What it pays makes that up, and pays the debt.
        _pay(staker, staker, 10 ether + 4);
        assertEq(buckets.shortfallOf(staker), 0);
        assertEq(buckets.debtOf(staker), 0);
        assertLe(buckets.balanceOf(staker), 4);
        _assertNear(buckets.fundedFor(victim), 20 ether);
        _assertSolvent();
        // Nobody else lost: the other's stake is all there.
        _leaveBuckets(other);
        _assertNear(buckets.balanceOf(other), 240 ether);
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
        if (buckets.fundedFor(staker) != 0) buckets.collect(staker);
        uint256 left = buckets.balanceOf(staker);
        uint256 coin = buckets.accountOf(staker).coin;
        vm.prank(staker);
        if (left != 0 && coin >= left) buckets.withdraw(left, staker);
        assertLe(staker.balance + wrapped.balanceOf(staker), lacks);
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
