// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {IVeIOTX} from "../../contracts/governance/interfaces/IVeIOTX.sol";
import {VeIOTXFixture} from "./VeIOTXFixture.sol";

/*
VeIOTX
├── lock
│   ├── of nothing, a second time, at no week's bound, too short, too long, it reverts
│   └── it gives the account's delegatee amount ÷ 4 years × time left, of which none is more than the exact line
├── increase
│   ├── of nothing, without a lock, after its end, within its last 91 days, it reverts
│   └── it gives what a lock of the whole amount gives
├── extend
│   ├── without a lock, after its end, not later, at no week's bound, beyond four years, it reverts
│   └── it gives what a lock until the new end gives, and no second of the past changes
├── withdraw
│   ├── before the end, without a lock, to nobody, to one that refuses, it reverts
│   ├── it pays what was locked, once, to whom the account says, even while that one calls back
│   └── what was locked can be locked again
├── delegate
│   ├── to nobody, it reverts
│   ├── before there is a lock, it counts for the lock to come
│   ├── it moves the account's own votes alone: those delegated to it stay
│   ├── by signature: once, in time, for whom was signed
│   └── after the lock's end it moves nothing
├── getPastVotes, getPastTotalSupply
│   ├── of the present or later, it reverts
│   ├── before the first lock they are zero
│   └── they are what getVotes and totalSupply were
└── decay
    ├── votes are zero from the second of the end on
    └── a year and more without any change, they are exact at each second
*/

contract VeIOTX_Lock_Test is VeIOTXFixture {
    function test_lock_nothing_reverts() public {
        uint48 end = _endAfter(MIN);
        vm.expectRevert(IVeIOTX.VeIOTXZeroAmount.selector);
        vm.prank(ada);
        ve.lock(end);
    }

    function test_lock_twice_reverts() public {
        _lock(ada, 1 ether, _endAfter(MIN));
        uint48 end = _endAfter(MIN);
        vm.expectRevert(abi.encodeWithSelector(IVeIOTX.VeIOTXLocked.selector, ada));
        vm.prank(ada);
        ve.lock{value: 1}(end);
    }

    function test_lock_atNoWeeksBound_reverts() public {
        uint48 end = _endAfter(MIN) + 1;
        vm.expectRevert(abi.encodeWithSelector(IVeIOTX.VeIOTXNotAtWeek.selector, end));
        vm.prank(ada);
        ve.lock{value: 1}(end);
    }

    function test_lock_boundaries_ofTheDuration() public {
        uint48 end = BOUND + 14 * WEEK;
        vm.warp(end - MIN + 1);
        vm.expectRevert(abi.encodeWithSelector(IVeIOTX.VeIOTXTooShort.selector, end, end + 1));
        vm.prank(ada);
        ve.lock{value: 1}(end);
        vm.warp(end - MIN);
        _lock(ada, 1, end);

        end = BOUND + 300 * WEEK;
        vm.warp(end - MAX - 1);
        vm.expectRevert(abi.encodeWithSelector(IVeIOTX.VeIOTXTooLong.selector, end, end - 1));
        vm.prank(ben);
        ve.lock{value: UNIT}(end);
        vm.warp(end - MAX);
        _lock(ben, UNIT, end);
        // For four years a wei is a vote.
        assertEq(ve.getVotes(ben), UNIT);
    }

    function testFuzz_lock_givesTheLineRoundedDown(uint128 amount, uint48 weeksLocked, uint48 later) public {
        amount = uint128(bound(amount, 1, 1e10 ether));
        uint48 end = uint48(bound(weeksLocked, _endAfter(MIN) / WEEK, _latestEnd() / WEEK)) * WEEK;
        vm.deal(ada, amount);
        _lock(ada, amount, end);
        vm.warp(bound(later, _now(), end + 10 * WEEK));
        uint256 left = end > _now() ? end - _now() : 0;
        uint256 votes = ve.getVotes(ada);
        assertEq(votes, _line(amount, end, _now()));
        assertEq(ve.balanceOf(ada), votes);
        assertEq(ve.totalSupply(), votes);
        assertLe(votes * MAX, amount * left);
        assertLe(amount * left, votes * MAX + left * MAX);
    }
}

