// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title VoteCurve
/// @notice Votes that decay in straight lines to zero, added up: a curve whose value is known at every second, past ones
/// included.
/// @dev A line is a slope in votes a second and the week at which it is zero. Slopes are whole numbers, so that a curve is
/// exactly the sum of its lines: nothing is rounded here. As in Curve's VotingEscrow, what a point does not say are the
/// weeks at which lines end, which `ending` keeps; a reader walks over them from the last point, and stops where no slope is
/// left. So a walk takes no more weeks than the longest line. No past week of `ending` is written again: the past stays.
library VoteCurve {
    using SafeCast for uint256;

    /// @dev In seconds; week bounds are multiples of it.
    uint48 internal constant WEEK = 7 days;

    /// @param timestamp When the curve changed, in seconds since the epoch.
    /// @param slope Votes lost a second from then on, until the next line ends.
    /// @param votes Votes at that time.
    struct Point {
        uint48 timestamp;
        uint80 slope;
        uint128 votes;
    }

    /// @param points By time, one for each second at which the curve changed.
    /// @param ending Sum of the slopes of the lines that end at a week's bound.
    struct Curve {
        Point[] points;
        mapping(uint48 week => uint256 slope) ending;
    }

    /// @notice Adds and removes a line each, by slope and end, at the present; a slope of zero is no line.
    /// @dev A line that ended adds and removes nothing. What is removed was added before.
    /// @return before The curve's votes without the change.
    /// @return afterwards The curve's votes with it.
    function replace(Curve storage curve, uint256 oldSlope, uint48 oldEnd, uint256 newSlope, uint48 newEnd)
        internal
        returns (uint256 before, uint256 afterwards)
    {
        uint48 present = uint48(block.timestamp);
        uint256 slope;
        (before, slope) = _walk(curve, curve.points.length, present);
        afterwards = before;
        if (oldEnd > present) {
            afterwards -= oldSlope * (oldEnd - present);
            slope -= oldSlope;
            curve.ending[oldEnd] -= oldSlope;
        }
        if (newEnd > present) {
            afterwards += newSlope * (newEnd - present);
            slope += newSlope;
            curve.ending[newEnd] += newSlope;
        }
        _write(curve, Point({timestamp: present, slope: _toUint80(slope), votes: afterwards.toUint128()}));
    }

    function _write(Curve storage curve, Point memory point) private {
        uint256 length = curve.points.length;
        if (length != 0 && curve.points[length - 1].timestamp == point.timestamp) curve.points[length - 1] = point;
        else curve.points.push(point);
    }

    function _toUint80(uint256 value) private pure returns (uint80) {
        if (value > type(uint80).max) revert SafeCast.SafeCastOverflowedUintDowncast(80, value);
        return uint80(value);
    }

    /// @notice Returns the votes at `timestamp`, which is not in the future of what was written.
    function votesAt(Curve storage curve, uint48 timestamp) internal view returns (uint256 votes) {
        (votes,) = _walk(curve, _pointsUntil(curve, timestamp), timestamp);
    }

    /// @dev How many points there are at or before `timestamp`. Recent times are asked for most: looks there first.
    function _pointsUntil(Curve storage curve, uint48 timestamp) private view returns (uint256 low) {
        uint256 high = curve.points.length;
        uint256 step = 1;
        while (step < high && curve.points[high - step].timestamp > timestamp) {
            high -= step;
            step *= 2;
        }
        low = step < high ? high - step : 0;
        while (low < high) {
            uint256 middle = (low + high) / 2;
            if (curve.points[middle].timestamp > timestamp) high = middle;
            else low = middle + 1;
        }
    }

    /// @dev Goes from the last of the first `count` points to `timestamp`, over the weeks between.
    function _walk(Curve storage curve, uint256 count, uint48 timestamp)
        private
        view
        returns (uint256 votes, uint256 slope)
    {
        if (count == 0) return (0, 0);
        Point memory point = curve.points[count - 1];
        (votes, slope) = (point.votes, point.slope);
        uint48 reached = point.timestamp;
        while (slope != 0) {
            uint48 week = reached - (reached % WEEK) + WEEK;
            if (week > timestamp) break;
            votes -= slope * (week - reached);
            slope -= curve.ending[week];
            reached = week;
        }
        votes -= slope * (timestamp - reached);
    }
}
