// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAllocation} from "../../contracts/msp/interfaces/IAllocation.sol";
import {ISlasher} from "../../contracts/msp/interfaces/ISlasher.sol";
import {MspFixture} from "./MspFixture.sol";

/*
Slasher.requestSlash
├── when the caller is not the enforcer: it reverts
├── when the offence is not in the past, or too old: it reverts
├── when nothing can be slashed: it reverts
└── else it keeps the request, and the resolver of that moment
*/
contract Slasher_Request_Test is MspFixture {
    function setUp() public override {
        super.setUp();
        _stake(staker, PLAIN, 100 ether);
        _nextEpoch();
        _pass(1);
    }

    function test_requestSlash_callerNotEnforcer_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(ISlasher.SlasherNotEnforcer.selector, dim, address(this)));
        slasher.requestSlash(_offence(PLAIN, _now() - 1, 1), "");
        vm.expectRevert(abi.encodeWithSelector(ISlasher.SlasherNotEnforcer.selector, dim, address(this)));
        slasher.slash(_offence(PLAIN, _now() - 1, 1), "");
    }

    function test_requestSlash_badCaptureTime_reverts() public {
        uint48 captureTime = _now();
        vm.startPrank(enforcer);
        vm.expectRevert(abi.encodeWithSelector(ISlasher.SlasherBadCaptureTime.selector, captureTime));
        slasher.requestSlash(_offence(PLAIN, captureTime, 1), "");
        _pass(EVIDENCE + 1);
        vm.expectRevert(abi.encodeWithSelector(ISlasher.SlasherBadCaptureTime.selector, captureTime));
        slasher.requestSlash(_offence(PLAIN, captureTime, 1), "");
        vm.warp(captureTime + EVIDENCE);
        assertEq(slasher.requestSlash(_offence(PLAIN, captureTime, 1), ""), 1);
    }

    function test_requestSlash_nothingSlashable_reverts() public {
        vm.startPrank(enforcer);
        vm.expectRevert(abi.encodeWithSelector(ISlasher.SlasherNothingSlashable.selector));
        slasher.requestSlash(_offence(PLAIN, _now() - 1, 0), "");
        vm.expectRevert(abi.encodeWithSelector(ISlasher.SlasherNothingSlashable.selector));
        slasher.requestSlash(_offence(SHARED, _now() - 1, 1), "");
    }

    function test_requestSlash_keepsTheRequest() public {
        uint256 id = _request(_offence(PLAIN, _now() - 1, 3 ether));
        ISlasher.Request memory request = slasher.requestOf(id);
        assertEq(request.offence.amount, 3 ether);
        assertEq(request.resolver, resolver);
        assertEq(request.vetoUntil, _now() + VETO);
        assertEq(request.executeUntil, _now() + VETO + EXECUTION);
        assertEq(request.evidenceHash, keccak256("evidence"));
        assertTrue(request.status == ISlasher.Status.Requested);
    }

    function test_slash_withVetoWindow_reverts() public {
        vm.prank(enforcer);
        vm.expectRevert(abi.encodeWithSelector(ISlasher.SlasherVetoable.selector, dim));
        slasher.slash(_offence(PLAIN, _now() - 1, 1), "");
    }
}

/*
Slasher.vetoSlash
├── when the caller is not the resolver: it reverts
├── when the window has ended, or it was vetoed: it reverts
└── else it can no longer be executed
*/
contract Slasher_Veto_Test is MspFixture {
    uint256 private _id;

    function setUp() public override {
        super.setUp();
        _stake(staker, PLAIN, 100 ether);
        _nextEpoch();
        _pass(1);
        _id = _request(_offence(PLAIN, _now() - 1, 1 ether));
    }

    function test_vetoSlash_callerNotResolver_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(ISlasher.SlasherNotResolver.selector, _id, address(this)));
        slasher.vetoSlash(_id);
    }

    function test_veto_afterDeadline_reverts() public {
        _pass(VETO);
        vm.prank(resolver);
        vm.expectRevert(abi.encodeWithSelector(ISlasher.SlasherVetoEnded.selector, _id, _now()));
        slasher.vetoSlash(_id);
        assertEq(slasher.executeSlash(_id), 1 ether);
    }

    function test_vetoSlash_endsTheRequest() public {
        _pass(VETO - 1);
        vm.startPrank(resolver);
        slasher.vetoSlash(_id);
        bytes memory error_ =
            abi.encodeWithSelector(ISlasher.SlasherNotRequested.selector, _id, ISlasher.Status.Vetoed);
        vm.expectRevert(error_);
        slasher.vetoSlash(_id);
        _pass(VETO);
        vm.expectRevert(error_);
        slasher.executeSlash(_id);
    }

    function test_resolver_swappedMidRequest_keepsThePower() public {
        dims.setResolver(dim, stranger);
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(ISlasher.SlasherNotResolver.selector, _id, stranger));
        slasher.vetoSlash(_id);
        vm.prank(resolver);
        slasher.vetoSlash(_id);

        uint256 next = _request(_offence(PLAIN, _now() - 1, 1 ether));
        assertEq(slasher.requestOf(next).resolver, stranger);
    }
}