contract VeIOTX_Increase_Test is VeIOTXFixture {
    function test_increase_refusals() public {
        vm.prank(ada);
        vm.expectRevert(IVeIOTX.VeIOTXZeroAmount.selector);
        ve.increase();
        vm.prank(ada);
        vm.expectRevert(abi.encodeWithSelector(IVeIOTX.VeIOTXNothingLocked.selector, ada));
        ve.increase{value: 1}();
        uint48 end = _endAfter(MIN);
        _lock(ada, 1, end);
        vm.warp(end - MIN + 1);
        vm.prank(ada);
        vm.expectRevert(abi.encodeWithSelector(IVeIOTX.VeIOTXTooShort.selector, end, end + 1));
        ve.increase{value: 1}();
        vm.warp(end);
        vm.prank(ada);
        vm.expectRevert(abi.encodeWithSelector(IVeIOTX.VeIOTXExpired.selector, ada, end));
        ve.increase{value: 1}();
    }

    function testFuzz_increase_givesWhatTheWholeGives(uint96 first, uint96 second) public {
        first = uint96(bound(first, 1, 1e8 ether));
        second = uint96(bound(second, 1, 1e8 ether));
        uint48 end = _endAfter(2 * MIN);
        _lock(ada, first, end);
        vm.warp(_now() + 11 days);
        vm.prank(ada);
        ve.increase{value: second}();
        _lock(ben, uint256(first) + second, end);
        assertEq(ve.getVotes(ada), ve.getVotes(ben));
        assertEq(ve.totalSupply(), 2 * ve.getVotes(ben));
        assertEq(ve.lockOf(ada).amount, uint256(first) + second);
    }
}

contract VeIOTX_Extend_Test is VeIOTXFixture {
    function test_extend_refusals() public {
        uint48 end = _endAfter(MIN);
        vm.prank(ada);
        vm.expectRevert(abi.encodeWithSelector(IVeIOTX.VeIOTXNothingLocked.selector, ada));
        ve.extend(end);
        _lock(ada, 1, end);
        vm.prank(ada);
        vm.expectRevert(abi.encodeWithSelector(IVeIOTX.VeIOTXNotLonger.selector, end, end));
        ve.extend(end);
        vm.prank(ada);
        vm.expectRevert(abi.encodeWithSelector(IVeIOTX.VeIOTXNotAtWeek.selector, end + 1));
        ve.extend(end + 1);
        uint48 tooLate = _latestEnd() + WEEK;
        vm.prank(ada);
        vm.expectRevert(abi.encodeWithSelector(IVeIOTX.VeIOTXTooLong.selector, tooLate, _now() + MAX));
        ve.extend(tooLate);
        vm.warp(end);
        vm.prank(ada);
        vm.expectRevert(abi.encodeWithSelector(IVeIOTX.VeIOTXExpired.selector, ada, end));
        ve.extend(end + WEEK);
    }

    function test_extend_toDodgeDecay_givesWhatANewLockGivesAndLeavesThePast() public {
        _lock(ada, 7 * UNIT, _endAfter(MIN));
        uint48 asked = _now() + 50 days;
        uint256 expected = _line(7 * UNIT, _endAfter(MIN), asked);
        for (uint256 i; i < 12; ++i) {
            vm.warp(_now() + WEEK);
            uint48 end = ve.lockOf(ada).end + WEEK;
            vm.prank(ada);
            ve.extend(end);
        }
        assertEq(ve.getVotes(ada), _line(7 * UNIT, ve.lockOf(ada).end, _now()));
        // 50 days on it had been extended seven times.
        assertEq(ve.getPastVotes(ada, asked), expected + 7 * 7 * uint256(WEEK));
        uint48 atMost = _latestEnd();
        vm.prank(ada);
        ve.extend(atMost);
        assertLe(ve.getVotes(ada), 7 * UNIT);
        assertEq(ve.getPastVotes(ada, asked), expected + 7 * 7 * uint256(WEEK));
    }
}

