// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IBucketVault} from "../../contracts/msp/interfaces/IBucketVault.sol";
import {ISlasher} from "../../contracts/msp/interfaces/ISlasher.sol";
import {IVault} from "../../contracts/msp/interfaces/IVault.sol";
import {BucketFixture} from "../msp/BucketFixture.sol";

/// @notice Deposits buckets, delegates, leaves, slashes, realises, pays, takes away, sells, redeems and lets the L1 take of them in
/// any order, over three stakers and two baskets; and keeps its own books.
contract BucketHandler is BucketFixture {
    uint256 public constant STAKERS = 3;

    address[] private _stakers;
    uint256[] private _ids;

    /// @notice All that came in: coin, what was in buckets, what was added to them.
    uint256 public paidIn;
    /// @notice All that went out to stakers: coin, and what was in the buckets that left. What was sold is in neither.
    uint256 public paidOut;
    uint256 public slashed;
    uint256 public collected;
    uint256 public sold;
    uint256 public redeemed;
    uint256 public realised;
    uint256 public withdrawn;
    uint256 public claimed;
    uint256 public lostOnL1;
    uint256 public writtenDown;
    /// @notice How often something was rounded, in the pool's favour; losses up to a gwei are put down to nobody.
    uint256 public roundings;

    function setUp() public override {
        super.setUp();
        for (uint256 i; i < STAKERS; ++i) _stakers.push(vm.addr(300 + i));
    }

    function _stakerAt(uint256 seed) private view returns (address) {
        return _stakers[seed % STAKERS];
    }

    function _basketAt(uint256 seed) private pure returns (uint16) {
        return seed % 3 == 0 ? SHARED : PLAIN;
    }

    /* STAKERS */

    function deposit(uint256 s, uint256 amount) external {
        amount = _amount(amount);
        _ids.push(_depositBucket(_stakerAt(s), amount));
        paidIn += amount;
    }

    /// @dev Wei, gwei or whole coins, so that dust and sums that matter meet.
    function _amount(uint256 seed) private view returns (uint256) {
        uint256 unit = seed % 5 == 0 ? 1 : seed % 5 == 1 ? 1 gwei : 1 ether;
        return bound(seed >> 8, 1, 1000) * unit;
    }

    function topUp(uint256 b, uint256 amount) external {
        if (_ids.length == 0) return;
        uint256 id = _ids[b % _ids.length];
        if (buckets.bucketOf(id).staker == address(0)) return;
        amount = bound(amount, 1, 10 ether);
        vm.deal(address(this), amount);
        staking.topUp{value: amount}(id);
        paidIn += amount;
        if (amount % 2 != 0) return;
        // Unless the L1 took more than that.
        (uint256 inIt,,,,) = staking.bucketOf(id);
        if (inIt > buckets.bucketOf(id).amount) buckets.remeasure(id);
    }

    /// @dev The L1 takes some of what is in a bucket; now and then nearly all.
    function loseOnL1(uint256 b, uint256 amount) external {
        if (_ids.length == 0) return;
        uint256 id = _ids[b % _ids.length];
        if (buckets.bucketOf(id).staker == address(0)) return;
        (uint256 inIt,,, uint256 unstakedAt,) = staking.bucketOf(id);
        if (unstakedAt != staking.NEVER()) return;
        amount = bound(amount, 0, amount % 4 == 0 ? inIt : inIt / 10);
        staking.take(id, amount);
        lostOnL1 += amount;
    }

    function remeasure(uint256 b) external {
        if (_ids.length == 0) return;
        uint256 id = _ids[b % _ids.length];
        uint256 before = buckets.bucketOf(id).amount;
        try buckets.remeasure(id) returns (uint256 added) {
            if (added == 0) writtenDown += before - buckets.bucketOf(id).amount;
        } catch {}
    }

    function delegate(uint256 s, uint256 p, uint256 amount) external {
        address account = _stakerAt(s);
        uint256 balance = buckets.balanceOf(account);
        if (balance == 0) return;
        vm.prank(account);
        try buckets.delegate(validator, _basketAt(p), bound(amount, 1, balance)) {
            ++roundings;
        } catch (bytes memory reason) {
            bytes4 selector = bytes4(reason);
            assertTrue(
                selector == IBucketVault.BucketVaultInDebt.selector || selector == IVault.VaultPoolRuined.selector
                    || selector == IVault.VaultZeroAmount.selector
            );
        }
    }

    function requestExit(uint256 s, uint256 p, uint256 shares) external {
        address account = _stakerAt(s);
        uint256 held = buckets.sharesOf(account, validator, _basketAt(p));
        if (held == 0) return;
        vm.prank(account);
        buckets.requestExit(validator, _basketAt(p), shares % 2 == 0 ? held : bound(shares, 1, held));
    }

    /// @dev Whatever has happened, an exit that unlocked is credited.
    function claim(uint256 id) external {
        if (buckets.exits() == 0) return;
        id = bound(id, 1, buckets.exits());
        IVault.Exit memory exit = buckets.exitOf(id);
        if (exit.owner == address(0) || block.timestamp < exit.unlockTime) return;
        buckets.claim(id);
        ++roundings;
        ++claimed;
    }

    function withdrawBucket(uint256 b) external {
        if (_ids.length == 0) return;
        uint256 id = _ids[b % _ids.length];
        IBucketVault.Bucket memory bucket = buckets.bucketOf(id);
        if (bucket.staker == address(0)) return;
        (uint256 inIt,,,,) = staking.bucketOf(id);
        uint256 balance = buckets.balanceOf(bucket.staker);
        // Whoever lacks a little pays it.
        uint256 lacks = balance < bucket.amount ? bucket.amount - balance : 0;
        if (lacks > 1 ether && b % 3 != 0) return;
        uint256 debt = buckets.debtOf(bucket.staker);
        if (debt > lacks) lacks = debt;
        lacks += buckets.shortfallOf(bucket.staker);
        vm.deal(bucket.staker, lacks);
        vm.prank(bucket.staker);
        buckets.withdrawBucket{value: lacks}(id, bucket.staker);
        paidIn += lacks;
        paidOut += inIt;
        ++withdrawn;
    }

    function pay(uint256 s, uint256 amount) external {
        amount = _amount(amount);
        _pay(stranger, _stakerAt(s), amount);
        paidIn += amount;
    }

    function withdrawCoin(uint256 s, uint256 amount) external {
        address account = _stakerAt(s);
        uint256 most = buckets.accountOf(account).coin;
        if (buckets.balanceOf(account) < most) most = buckets.balanceOf(account);
        if (most == 0) return;
        amount = bound(amount, 1, most);
        vm.prank(account);
        buckets.withdraw(amount, account);
        paidOut += amount;
    }

    /* SLASHES */

    function slash(uint256 p, uint256 amount) external {
        amount = _amount(amount);
        ISlasher.Offence memory offence =
            ISlasher.Offence(dim, buckets, validator, _basketAt(p), _now(), amount);
        _pass(1);
        vm.prank(enforcer);
        try slasher.requestSlash(offence, "evidence") returns (uint256 requestId) {
            _pass(VETO);
            slashed += slasher.executeSlash(requestId);
        } catch {}
    }

    function realise(uint256 s, uint256 p) external {
        uint16 basket = _basketAt(p);
        uint48 generation = buckets.generationOf(validator, basket);
        try buckets.realise(_stakerAt(s), validator, basket, p % 7 == 0 && generation != 0 ? generation - 1 : generation) {
            ++realised;
        } catch {}
    }

    function realiseExit(uint256 id) external {
        if (buckets.exits() == 0) return;
        try buckets.realiseExit(bound(id, 1, buckets.exits())) {
            ++realised;
        } catch {}
    }

    function collect() external {
        address to = buckets.collectable(victim) == 0 ? address(0) : victim;
        try buckets.collect(to) returns (uint256 amount) {
            collected += amount;
        } catch {}
    }

    /* OVERDUE */

    function seize(uint256 s, uint256 p) external {
        try buckets.seize(_stakerAt(s), validator, _basketAt(p)) {} catch {}
    }

    function sell(uint256 b, uint256 time) external {
        if (_ids.length == 0) return;
        uint256 id = _ids[b % _ids.length];
        try buckets.auction(id) {} catch {}
        _pass(bound(time, 0, 3 days));
        try buckets.priceOf(id) returns (uint256 price) {
            (uint256 inIt,,,,) = staking.bucketOf(id);
            vm.deal(buyer, price + 1);
            vm.prank(buyer);
            buckets.buy{value: price + 1}(id);
            paidIn += price;
            paidOut += inIt;
            ++sold;
        } catch {}
    }

    function redeem(uint256 b) external {
        if (_ids.length == 0) return;
        uint256 id = _ids[b % _ids.length];
        try buckets.unlock(id) {
            _pass(LOCK);
        } catch {}
        try buckets.unstake(id) {
            _pass(3 days);
        } catch {}
        try buckets.redeem(id) {
            ++redeemed;
        } catch {}
    }

    function pass(uint256 time) external {
        _pass(bound(time, 1, 8 days));
    }

    /* LAWS */

    /// @dev B1: the coin is what the books say, and buckets, coin and what the L1 took of buckets that are gone cover all that is owed.
    function assertSolvent() external view {
        assertEq(address(buckets).balance, buckets.pot() + buckets.coins());
        uint256 shortfalls;
        for (uint256 s; s < STAKERS; ++s) shortfalls += buckets.shortfallOf(_stakers[s]);
        assertGe(buckets.escrowed() + address(buckets).balance + shortfalls, buckets.owed());
        assertGe(lostOnL1, shortfalls);
    }

    /// @dev B2: what slashes took is what beneficiaries got, and can still collect; what was paid for it is there.
    function assertSlashesConserved() external view {
        assertEq(slashed, collected + buckets.collectable(victim));
        assertEq(collected, wrapped.balanceOf(victim));
        assertGe(buckets.pot(), buckets.fundedFor(victim));
    }

    /// @dev B3: of each staker, buckets and coin cover its claims and its debt.
    function assertCovered() external view {
        uint256 coins;
        uint256 escrowed;
        for (uint256 s; s < STAKERS; ++s) {
            address account = _stakers[s];
            uint256 counts;
            for (uint256 i; i < _ids.length; ++i) {
                IBucketVault.Bucket memory bucket = buckets.bucketOf(_ids[i]);
                if (bucket.staker == account) counts += bucket.amount;
            }
            uint256 claims = buckets.balanceOf(account) + buckets.stakeOf(account, validator, PLAIN)
                + buckets.stakeOf(account, validator, SHARED);
            for (uint256 id = 1; id <= buckets.exits(); ++id) {
                if (buckets.exitOf(id).owner == account) claims += buckets.previewExit(id);
            }
            IBucketVault.Account memory state = buckets.accountOf(account);
            // What a pool rounded in its favour is its stakers' together: one may have a little of another's.
            uint256 shortfall = buckets.shortfallOf(account);
            assertGe(counts + state.coin + shortfall + roundings, claims + state.debt);
            assertTrue(shortfall == 0 || buckets.balanceOf(account) == 0);
            assertTrue((state.debt == 0) == (state.indebtedAt == 0));
            assertTrue(state.debt == 0 || state.coin == 0);
            coins += state.coin;
            escrowed += counts;
        }
        assertEq(coins, buckets.coins());
        assertEq(escrowed, buckets.escrowed());
    }

    /// @dev B4: no more goes out than came in, and beneficiaries get of it what stakers do not.
    function assertNoFreeValue() external view {
        assertGe(paidIn, paidOut + collected + lostOnL1);
    }
}

