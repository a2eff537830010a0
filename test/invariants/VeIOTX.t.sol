// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IVeIOTX} from "../../contracts/governance/interfaces/IVeIOTX.sol";
import {VeIOTXFixture} from "../governance/VeIOTXFixture.sol";

/// @notice Locks, increases, extends, delegates, withdraws and waits in any order, keeps its own books of every lock,
/// and remembers what votes were at times past.
contract VeIOTXHandler is VeIOTXFixture {
    uint256 public constant PEOPLE = 5;
    uint256 public constant SAMPLES = 4;

    struct Sample {
        uint48 time;
        uint256 total;
        uint256[5] votes;
    }

    struct Book {
        uint256 amount;
        uint48 end;
        uint256 delegatee;
    }

    address[] private _people;
    Book[] private _books;
    Sample[] private _samples;
    uint256 private _next;
    uint256 public paidIn;
    uint256 public paidOut;

    function setUp() public override {
        super.setUp();
        for (uint256 i; i < PEOPLE; ++i) {
            _people.push(makeAddr(string.concat("person ", vm.toString(i))));
            _books.push(Book({amount: 0, end: 0, delegatee: i}));
        }
    }

    /* ACTIONS */

    function lock(uint256 personSeed, uint256 amount, uint256 weeksSeed) external {
        uint256 person = personSeed % PEOPLE;
        if (_books[person].amount != 0) return;
        amount = _amountFrom(amount);
        uint48 end = _endAfter(MIN) + uint48(weeksSeed % 190) * WEEK;
        if (end > _latestEnd()) end = _latestEnd();
        _lock(_people[person], amount, end);
        (_books[person].amount, _books[person].end) = (amount, end);
    }

    /// @dev Dust, which has no votes, and fortunes.
    function _amountFrom(uint256 seed) private returns (uint256 amount) {
        amount = seed % 3 == 0 ? 1 + seed % (2 * UNIT) : 1 + seed % 1e10 ether;
        paidIn += amount;
        for (uint256 i; i < PEOPLE; ++i) {
            vm.deal(_people[i], amount);
        }
    }

    function increase(uint256 personSeed, uint256 amount) external {
        uint256 person = personSeed % PEOPLE;
        if (_books[person].amount == 0 || _books[person].end < _now() + MIN) return;
        amount = _amountFrom(amount);
        vm.prank(_people[person]);
        ve.increase{value: amount}();
        _books[person].amount += amount;
    }

    function extend(uint256 personSeed, uint256 weeksSeed) external {
        uint256 person = personSeed % PEOPLE;
        uint48 end = _books[person].end + uint48(1 + weeksSeed % 60) * WEEK;
        if (end > _latestEnd()) end = _latestEnd();
        if (_books[person].amount == 0 || _books[person].end <= _now() || end <= _books[person].end) return;
        vm.prank(_people[person]);
        ve.extend(end);
        _books[person].end = end;
    }

    function delegate(uint256 personSeed, uint256 delegateeSeed) external {
        uint256 person = personSeed % PEOPLE;
        _delegate(_people[person], _people[delegateeSeed % PEOPLE]);
        _books[person].delegatee = delegateeSeed % PEOPLE;
    }

    function withdraw(uint256 personSeed) external {
        uint256 person = personSeed % PEOPLE;
        if (_books[person].amount == 0 || _books[person].end > _now()) return;
        vm.prank(_people[person]);
        ve.withdraw(payable(_people[person]));
        paidOut += _books[person].amount;
        _books[person].amount = 0;
    }

    /// @dev Seconds, days or years; sometimes right to the end of a lock, or a second before it.
    function pass(uint256 seed) external {
        _remember();
        uint48 end = _books[seed % PEOPLE].end;
        uint256 kind = (seed >> 8) % 6;
        if (kind == 0) vm.warp(_now() + 1 + seed % 100);
        else if (kind == 1) vm.warp(_now() + 1 + seed % (60 * WEEK));
        else if (kind == 2 && end > _now()) vm.warp(end);
        else if (kind == 3 && end > _now() + 1) vm.warp(end - 1);
        else if (kind == 4) vm.warp((_now() / WEEK + 1) * WEEK);
        else vm.warp(_now() + 1 + seed % (3 * WEEK));
    }

    /// @dev What is so now, for when it is past.
    function _remember() private {
        Sample memory sample;
        sample.time = _now();
        sample.total = ve.totalSupply();
        for (uint256 i; i < PEOPLE; ++i) {
            sample.votes[i] = ve.getVotes(_people[i]);
        }
        if (_samples.length < SAMPLES) _samples.push(sample);
        // Any of them goes, so that some grow old.
        else _samples[uint256(keccak256(abi.encode(_next++))) % SAMPLES] = sample;
    }

    /* LAWS */

    function assertVotesAreConserved() external view {
        uint256 sum;
        for (uint256 i; i < PEOPLE; ++i) {
            sum += ve.getVotes(_people[i]);
        }
        assertEq(sum, ve.totalSupply());
    }

    function assertVotesAreTheLines() external view {
        uint256[5] memory expected;
        uint256 exact;
        for (uint256 i; i < PEOPLE; ++i) {
            Book memory book = _books[i];
            if (book.amount == 0 || book.end <= _now()) continue;
            expected[book.delegatee] += _line(book.amount, book.end, _now());
            exact += book.amount * (book.end - _now());
        }
        for (uint256 i; i < PEOPLE; ++i) {
            assertEq(ve.getVotes(_people[i]), expected[i]);
        }
        assertLe(ve.totalSupply() * MAX, exact);
    }

    function assertPastStays() external view {
        for (uint256 s; s < _samples.length; ++s) {
            Sample memory sample = _samples[s];
            if (sample.time >= _now()) continue;
            assertEq(ve.getPastTotalSupply(sample.time), sample.total);
            for (uint256 i; i < PEOPLE; ++i) {
                assertEq(ve.getPastVotes(_people[i], sample.time), sample.votes[i]);
            }
        }
    }

    function assertCoinsAreThere() external view {
        uint256 sum;
        for (uint256 i; i < PEOPLE; ++i) {
            assertEq(ve.lockOf(_people[i]).amount, _books[i].amount);
            sum += _books[i].amount;
        }
        assertEq(address(ve).balance, sum);
        assertEq(paidIn, sum + paidOut);
    }
}