/// @dev Takes coins only while it is told to, and calls back as it does.
contract Recipient {
    IVeIOTX private immutable _VE;
    bool public takes;
    bool public triedAgain;

    constructor(IVeIOTX ve_) {
        _VE = ve_;
    }

    function lock(uint48 end) external payable {
        _VE.lock{value: msg.value}(end);
    }

    function withdraw(bool takes_) external {
        takes = takes_;
        _VE.withdraw(payable(address(this)));
    }

    receive() external payable {
        if (!takes) revert();
        try _VE.withdraw(payable(address(this))) {}
        catch {
            triedAgain = true;
        }
    }
}

contract VeIOTX_Withdraw_Test is VeIOTXFixture {
    function test_withdraw_refusals() public {
        vm.prank(ada);
        vm.expectRevert(abi.encodeWithSelector(IVeIOTX.VeIOTXNothingLocked.selector, ada));
        ve.withdraw(payable(ada));
        uint48 end = _endAfter(MIN);
        _lock(ada, 5, end);
        vm.prank(ada);
        vm.expectRevert(IVeIOTX.VeIOTXZeroAddress.selector);
        ve.withdraw(payable(address(0)));
        vm.warp(end - 1);
        vm.prank(ada);
        vm.expectRevert(abi.encodeWithSelector(IVeIOTX.VeIOTXNotExpired.selector, ada, end));
        ve.withdraw(payable(ada));
    }

    function test_withdraw_paysOnceToWhomTheAccountSays() public {
        uint48 end = _endAfter(MIN);
        _lock(ada, 5 ether, end);
        _lock(ben, 7 ether, end);
        vm.warp(end);
        uint256 before = cleo.balance;
        vm.prank(ada);
        ve.withdraw(payable(cleo));
        assertEq(cleo.balance, before + 5 ether);
        assertEq(address(ve).balance, 7 ether);
        assertEq(ve.lockOf(ada).amount, 0);
        vm.prank(ada);
        vm.expectRevert(abi.encodeWithSelector(IVeIOTX.VeIOTXNothingLocked.selector, ada));
        ve.withdraw(payable(cleo));
    }

    function test_withdraw_recipientThatRefusesOrCallsBack() public {
        Recipient recipient = new Recipient(ve);
        uint48 end = _endAfter(MIN);
        recipient.lock{value: 5 ether}(end);
        _lock(ben, 7 ether, end);
        vm.warp(end);
        vm.expectRevert(abi.encodeWithSelector(IVeIOTX.VeIOTXTransferFailed.selector, address(recipient)));
        recipient.withdraw(false);
        recipient.withdraw(true);
        assertTrue(recipient.triedAgain());
        assertEq(address(recipient).balance, 5 ether);
        assertEq(address(ve).balance, 7 ether);
    }

    function test_withdraw_thenLockAgain() public {
        uint48 end = _endAfter(MIN);
        _lock(ada, UNIT, end);
        vm.warp(end);
        vm.prank(ada);
        ve.withdraw(payable(ada));
        uint48 next = _endAfter(MIN);
        _lock(ada, 3 * UNIT, next);
        assertEq(ve.getVotes(ada), _line(3 * UNIT, next, _now()));
        assertEq(ve.totalSupply(), ve.getVotes(ada));
        assertEq(ve.getPastVotes(ada, end - 1), 1);
    }
}

