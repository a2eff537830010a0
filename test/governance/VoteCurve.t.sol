// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {VoteCurve} from "../../contracts/governance/libraries/VoteCurve.sol";
import {Test} from "../fixtures/Test.sol";

/*
VoteCurve
├── replace
│   ├── of nothing by a line, it returns the votes before and afterwards
│   ├── several times in a second, it writes one point, the last
│   └── of a line that has ended, it takes nothing away
└── votesAt
    ├── without a point, and before the first, it is zero
    ├── at every second around a line's end and around points, it is the sum of the lines
    └── with many points, it finds each of them
*/
contract VoteCurve_Test is Test {
    using VoteCurve for VoteCurve.Curve;

    uint48 private constant _WEEK = 7 days;
    uint48 private constant _START = 2900 * _WEEK;

    VoteCurve.Curve private _curve;

    function setUp() public {
        vm.warp(_START);
    }

    function test_replace_returnsTheVotesBeforeAndAfterwards() public {
        (uint256 before, uint256 afterwards) = _curve.replace(0, 0, 5, _START + _WEEK);
        assertEq(before, 0);
        assertEq(afterwards, 5 * uint256(_WEEK));
        vm.warp(_START + 1 days);
        (before, afterwards) = _curve.replace(5, _START + _WEEK, 7, _START + 2 * _WEEK);
        assertEq(before, 5 * 6 days);
        assertEq(afterwards, 7 * 13 days);
    }

    function test_replace_severalTimesInASecond_writesOnePoint() public {
        _curve.replace(0, 0, 5, _START + _WEEK);
        _curve.replace(5, _START + _WEEK, 9, _START + _WEEK);
        _curve.replace(0, 0, 1, _START + 2 * _WEEK);
        assertEq(_curve.points.length, 1);
        assertEq(_curve.points[0].slope, 10);
        vm.warp(_START + 1);
        _curve.replace(0, 0, 1, _START + 2 * _WEEK);
        assertEq(_curve.points.length, 2);
        assertEq(_curve.votesAt(_START), 9 * uint256(_WEEK) + 2 * _WEEK);
    }

    function test_replace_ofALineThatHasEnded_takesNothingAway() public {
        _curve.replace(0, 0, 5, _START + _WEEK);
        vm.warp(_START + _WEEK);
        (uint256 before, uint256 afterwards) = _curve.replace(5, _START + _WEEK, 0, 0);
        assertEq(before, 0);
        assertEq(afterwards, 0);
        assertEq(_curve.votesAt(_START + _WEEK - 1), 5);
    }

    function test_votesAt_withoutAPointAndBeforeTheFirst_isZero() public {
        assertEq(_curve.votesAt(_START), 0);
        _curve.replace(0, 0, 5, _START + _WEEK);
        assertEq(_curve.votesAt(_START - 1), 0);
        assertEq(_curve.votesAt(0), 0);
    }

    function test_votesAt_aroundEnds_isTheSumOfTheLines() public {
        _curve.replace(0, 0, 2, _START + _WEEK);
        _curve.replace(0, 0, 3, _START + 2 * _WEEK);
        for (uint48 week = 1; week <= 3; ++week) {
            for (uint48 offset; offset < 3; ++offset) {
                uint48 time = _START + week * _WEEK + offset - 1;
                assertEq(_curve.votesAt(time), 2 * _left(_START + _WEEK, time) + 3 * _left(_START + 2 * _WEEK, time));
            }
        }
    }

    /// @dev Each point is found from before it, at it and after it, however many there are.
    function testFuzz_votesAt_manyPoints(uint8 count, uint16 step) public {
        uint48 end = _START + 150 * _WEEK;
        uint256 points = bound(count, 1, 40);
        uint48 every = uint48(bound(step, 2, 50_000));
        for (uint256 i; i < points; ++i) {
            vm.warp(_START + i * every);
            _curve.replace(0, 0, 1, end);
        }
        for (uint256 i; i < points; ++i) {
            uint48 time = _START + uint48(i) * every;
            assertEq(_curve.votesAt(time - 1), i * (end - time + 1));
            assertEq(_curve.votesAt(time), (i + 1) * (end - time));
            assertEq(_curve.votesAt(time + 1), (i + 1) * (end - time - 1));
        }
    }

    function _left(uint48 end, uint48 time) private pure returns (uint256) {
        return end > time ? end - time : 0;
    }
}
