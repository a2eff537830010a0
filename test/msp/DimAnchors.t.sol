// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {DimAnchors} from "../../contracts/msp/DimAnchors.sol";
import {IDimAnchors} from "../../contracts/msp/interfaces/IDimAnchors.sol";
import {MspFixture} from "./MspFixture.sol";

abstract contract DimAnchorsFixture is MspFixture {
    uint48 internal constant INTERVAL = 1 hours;
    address internal anchorer = makeAddr("anchorer");
    DimAnchors internal anchors;

    function setUp() public override {
        super.setUp();
        anchors = new DimAnchors(dims);
        vm.prank(builder);
        anchors.setSchedule(dim, anchorer, INTERVAL);
    }

    function _anchor(bytes32 root) internal returns (uint256) {
        vm.prank(anchorer);
        return anchors.anchor(dim, root);
    }
}

/*
DimAnchors.setSchedule, anchor
├── when the caller is not the manager, or the anchorer: it reverts
├── when there is no interval, or no root: it reverts
├── when the DIM is not admitted any more: it reverts
├── when a root was anchored in this second: it reverts
└── else it is anchored for good
*/
contract DimAnchors_Anchor_Test is DimAnchorsFixture {
    function test_setSchedule_callerNotManager_orNoInterval_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IDimAnchors.DimAnchorsNotManager.selector, dim, address(this)));
        anchors.setSchedule(dim, anchorer, INTERVAL);
        vm.prank(builder);
        vm.expectRevert(abi.encodeWithSelector(IDimAnchors.DimAnchorsZero.selector));
        anchors.setSchedule(dim, anchorer, 0);
        assertEq(anchors.scheduleOf(dim).anchorer, anchorer);
        assertEq(anchors.scheduleOf(dim).interval, INTERVAL);
    }

    function test_anchor_callerNotAnchorer_orNoRoot_reverts() public {
        vm.prank(builder);
        vm.expectRevert(abi.encodeWithSelector(IDimAnchors.DimAnchorsNotAnchorer.selector, dim, builder));
        anchors.anchor(dim, "root");
        vm.expectRevert(abi.encodeWithSelector(IDimAnchors.DimAnchorsZero.selector));
        _anchor(0);
    }

    function test_anchor_dimLeft_reverts() public {
        dims.remove(dim);
        vm.expectRevert(abi.encodeWithSelector(IDimAnchors.DimAnchorsNotAdmitted.selector, dim));
        _anchor("root");
    }

    function test_anchor_twiceInASecond_reverts() public {
        _anchor("first");
        vm.expectRevert(abi.encodeWithSelector(IDimAnchors.DimAnchorsTooSoon.selector, dim));
        _anchor("second");
        _pass(1);
        assertEq(_anchor("second"), 1);
        assertEq(anchors.anchors(dim), 2);
        assertEq(anchors.anchorOf(dim, 0).root, bytes32("first"));
        vm.expectRevert(abi.encodeWithSelector(IDimAnchors.DimAnchorsUnknown.selector, dim, 2));
        anchors.anchorOf(dim, 2);
    }
}

/*
DimAnchors.isLive, anchorAt, includes
├── it is live from an anchor on, for its interval, while it is admitted
├── what was anchored last at any time
└── a value with its proof is included; another, another anchor, or an inner node are not
*/
contract DimAnchors_Views_Test is DimAnchorsFixture {
    function test_isLive_forTheInterval() public {
        assertFalse(anchors.isLive(dim));
        _anchor("root");
        _pass(INTERVAL);
        assertTrue(anchors.isLive(dim));
        _pass(1);
        assertFalse(anchors.isLive(dim));
        _anchor("root");
        assertTrue(anchors.isLive(dim));
        dims.remove(dim);
        assertFalse(anchors.isLive(dim));
    }

    function testFuzz_anchorAt_anyTime(uint256 seed) public {
        uint48 began = _now();
        bytes32[100] memory expected;
        bytes32 last;
        for (uint256 i; i < 100; ++i) {
            if (uint256(keccak256(abi.encode(seed, i))) % 3 == 0) {
                last = keccak256(abi.encode(seed, i, "root"));
                _anchor(last);
            }
            expected[i] = last;
            _pass(1);
        }
        for (uint256 i; i < 100; ++i) assertEq(anchors.anchorAt(dim, began + uint48(i)).root, expected[i]);
        assertEq(anchors.anchorAt(dim, began - 1).root, 0);
    }

    function test_includes_onlyWhatTheRootIncludes() public {
        bytes32 left = _leaf("left");
        bytes32 right = _leaf("right");
        _anchor(_pair(left, right));
        _pass(1);
        _anchor("another");
        bytes32[] memory proof = new bytes32[](1);
        proof[0] = right;
        assertTrue(anchors.includes(dim, 0, "left", proof));
        assertFalse(anchors.includes(dim, 0, "right", proof));
        assertFalse(anchors.includes(dim, 1, "left", proof));
        // The root's own preimage is no value.
        (bytes32 low, bytes32 high) = left < right ? (left, right) : (right, left);
        assertFalse(anchors.includes(dim, 0, abi.encode(low, high), new bytes32[](0)));
    }

    function _leaf(bytes memory value) private pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(value)));
    }

    function _pair(bytes32 a, bytes32 b) private pure returns (bytes32) {
        return a < b ? keccak256(abi.encode(a, b)) : keccak256(abi.encode(b, a));
    }
}
