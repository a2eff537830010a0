// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

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