contract MspBuckets_Invariants is BucketFixture {
    BucketHandler private _handler;

    function setUp() public override {
        _handler = new BucketHandler();
        _handler.setUp();
        bytes4[] memory actions = new bytes4[](18);
        actions[0] = BucketHandler.deposit.selector;
        actions[1] = BucketHandler.topUp.selector;
        actions[2] = BucketHandler.delegate.selector;
        actions[3] = BucketHandler.requestExit.selector;
        actions[4] = BucketHandler.claim.selector;
        actions[5] = BucketHandler.withdrawBucket.selector;
        actions[6] = BucketHandler.pay.selector;
        actions[7] = BucketHandler.withdrawCoin.selector;
        actions[8] = BucketHandler.slash.selector;
        actions[9] = BucketHandler.realise.selector;
        actions[10] = BucketHandler.realiseExit.selector;
        actions[11] = BucketHandler.collect.selector;
        actions[12] = BucketHandler.seize.selector;
        actions[13] = BucketHandler.sell.selector;
        actions[14] = BucketHandler.redeem.selector;
        actions[15] = BucketHandler.pass.selector;
        actions[16] = BucketHandler.loseOnL1.selector;
        actions[17] = BucketHandler.remeasure.selector;
        targetSelectors(address(_handler), actions);
        targetContract(address(_handler));
    }

    /// @dev 5,040 calls, and 201,600 with the test profile `long`, which test/long/msp-invariants.test.ts runs.
    /// hardhat-config: invariant.runs = 42
    /// hardhat-config: invariant.depth = 120
    /// hardhat-config: invariant.failOnRevert = true
    /// hardhat-config: long.invariant.runs = 1680
    /// hardhat-config: long.invariant.depth = 120
    /// hardhat-config: long.invariant.failOnRevert = true
    function invariant_B1toB4() public view {
        _handler.assertSolvent();
        _handler.assertSlashesConserved();
        _handler.assertCovered();
        _handler.assertNoFreeValue();
    }

    /// @dev The handler does what it says: without this, an idle handler would hold every invariant.
    function test_handler_actsForReal() public {
        uint256 whole = (800 << 8) + 2;
        for (uint256 s; s < 3; ++s) {
            _handler.deposit(s, whole - 2 + 4);
            _handler.delegate(s, 1, 700 ether);
        }
        _handler.pass(2 days);
        _handler.slash(1, (300 << 8) + 4);
        for (uint256 s; s < 2; ++s) _handler.realise(s, 1);
        _handler.pass(8 days);
        _handler.seize(0, 1);
        _handler.pass(8 days);
        _handler.claim(1);
        _handler.sell(0, 3 days);
        _handler.redeem(1);
        _handler.collect();
        _handler.requestExit(2, 1, 0);
        _handler.pass(8 days);
        _handler.claim(2);
        _handler.withdrawBucket(2);
        _handler.withdrawBucket(0);
        _handler.deposit(1, whole - 2 + 4);
        _handler.loseOnL1(3, 8);
        _handler.remeasure(3);
        assertGt(_handler.slashed(), 0);
        assertGt(_handler.collected(), 0);
        assertEq(_handler.realised(), 2);
        assertEq(_handler.sold(), 1);
        assertEq(_handler.redeemed(), 1);
        assertGt(_handler.claimed(), 0);
        assertEq(_handler.writtenDown(), _handler.lostOnL1());
        assertGt(_handler.writtenDown(), 0);
        invariant_B1toB4();
    }
}