/*
Slasher.executeSlash
├── when it is too early, too late, or done: it reverts
├── it takes what was asked for, at most the DIM's maximum
├── what is taken is the beneficiary's, and lost by all stakers of the pool pro rata, leaving or not
├── of one pool only
├── it takes no more than the maximum for one capture time, whatever the number of requests
└── rehypothecated: each DIM can take its maximum, and no more than there is
*/
contract Slasher_Execute_Test is MspFixture {
    function setUp() public override {
        super.setUp();
        _stake(staker, PLAIN, 60 ether);
        _stake(other, PLAIN, 40 ether);
        _nextEpoch();
        _pass(1);
    }

    function test_executeSlash_outsideItsTime_reverts() public {
        uint256 id = _request(_offence(PLAIN, _now() - 1, 1 ether));
        (uint48 from, uint48 until) = (_now() + VETO, _now() + VETO + EXECUTION);
        bytes memory error_ = abi.encodeWithSelector(ISlasher.SlasherNotExecutable.selector, id, from, until);
        vm.warp(from - 1);
        vm.expectRevert(error_);
        slasher.executeSlash(id);
        vm.warp(until + 1);
        vm.expectRevert(error_);
        slasher.executeSlash(id);
        vm.warp(until);
        slasher.executeSlash(id);
        vm.expectRevert(
            abi.encodeWithSelector(ISlasher.SlasherNotRequested.selector, id, ISlasher.Status.Executed)
        );
        slasher.executeSlash(id);
    }

    function testFuzz_executeSlash_takesWhatWasAskedFor_upToTheMaximum(uint256 amount) public {
        amount = bound(amount, 1, 100 ether);
        uint256 expected = amount < 50 ether ? amount : 50 ether;
        assertEq(_slash(PLAIN, amount), expected);
        assertEq(vault.collectable(victim), expected);
        assertEq(vault.slashableNow(validator, PLAIN), 100 ether - expected);
    }

    function testFuzz_executeSlash_isSharedProRata(uint256 amount, uint256 leaving) public {
        amount = bound(amount, 1, 50 ether);
        uint256 exitId = _exit(staker, PLAIN, bound(leaving, 1, vault.sharesOf(staker, validator, PLAIN)));
        assertEq(_slash(PLAIN, amount), amount);
        uint256 left = 100 ether - amount;
        uint256 stakers = vault.stakeOf(staker, validator, PLAIN) + vault.previewExit(exitId);
        uint256 others = vault.stakeOf(other, validator, PLAIN);
        assertLe(stakers + others, left);
        // One wei for each rounding, and up to one for the virtual shares.
        assertGe(stakers + 3, left * 60 / 100);
        assertGe(others + 2, left * 40 / 100);
    }

    function test_executeSlash_reachesOnePoolOnly() public {
        _stake(stranger, SHARED, 10 ether);
        _slash(PLAIN, 50 ether);
        assertEq(vault.stakeOf(stranger, validator, SHARED), 10 ether);
    }

    function test_twoSlashes_forOneCaptureTime_takeTheMaximumOnce() public {
        uint48 captureTime = _now() - 1;
        uint256 first = _request(_offence(PLAIN, captureTime, 30 ether));
        uint256 second = _request(_offence(PLAIN, captureTime, 30 ether));
        _pass(VETO);
        assertEq(slasher.executeSlash(first), 30 ether);
        assertEq(slasher.executeSlash(second), 20 ether);
        assertEq(_slashable(PLAIN, captureTime), 0);
        // A later offence is another: half of what is left.
        assertEq(_slashable(PLAIN, _now() - 1), 0);
        _pass(1);
        assertEq(_slashable(PLAIN, _now() - 1), 25 ether);
    }

    function test_executeSlash_rehypothecated_eachTakesItsMaximum() public {
        _stake(stranger, SHARED, 10 ether);
        _nextEpoch();
        _pass(1);
        ISlasher.Offence memory offence = _offence(SHARED, _now() - 1, 10 ether);
        uint256 first = _request(offence);
        offence.dim = otherDim;
        uint256 second = _request(offence);
        _pass(VETO);
        assertEq(slasher.executeSlash(first), 5 ether);
        assertEq(slasher.executeSlash(second), 5 ether);
        assertEq(vault.stakeOf(stranger, validator, SHARED), 0);
    }

    function test_executeSlash_shareOfABasket() public {
        uint16 basket = _openBasket(validator, dim, 4000);
        _stake(stranger, basket, 10 ether);
        _nextEpoch();
        assertEq(allocation.stakeAt(dim, vault, validator, basket, _now()), 4 ether);
        assertEq(allocation.freeShareOf(validator, basket), 6000);
        assertEq(_slash(basket, 10 ether), 2 ether);
    }
}