/*
VeIOTX, whatever is locked, increased, extended, delegated and withdrawn, and whenever
├── the votes of all delegatees add up to the total supply
├── a delegatee's votes are the lines of the locks delegated to it that have not ended, and no more than the exact lines
├── votes at a past second never change
└── what was paid in = what is locked + what was paid out = what the contract has + what was paid out
*/
contract VeIOTX_Invariant_Test is VeIOTXFixture {
    VeIOTXHandler private _handler;

    function setUp() public override {
        _handler = new VeIOTXHandler();
        _handler.setUp();
        targetContract(address(_handler));
        bytes4[] memory selectors = new bytes4[](6);
        selectors[0] = VeIOTXHandler.lock.selector;
        selectors[1] = VeIOTXHandler.increase.selector;
        selectors[2] = VeIOTXHandler.extend.selector;
        selectors[3] = VeIOTXHandler.delegate.selector;
        selectors[4] = VeIOTXHandler.withdraw.selector;
        selectors[5] = VeIOTXHandler.pass.selector;
        targetSelectors(address(_handler), selectors);
    }

    /// hardhat-config: invariant.runs = 105
    /// hardhat-config: invariant.depth = 48
    /// hardhat-config: invariant.failOnRevert = true
    /// hardhat-config: long.invariant.runs = 2100
    /// hardhat-config: long.invariant.depth = 100
    /// hardhat-config: long.invariant.failOnRevert = true
    function invariant_votesAndCoinsAreConserved() public view {
        _handler.assertVotesAreConserved();
        _handler.assertVotesAreTheLines();
        _handler.assertPastStays();
        _handler.assertCoinsAreThere();
    }

    /// @dev The handler reaches what the laws are about.
    function test_handler_reachesLocksThatEndAndAreWithdrawn() public {
        _handler.lock(0, 1 ether + 1, 3);
        _handler.delegate(0, 1);
        _handler.lock(1, 5 ether, 0);
        _handler.increase(1, 2 ether);
        _handler.extend(0, 4);
        // To the end of the second person's lock.
        _handler.pass(516);
        _handler.withdraw(1);
        assertGt(_handler.paidIn(), 8 ether);
        assertGt(_handler.paidOut(), 0);
        invariant_votesAndCoinsAreConserved();
    }
}