contract VeIOTX_Delegate_Test is VeIOTXFixture {
    function test_delegate_toNobody_reverts() public {
        vm.prank(ada);
        vm.expectRevert(IVeIOTX.VeIOTXZeroAddress.selector);
        ve.delegate(address(0));
    }

    function test_delegate_beforeTheLock_countsForIt() public {
        assertEq(ve.delegates(ada), ada);
        _delegate(ada, cleo);
        assertEq(ve.delegates(ada), cleo);
        _lock(ada, UNIT, _endAfter(MIN));
        assertEq(ve.getVotes(ada), 0);
        assertEq(ve.getVotes(cleo), ve.totalSupply());
    }

    function test_delegate_movesOwnVotesAlone() public {
        uint48 end = _endAfter(MIN);
        _lock(ada, UNIT, end);
        _lock(ben, 2 * UNIT, end);
        _delegate(ada, ben);
        assertEq(ve.getVotes(ben), _line(3 * UNIT, end, _now()));
        _delegate(ben, cleo);
        assertEq(ve.getVotes(ben), _line(UNIT, end, _now()));
        assertEq(ve.getVotes(cleo), _line(2 * UNIT, end, _now()));
    }

    function test_delegate_loop_countsEachLockOnce() public {
        uint48 end = _endAfter(MIN);
        _lock(ada, UNIT, end);
        _lock(ben, 2 * UNIT, end);
        _lock(cleo, 4 * UNIT, end);
        _delegate(ada, ben);
        _delegate(ben, cleo);
        _delegate(cleo, ada);
        assertEq(ve.getVotes(ada), _line(4 * UNIT, end, _now()));
        assertEq(ve.getVotes(ben), _line(UNIT, end, _now()));
        assertEq(ve.getVotes(cleo), _line(2 * UNIT, end, _now()));
        assertEq(ve.totalSupply(), _line(7 * UNIT, end, _now()));
    }

    function test_delegate_emits() public {
        _lock(ada, UNIT, _endAfter(MIN));
        uint256 votes = ve.getVotes(ada);
        vm.expectEmit(true, true, true, true, address(ve));
        emit IVotes.DelegateChanged(ada, ada, ben);
        vm.expectEmit(true, true, true, true, address(ve));
        emit IVotes.DelegateVotesChanged(ada, votes, 0);
        vm.expectEmit(true, true, true, true, address(ve));
        emit IVotes.DelegateVotesChanged(ben, 0, votes);
        _delegate(ada, ben);
    }

    function test_delegate_afterTheEnd_movesNothing() public {
        uint48 end = _endAfter(MIN);
        _lock(ada, UNIT, end);
        _lock(ben, UNIT, end + WEEK);
        vm.warp(end);
        _delegate(ada, ben);
        _delegate(ada, cleo);
        assertEq(ve.getVotes(ada), 0);
        assertEq(ve.getVotes(cleo), 0);
        assertEq(ve.getVotes(ben), WEEK);
    }

    function test_delegateBySig_onceInTimeForWhomWasSigned() public {
        _lock(ada, UNIT, _endAfter(MIN));
        uint256 expiry = block.timestamp + 1 days;
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(adasKey, _digest(ben, 0, expiry));
        ve.delegateBySig(ben, 0, expiry, v, r, s);
        assertEq(ve.delegates(ada), ben);
        vm.expectRevert(abi.encodeWithSelector(Nonces.InvalidAccountNonce.selector, ada, 1));
        ve.delegateBySig(ben, 0, expiry, v, r, s);
        (v, r, s) = vm.sign(adasKey, _digest(cleo, 1, expiry));
        vm.warp(expiry + 1);
        vm.expectRevert(abi.encodeWithSelector(IVotes.VotesExpiredSignature.selector, expiry));
        ve.delegateBySig(cleo, 1, expiry, v, r, s);
    }

    function _digest(address delegatee, uint256 nonce, uint256 expiry) private view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Vote-escrowed IOTX"),
                keccak256("1"),
                block.chainid,
                address(ve)
            )
        );
        bytes32 message = keccak256(
            abi.encode(
                keccak256("Delegation(address delegatee,uint256 nonce,uint256 expiry)"), delegatee, nonce, expiry
            )
        );
        return keccak256(abi.encodePacked("\x19\x01", domain, message));
    }
}

