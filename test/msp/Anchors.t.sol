// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAnchors} from "../../contracts/msp/interfaces/IAnchors.sol";
import {DimId} from "../../contracts/types/Types.sol";
import {AnchorsFixture} from "./AnchorsFixture.sol";

/*
Anchors
├── setTerms
│   ├── by another than the module's owner, of a module that nobody owns, with an interval out of range, it reverts
│   └── it counts from the next anchor on: it revives nothing and kills nothing
├── close
│   ├── by another than the owner, or when not open, it reverts
│   └── the module is not live at once, and what was anchored stays
├── anchor
│   ├── before terms, by a stranger, by a former owner or anchorer, of no root, not above the last position, it reverts
│   └── by the owner and by the anchorer, it is kept with its time and expiry
├── isLive, wasLive
│   ├── to the last second of the interval and not after it, until the next anchor
│   └── of any second in the past as it was then
├── anchorAt
│   └── is the last anchor at or before a time, for any history
└── includes
    ├── each entry of a tree, with its proof, in that anchor and in no other
    └── neither an inner node nor another entry
*/

contract Anchors_Test is AnchorsFixture {
    /* TERMS */

    function test_setTerms_refusals() public {
        vm.expectRevert(abi.encodeWithSelector(IAnchors.AnchorsNotOwner.selector, MODULE, stranger));
        vm.prank(stranger);
        anchors.setTerms(MODULE, INTERVAL, stranger);
        DimId unknown = DimId.wrap(8);
        vm.expectRevert(abi.encodeWithSelector(IAnchors.AnchorsNotOwner.selector, unknown, owner));
        vm.prank(owner);
        anchors.setTerms(unknown, INTERVAL, owner);
        uint48 maximum = anchors.MAX_INTERVAL();
        uint48[2] memory intervals = [0, maximum + 1];
        for (uint256 i; i < 2; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IAnchors.AnchorsIntervalOutOfRange.selector, intervals[i], maximum));
            vm.prank(owner);
            anchors.setTerms(MODULE, intervals[i], owner);
        }
    }

    function test_setTerms_longerInterval_revivesNothing() public {
        _open();
        _anchor(1, ROOT);
        vm.warp(_now() + INTERVAL + 2);
        assertFalse(anchors.isLive(MODULE));
        vm.prank(owner);
        anchors.setTerms(MODULE, 1 days, anchorer);
        assertFalse(anchors.isLive(MODULE));
        assertFalse(anchors.wasLive(MODULE, _now() - 1));
        _anchor(2, ROOT);
        vm.warp(_now() + 1 days);
        assertTrue(anchors.isLive(MODULE));
    }

    function test_close() public {
        vm.expectRevert(abi.encodeWithSelector(IAnchors.AnchorsNotOpen.selector, MODULE));
        vm.prank(owner);
        anchors.close(MODULE);
        _open();
        _anchor(1, ROOT);
        vm.expectRevert(abi.encodeWithSelector(IAnchors.AnchorsNotOwner.selector, MODULE, anchorer));
        vm.prank(anchorer);
        anchors.close(MODULE);
        vm.prank(owner);
        anchors.close(MODULE);
        assertFalse(anchors.isLive(MODULE));
        assertTrue(anchors.anchorOf(MODULE, 0).root == ROOT);
        vm.expectRevert(abi.encodeWithSelector(IAnchors.AnchorsNotOpen.selector, MODULE));
        _anchor(2, ROOT);
    }

    /* ANCHORING */

    function test_anchor_refusals() public {
        vm.expectRevert(abi.encodeWithSelector(IAnchors.AnchorsNotOpen.selector, MODULE));
        _anchor(1, ROOT);
        _open();
        vm.expectRevert(abi.encodeWithSelector(IAnchors.AnchorsNotAnchorer.selector, MODULE, stranger));
        vm.prank(stranger);
        anchors.anchor(MODULE, 1, ROOT);
        vm.expectRevert(IAnchors.AnchorsZeroRoot.selector);
        _anchor(1, 0);
        _anchor(5, ROOT);
        vm.expectRevert(abi.encodeWithSelector(IAnchors.AnchorsPositionNotAbove.selector, MODULE, 5, 5));
        _anchor(5, ROOT);
    }

    function test_anchor_formerOwnerAndAnchorer_revert() public {
        _open();
        owners.set(MODULE, stranger);
        vm.expectRevert(abi.encodeWithSelector(IAnchors.AnchorsNotAnchorer.selector, MODULE, owner));
        vm.prank(owner);
        anchors.anchor(MODULE, 1, ROOT);
        vm.prank(stranger);
        anchors.setTerms(MODULE, INTERVAL, address(0));
        vm.expectRevert(abi.encodeWithSelector(IAnchors.AnchorsNotAnchorer.selector, MODULE, anchorer));
        _anchor(1, ROOT);
        // A module that nobody owns and an anchorer that is nobody let nobody anchor.
        owners.set(MODULE, address(0));
        vm.expectRevert(abi.encodeWithSelector(IAnchors.AnchorsNotAnchorer.selector, MODULE, stranger));
        vm.prank(stranger);
        anchors.anchor(MODULE, 1, ROOT);
    }

    function test_anchor_isKept() public {
        _open();
        vm.expectEmit(true, true, true, true, address(anchors));
        emit IAnchors.Anchored(7, 0, 3, ROOT, _now() + INTERVAL);
        assertEq(_anchor(3, ROOT), 0);
        vm.prank(owner);
        assertEq(anchors.anchor(MODULE, 4, keccak256("second")), 1);
        assertEq(anchors.countOf(MODULE), 2);
        IAnchors.Anchor memory first = anchors.anchorOf(MODULE, 0);
        assertEq(first.root, ROOT);
        assertEq(first.position, 3);
        assertEq(first.timestamp, _now());
        assertEq(first.expiry, _now() + INTERVAL);
        vm.expectRevert(abi.encodeWithSelector(IAnchors.AnchorsUnknown.selector, MODULE, 2));
        anchors.anchorOf(MODULE, 2);
    }

    /* LIVENESS AND HISTORY */

    function test_isLive_toTheLastSecond() public {
        _open();
        assertFalse(anchors.isLive(MODULE));
        _anchor(1, ROOT);
        uint48 began = _now();
        vm.warp(began + INTERVAL);
        assertTrue(anchors.isLive(MODULE));
        vm.warp(began + INTERVAL + 1);
        assertFalse(anchors.isLive(MODULE));
        vm.warp(began + 2 * INTERVAL);
        _anchor(2, ROOT);
        assertTrue(anchors.isLive(MODULE));
        assertTrue(anchors.wasLive(MODULE, began + INTERVAL));
        assertFalse(anchors.wasLive(MODULE, began + INTERVAL + 1));
        assertFalse(anchors.wasLive(MODULE, began + 2 * INTERVAL - 1));
        assertFalse(anchors.wasLive(MODULE, began - 1));
    }

    function testFuzz_history_isAsItWas(uint256 seed) public {
        _open();
        vm.expectRevert(abi.encodeWithSelector(IAnchors.AnchorsUnknown.selector, MODULE, 0));
        anchors.anchorAt(MODULE, _now());
        uint48[] memory times = new uint48[](12);
        for (uint256 i; i < times.length; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            // Several in a second too.
            vm.warp(_now() + seed % 3 * (seed >> 8) % 5000);
            times[i] = _now();
            _anchor(uint64(i + 1), bytes32(i + 1));
        }
        for (uint256 i; i < times.length; ++i) {
            for (uint48 offset; offset < 3; ++offset) {
                uint48 time = times[i] + offset - 1;
                if (time < times[0]) continue;
                uint256 expected;
                for (uint256 j; j < times.length; ++j) {
                    if (times[j] <= time) expected = j;
                }
                (uint256 index, IAnchors.Anchor memory found) = anchors.anchorAt(MODULE, time);
                assertEq(index, expected);
                assertEq(found.root, bytes32(expected + 1));
                assertTrue(anchors.wasLive(MODULE, time) == (time <= times[expected] + INTERVAL));
            }
        }
    }

    /* PROOFS */

    function testFuzz_includes_entriesAndNothingElse(bytes32[4] memory entries, bytes32 other) public {
        _open();
        bytes32[4] memory leaves;
        for (uint256 i; i < 4; ++i) {
            vm.assume(entries[i] != other);
            leaves[i] = keccak256(bytes.concat(entries[i]));
        }
        bytes32 left = _node(leaves[0], leaves[1]);
        bytes32 right = _node(leaves[2], leaves[3]);
        _anchor(1, _node(left, right));
        _anchor(2, keccak256("another state"));
        for (uint256 i; i < 4; ++i) {
            bytes32[] memory proof = new bytes32[](2);
            (proof[0], proof[1]) = (leaves[i ^ 1], i < 2 ? right : left);
            assertTrue(anchors.includes(MODULE, 0, entries[i], proof));
            assertFalse(anchors.includes(MODULE, 1, entries[i], proof));
            assertFalse(anchors.includes(MODULE, 0, other, proof));
            // The leaf is no entry, and an inner node neither.
            assertFalse(anchors.includes(MODULE, 0, leaves[i], proof));
        }
        bytes32[] memory short = new bytes32[](1);
        short[0] = right;
        assertFalse(anchors.includes(MODULE, 0, left, short));
        assertFalse(anchors.includes(MODULE, 0, anchors.anchorOf(MODULE, 0).root, new bytes32[](0)));
    }

    function _node(bytes32 a, bytes32 b) private pure returns (bytes32) {
        return a < b ? keccak256(abi.encode(a, b)) : keccak256(abi.encode(b, a));
    }
}
