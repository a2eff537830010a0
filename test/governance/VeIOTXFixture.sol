// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {VeIOTX} from "../../contracts/governance/VeIOTX.sol";
import {Test} from "../fixtures/Test.sol";

/// @title VeIOTXFixture
/// @notice A VeIOTX in the middle of a week, and people with IOTX.
abstract contract VeIOTXFixture is Test {
    uint48 internal constant WEEK = 7 days;
    uint48 internal constant MIN = 91 days;
    uint48 internal constant MAX = 4 * 365 days;

    /// @dev A week's bound: a Thursday at midnight.
    uint48 internal constant BOUND = 2900 * WEEK;

    /// @dev In wei for each vote a second: whole votes come of its multiples.
    uint256 internal constant UNIT = MAX;

    VeIOTX internal ve;
    address internal ada;
    uint256 internal adasKey;
    address internal ben;
    address internal cleo;

    function setUp() public virtual {
        vm.warp(BOUND + 3 days);
        ve = new VeIOTX();
        (ada, adasKey) = makeAccount("ada");
        ben = makeAddr("ben");
        cleo = makeAddr("cleo");
        vm.deal(ada, 1e9 ether);
        vm.deal(ben, 1e9 ether);
        vm.deal(cleo, 1e9 ether);
    }

    function _now() internal view returns (uint48) {
        return uint48(block.timestamp);
    }

    /// @dev The first week's bound at or after `duration` from now.
    function _endAfter(uint48 duration) internal view returns (uint48) {
        return (_now() + duration + WEEK - 1) / WEEK * WEEK;
    }

    /// @dev The last week's bound for which something can be locked now.
    function _latestEnd() internal view returns (uint48) {
        return (_now() + MAX) / WEEK * WEEK;
    }

    function _lock(address account, uint256 amount, uint48 end) internal {
        vm.prank(account);
        ve.lock{value: amount}(end);
    }

    function _delegate(address account, address delegatee) internal {
        vm.prank(account);
        ve.delegate(delegatee);
    }

    /// @dev A lock's votes, as the whitepaper's line says, rounded to a whole slope.
    function _line(uint256 amount, uint48 end, uint48 time) internal pure returns (uint256) {
        return end > time ? amount / MAX * (end - time) : 0;
    }
}