contract VeIOTX_Past_Test is VeIOTXFixture {
    function test_past_presentAndFuture_revert() public {
        uint48 present = _now();
        vm.expectRevert(abi.encodeWithSelector(IVeIOTX.ERC5805FutureLookup.selector, present, present));
        ve.getPastVotes(ada, present);
        vm.expectRevert(abi.encodeWithSelector(IVeIOTX.ERC5805FutureLookup.selector, present + 1, present));
        ve.getPastTotalSupply(present + 1);
    }

    function test_past_beforeTheFirstLock_isZero() public {
        _lock(ada, UNIT, _endAfter(MIN));
        vm.warp(_now() + 1);
        assertEq(ve.getPastVotes(ada, _now() - 2), 0);
        assertEq(ve.getPastTotalSupply(_now() - 2), 0);
        assertEq(ve.getPastVotes(ada, 0), 0);
    }

    function test_past_manyChangesInASecond_areOnePoint() public {
        uint48 end = _endAfter(MIN);
        _lock(ada, UNIT, end);
        _delegate(ada, ben);
        _delegate(ada, cleo);
        _delegate(ada, ben);
        uint48 second = _now();
        vm.warp(second + 1);
        assertEq(ve.getPastVotes(ben, second), _line(UNIT, end, second));
        assertEq(ve.getPastVotes(ada, second), 0);
        assertEq(ve.getPastVotes(cleo, second), 0);
    }

    /// @dev What was seen at the time is what is seen later, whatever happens between.
    function testFuzz_past_isWhatThePresentWas(uint256 seed) public {
        address[3] memory people = [ada, ben, cleo];
        uint48[24] memory times;
        uint256[3][24] memory votes;
        uint256[24] memory totals;
        for (uint256 i; i < 24; ++i) {
            seed = uint256(keccak256(abi.encode(seed, i)));
            _act(people[seed % 3], people[(seed >> 8) % 3], seed);
            times[i] = _now();
            totals[i] = ve.totalSupply();
            for (uint256 p; p < 3; ++p) {
                votes[i][p] = ve.getVotes(people[p]);
            }
            vm.warp(_now() + 1 + (seed >> 64) % (20 * WEEK));
        }
        for (uint256 i; i < 24; ++i) {
            assertEq(ve.getPastTotalSupply(times[i]), totals[i]);
            assertEq(votes[i][0] + votes[i][1] + votes[i][2], totals[i]);
            for (uint256 p; p < 3; ++p) {
                assertEq(ve.getPastVotes(people[p], times[i]), votes[i][p]);
            }
        }
    }

    function _act(address account, address other, uint256 seed) private {
        IVeIOTX.Lock memory held = ve.lockOf(account);
        uint256 kind = (seed >> 16) % 4;
        vm.startPrank(account);
        if (held.amount == 0) ve.lock{value: 1 + (seed >> 128) % 1e6 ether}(_endAfter(MIN + uint48(seed >> 32) % MIN));
        else if (held.end <= _now()) ve.withdraw(payable(account));
        else if (kind == 0 && held.end < _latestEnd()) ve.extend(held.end + WEEK);
        else if (kind == 1 && held.end >= _now() + MIN) ve.increase{value: 1 ether}();
        else ve.delegate(other);
        vm.stopPrank();
    }
}

contract VeIOTX_Decay_Test is VeIOTXFixture {
    function test_decay_isZeroFromTheEndOn() public {
        uint48 end = _endAfter(MIN);
        _lock(ada, UNIT, end);
        vm.warp(end - 1);
        assertEq(ve.getVotes(ada), 1);
        assertEq(ve.totalSupply(), 1);
        vm.warp(end);
        assertEq(ve.getVotes(ada), 0);
        assertEq(ve.totalSupply(), 0);
        vm.warp(end + 500 * WEEK);
        assertEq(ve.totalSupply(), 0);
    }

    function test_decay_withoutAnyChange_isExact() public {
        // A lock for every tenth week, all delegated to one.
        uint48 last = _latestEnd();
        for (uint48 end = _endAfter(MIN); end <= last; end += 10 * WEEK) {
            address account = address(uint160(end));
            vm.deal(account, 9 * UNIT);
            _delegate(account, cleo);
            _lock(account, 9 * UNIT, end);
        }
        uint48 began = _now();
        for (uint48 time = began + 1; time < last + WEEK; time += 31 days + 12_345) {
            uint256 expected;
            for (uint48 end = (began + MIN + WEEK - 1) / WEEK * WEEK; end <= last; end += 10 * WEEK) {
                expected += _line(9 * UNIT, end, time);
            }
            vm.warp(time);
            assertEq(ve.getVotes(cleo), expected);
            assertEq(ve.totalSupply(), expected);
        }
    }
}