/*
Slasher.slashableAt
├── when DIM and validator had not agreed, or the DIM was not admitted: nothing
├── when the window has passed: nothing
├── what was leaving then, and has left: nothing
├── stake that came after the epoch began does not count
└── it never grows
*/
contract Slasher_Slashable_Test is MspFixture {
    function test_slashableAt_expelled_endsAtTheEpoch() public {
        _stake(staker, PLAIN, 10 ether);
        _nextEpoch();
        vm.prank(builder);
        validators.accept(dim, validator, false);
        uint48 captureTime = _now();
        _nextEpoch();
        _pass(1);
        assertEq(_slashable(PLAIN, captureTime), 5 ether);
        assertEq(_slashable(PLAIN, _now() - 1), 0);
    }

    function test_slashableAt_delisted_onlyBefore() public {
        _stake(staker, PLAIN, 10 ether);
        _nextEpoch();
        _pass(10);
        dims.remove(dim);
        uint48 left = _now();
        _pass(1);
        assertEq(_slashable(PLAIN, left), 0);
        assertEq(_slashable(PLAIN, left - 1), 5 ether);
    }

    function test_slashableAt_windowPassed_nothing() public {
        _stake(staker, PLAIN, 10 ether);
        _nextEpoch();
        uint48 captureTime = _now();
        _pass(WINDOW);
        assertEq(_slashable(PLAIN, captureTime), 5 ether);
        _pass(1);
        assertEq(_slashable(PLAIN, captureTime), 0);
    }

    function test_slashableAt_stakeOfThisEpoch_doesNotCount() public {
        _stake(staker, PLAIN, 10 ether);
        _nextEpoch();
        _stake(other, PLAIN, 90 ether);
        _pass(1);
        assertEq(_slashable(PLAIN, _now() - 1), 5 ether);
    }

    /// @dev What was leaving at the offence and has left by now is out of reach: neither it nor what stays pays for it.
    function test_slashableAt_whatHasLeft_noLongerCounts() public {
        uint256 shares = _stake(staker, PLAIN, 10 ether);
        uint256 exitId = _exit(staker, PLAIN, shares / 2);
        vm.warp(vault.exitOf(exitId).unlockTime - VETO);
        uint48 captureTime = _now() - 1;
        assertEq(_slashable(PLAIN, captureTime), 5 ether);
        uint256 id = _request(_offence(PLAIN, captureTime, 10 ether));
        _pass(VETO - 1);
        assertEq(_slashable(PLAIN, captureTime), 5 ether);
        _pass(1);
        assertEq(_slashable(PLAIN, captureTime), 2.5 ether);
        assertEq(slasher.executeSlash(id), 2.5 ether);
        assertEq(vault.claim(exitId), 5 ether);
        assertLe(2.5 ether - vault.stakeOf(staker, validator, PLAIN), 1);
    }

    /// @dev Whatever is staked, leaves, matures and is slashed after it.
    function testFuzz_slashableAt_neverGrows(uint256 seed) public {
        _stake(staker, PLAIN, 50 ether);
        _stake(other, PLAIN, 50 ether);
        _nextEpoch();
        _pass(1);
        uint48 captureTime = _now() - 1;
        uint256 last = _slashable(PLAIN, captureTime);
        for (uint256 i; i < 12; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 amount = seed % 40 ether + 1;
            uint256 action = (seed >> 128) % 4;
            if (action == 0) {
                _stake(seed % 2 == 0 ? staker : other, PLAIN, amount);
            } else if (action == 1) {
                uint256 shares = vault.sharesOf(staker, validator, PLAIN);
                if (shares > 1) _exit(staker, PLAIN, shares / 2);
            } else if (action == 2) {
                vm.prank(address(slasher));
                vault.slash(validator, PLAIN, amount, victim);
            }
            _pass(seed % 12 hours);
            uint256 slashable = _slashable(PLAIN, captureTime);
            assertLe(slashable, last);
            assertLe(slashable, vault.slashableNow(validator, PLAIN));
            last = slashable;
        }
    }
}

/*
Slasher.pendingIn, freeCollateralOf
├── a request is pending until it is vetoed or executed, or the day ends in which it lapses
├── what is free is the stake that is left, less its part of what is pending, less what the basket's DIMs may take
├── where that is more than there is: nothing is free
└── of a pool of one's own or of many, for any history: stake is covered
*/
contract Slasher_FreeCollateral_Test is MspFixture {
    function _free(address account, uint16 basket) private view returns (uint256) {
        return slasher.freeCollateralOf(vault, account, validator, basket);
    }

    function test_pendingIn_untilItIsDecided() public {
        _stake(staker, PLAIN, 100 ether);
        _nextEpoch();
        uint48 time = _now();
        _pass(1);
        uint256 first = _request(_offence(PLAIN, time, 10 ether));
        uint256 second = _request(_offence(PLAIN, time, 5 ether));
        // No more is pending than could be taken.
        _request(_offence(PLAIN, time, 1000 ether));
        assertEq(slasher.pendingIn(vault, validator, PLAIN), 65 ether);
        assertEq(slasher.pendingIn(vault, validator, SHARED), 0);
        assertEq(slasher.pendingIn(nativeVault, validator, PLAIN), 0);
        vm.prank(resolver);
        slasher.vetoSlash(first);
        assertEq(slasher.pendingIn(vault, validator, PLAIN), 55 ether);
        _pass(VETO);
        slasher.executeSlash(second);
        assertEq(slasher.pendingIn(vault, validator, PLAIN), 50 ether);
        _pass(EXECUTION);
        assertEq(slasher.pendingIn(vault, validator, PLAIN), 50 ether);
        _nextEpoch();
        assertEq(slasher.pendingIn(vault, validator, PLAIN), 0);
    }

    function test_freeCollateralOf_lessExecutedPendingAndBound() public {
        // A basket of 60 % for one DIM, 20 % for another: the largest line is more than both may take.
        IAllocation.Line[] memory lines = new IAllocation.Line[](2);
        lines[0] = IAllocation.Line(dim, 6_000);
        lines[1] = IAllocation.Line(otherDim, 2_000);
        vm.prank(validator);
        uint16 basket = allocation.openBasket(lines, false);
        _stake(staker, basket, 100 ether);
        _stake(other, basket, 300 ether);
        _nextEpoch();
        assertEq(_free(staker, basket), 40 ether);
        uint48 time = _now();
        _pass(1);
        uint256 id = _request(_offence(basket, time, 80 ether));
        // A quarter of what is pending is its part.
        assertEq(_free(staker, basket), 20 ether);
        assertEq(_free(other, basket), 60 ether);
        _pass(VETO);
        slasher.executeSlash(id);
        // 80 ether are left of its 100, and 60 % of them are bound.
        assertLe(_free(staker, basket), 32 ether);
        assertGe(_free(staker, basket), 32 ether - 3);
    }

    function test_freeCollateralOf_rehypothecated_isNothing() public {
        _stake(staker, SHARED, 100 ether);
        _nextEpoch();
        assertEq(_free(staker, SHARED), 0);
        assertEq(_free(other, SHARED), 0);
    }

    /// @dev Whatever is executed of what was asked for: the stake is never below what was free.
    function testFuzz_freeCollateralOf_isNeverTaken(uint96 first, uint96 second, uint96 part, uint16 share) public {
        share = uint16(bound(share, 1, 9_999));
        uint16 basket = _openBasket(validator, dim, share);
        _stake(staker, basket, bound(first, 1e6, 1e30));
        _stake(other, basket, bound(second, 1e6, 1e30));
        _nextEpoch();
        uint48 time = _now();
        _pass(1);
        uint256 slashable = _slashable(basket, time);
        vm.assume(slashable != 0);
        uint256 id = _request(_offence(basket, time, bound(part, 1, slashable)));
        uint256 free = _free(staker, basket);
        _pass(VETO);
        slasher.executeSlash(id);
        _nextEpoch();
        time = _now();
        _pass(1);
        slashable = _slashable(basket, time);
        if (slashable != 0) {
            id = _request(_offence(basket, time, slashable));
            _pass(VETO);
            slasher.executeSlash(id);
        }
        assertGe(vault.stakeOf(staker, validator, basket) + 1, free);
    }
}

/*
Vault.standingThrough
└── for any history, it is the least of what stood on the eve and at the time, to the wei
*/
contract Vault_StandingThrough_Test is MspFixture {
    function testFuzz_standingThrough_isWhatSearchesFind(uint256 seed) public {
        uint48 begin = _now();
        uint256[] memory exits = new uint256[](40);
        uint256 count;
        for (uint256 i; i < 40; ++i) {
            uint256 random = uint256(keccak256(abi.encode(seed, i)));
            address account = random % 2 == 0 ? staker : other;
            // Within a second, within a day, over some days.
            uint256 pace = (random >> 8) % 4;
            _pass(pace == 0 ? 0 : pace == 1 ? (random >> 16) % 3600 : (random >> 16) % (pace * 20 hours));
            uint256 action = (random >> 64) % 8;
            if (action < 4) {
                _stake(account, PLAIN, (random >> 128) % 100 ether + 1);
            } else if (action < 6) {
                uint256 shares = vault.sharesOf(account, validator, PLAIN);
                if (shares != 0) exits[count++] = _exit(account, PLAIN, (random >> 128) % shares + 1);
            } else if (action == 6) {
                uint256 all = vault.slashableNow(validator, PLAIN);
                if (all == 0) continue;
                vm.prank(address(slasher));
                vault.slash(validator, PLAIN, (random >> 128) % 16 == 0 ? all : (random >> 128) % all / 3 + 1, victim);
            } else if (count != 0 && _now() >= vault.exitOf(exits[count - 1]).unlockTime) {
                vault.claim(exits[--count]);
            }
            for (uint256 k; k < 3; ++k) {
                _assertFound(begin + uint48(uint256(keccak256(abi.encode(random, k))) % (_now() - begin + 1)));
            }
            if (_now() != begin) _assertFound(_now() - 1);
        }
    }

    function _assertFound(uint48 time) private view {
        uint48 eve = time - time % 1 days - 1;
        (uint256 standing, uint256 left) = vault.standingThrough(validator, PLAIN, time);
        (uint256 least, uint256 leastLeft) = _leastAt(eve, time);
        assertEq(standing, least);
        assertEq(left, leastLeft);
    }

    function _leastAt(uint48 first, uint48 second) private view returns (uint256 least, uint256 left) {
        (uint256 before, uint256 lostSinceBefore) = vault.standingAt(validator, PLAIN, first);
        (uint256 then, uint256 lostSinceThen) = vault.standingAt(validator, PLAIN, second);
        least = before < then ? before : then;
        before = before > lostSinceBefore ? before - lostSinceBefore : 0;
        then = then > lostSinceThen ? then - lostSinceThen : 0;
        left = before < then ? before : then;
    }
}
