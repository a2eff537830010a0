// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";
import {Anchors} from "../../contracts/msp/Anchors.sol";
import {IAnchors} from "../../contracts/msp/interfaces/IAnchors.sol";
import {IModuleOwners} from "../../contracts/msp/interfaces/IModuleOwners.sol";
import {ModuleId} from "../../contracts/types/Types.sol";
import {Test} from "../fixtures/Test.sol";

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

/// @dev Any owner of any module, as the test says.
contract ModuleOwners is IModuleOwners {
    mapping(ModuleId module => address owner) public override ownerOf;

    function set(ModuleId module, address owner) external {
        ownerOf[module] = owner;
    }
}

contract Anchors_Test is Test {
    ModuleId private constant _MODULE = ModuleId.wrap(7);
    uint48 private constant _INTERVAL = 1 hours;
    bytes32 private constant _ROOT = keccak256("root");

    ModuleOwners private _owners;
    Anchors private _anchors;
    address private _owner = makeAddr("module owner");
    address private _anchorer = makeAddr("anchorer");
    address private _stranger = makeAddr("stranger");

    function setUp() public {
        vm.warp(1_800_000_000);
        _owners = new ModuleOwners();
        _owners.set(_MODULE, _owner);
        Anchors implementation = new Anchors(address(new AccessManager(address(this))), _owners);
        _anchors = Anchors(address(new ERC1967Proxy(address(implementation), abi.encodeCall(Anchors.initialize, ()))));
    }

    function _open() private {
        vm.prank(_owner);
        _anchors.setTerms(_MODULE, _INTERVAL, _anchorer);
    }

    function _anchor(uint64 position, bytes32 root) private returns (uint256) {
        vm.prank(_anchorer);
        return _anchors.anchor(_MODULE, position, root);
    }

    function _now() private view returns (uint48) {
        return uint48(block.timestamp);
    }

    /* TERMS */

    function test_setTerms_refusals() public {
        vm.expectRevert(abi.encodeWithSelector(IAnchors.AnchorsNotOwner.selector, _MODULE, _stranger));
        vm.prank(_stranger);
        _anchors.setTerms(_MODULE, _INTERVAL, _stranger);
        ModuleId unknown = ModuleId.wrap(8);
        vm.expectRevert(abi.encodeWithSelector(IAnchors.AnchorsNotOwner.selector, unknown, _owner));
        vm.prank(_owner);
        _anchors.setTerms(unknown, _INTERVAL, _owner);
        uint48 maximum = _anchors.MAX_INTERVAL();
        uint48[2] memory intervals = [0, maximum + 1];
        for (uint256 i; i < 2; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IAnchors.AnchorsIntervalOutOfRange.selector, intervals[i], maximum));
            vm.prank(_owner);
            _anchors.setTerms(_MODULE, intervals[i], _owner);
        }
    }

    function test_setTerms_longerInterval_revivesNothing() public {
        _open();
        _anchor(1, _ROOT);
        vm.warp(_now() + _INTERVAL + 2);
        assertFalse(_anchors.isLive(_MODULE));
        vm.prank(_owner);
        _anchors.setTerms(_MODULE, 1 days, _anchorer);
        assertFalse(_anchors.isLive(_MODULE));
        assertFalse(_anchors.wasLive(_MODULE, _now() - 1));
        _anchor(2, _ROOT);
        vm.warp(_now() + 1 days);
        assertTrue(_anchors.isLive(_MODULE));
    }

    function test_close() public {
        vm.expectRevert(abi.encodeWithSelector(IAnchors.AnchorsNotOpen.selector, _MODULE));
        vm.prank(_owner);
        _anchors.close(_MODULE);
        _open();
        _anchor(1, _ROOT);
        vm.expectRevert(abi.encodeWithSelector(IAnchors.AnchorsNotOwner.selector, _MODULE, _anchorer));
        vm.prank(_anchorer);
        _anchors.close(_MODULE);
        vm.prank(_owner);
        _anchors.close(_MODULE);
        assertFalse(_anchors.isLive(_MODULE));
        assertTrue(_anchors.anchorOf(_MODULE, 0).root == _ROOT);
        vm.expectRevert(abi.encodeWithSelector(IAnchors.AnchorsNotOpen.selector, _MODULE));
        _anchor(2, _ROOT);
    }

    /* ANCHORING */

    function test_anchor_refusals() public {
        vm.expectRevert(abi.encodeWithSelector(IAnchors.AnchorsNotOpen.selector, _MODULE));
        _anchor(1, _ROOT);
        _open();
        vm.expectRevert(abi.encodeWithSelector(IAnchors.AnchorsNotAnchorer.selector, _MODULE, _stranger));
        vm.prank(_stranger);
        _anchors.anchor(_MODULE, 1, _ROOT);
        vm.expectRevert(IAnchors.AnchorsZeroRoot.selector);
        _anchor(1, 0);
        _anchor(5, _ROOT);
        vm.expectRevert(abi.encodeWithSelector(IAnchors.AnchorsPositionNotAbove.selector, _MODULE, 5, 5));
        _anchor(5, _ROOT);
    }

    function test_anchor_formerOwnerAndAnchorer_revert() public {
        _open();
        _owners.set(_MODULE, _stranger);
        vm.expectRevert(abi.encodeWithSelector(IAnchors.AnchorsNotAnchorer.selector, _MODULE, _owner));
        vm.prank(_owner);
        _anchors.anchor(_MODULE, 1, _ROOT);
        vm.prank(_stranger);
        _anchors.setTerms(_MODULE, _INTERVAL, address(0));
        vm.expectRevert(abi.encodeWithSelector(IAnchors.AnchorsNotAnchorer.selector, _MODULE, _anchorer));
        _anchor(1, _ROOT);
        // A module that nobody owns and an anchorer that is nobody let nobody anchor.
        _owners.set(_MODULE, address(0));
        vm.expectRevert(abi.encodeWithSelector(IAnchors.AnchorsNotAnchorer.selector, _MODULE, _stranger));
        vm.prank(_stranger);
        _anchors.anchor(_MODULE, 1, _ROOT);
    }

    function test_anchor_isKept() public {
        _open();
        vm.expectEmit(true, true, true, true, address(_anchors));
        emit IAnchors.Anchored(7, 0, 3, _ROOT, _now() + _INTERVAL);
        assertEq(_anchor(3, _ROOT), 0);
        vm.prank(_owner);
        assertEq(_anchors.anchor(_MODULE, 4, keccak256("second")), 1);
        assertEq(_anchors.countOf(_MODULE), 2);
        IAnchors.Anchor memory first = _anchors.anchorOf(_MODULE, 0);
        assertEq(first.root, _ROOT);
        assertEq(first.position, 3);
        assertEq(first.timestamp, _now());
        assertEq(first.expiry, _now() + _INTERVAL);
        vm.expectRevert(abi.encodeWithSelector(IAnchors.AnchorsUnknown.selector, _MODULE, 2));
        _anchors.anchorOf(_MODULE, 2);
    }

    /* LIVENESS AND HISTORY */

    function test_isLive_toTheLastSecond() public {
        _open();
        assertFalse(_anchors.isLive(_MODULE));
        _anchor(1, _ROOT);
        uint48 began = _now();
        vm.warp(began + _INTERVAL);
        assertTrue(_anchors.isLive(_MODULE));
        vm.warp(began + _INTERVAL + 1);
        assertFalse(_anchors.isLive(_MODULE));
        vm.warp(began + 2 * _INTERVAL);
        _anchor(2, _ROOT);
        assertTrue(_anchors.isLive(_MODULE));
        assertTrue(_anchors.wasLive(_MODULE, began + _INTERVAL));
        assertFalse(_anchors.wasLive(_MODULE, began + _INTERVAL + 1));
        assertFalse(_anchors.wasLive(_MODULE, began + 2 * _INTERVAL - 1));
        assertFalse(_anchors.wasLive(_MODULE, began - 1));
    }

    function testFuzz_history_isAsItWas(uint256 seed) public {
        _open();
        vm.expectRevert(abi.encodeWithSelector(IAnchors.AnchorsUnknown.selector, _MODULE, 0));
        _anchors.anchorAt(_MODULE, _now());
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
                (uint256 index, IAnchors.Anchor memory found) = _anchors.anchorAt(_MODULE, time);
                assertEq(index, expected);
                assertEq(found.root, bytes32(expected + 1));
                assertTrue(_anchors.wasLive(_MODULE, time) == (time <= times[expected] + _INTERVAL));
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
            assertTrue(_anchors.includes(_MODULE, 0, entries[i], proof));
            assertFalse(_anchors.includes(_MODULE, 1, entries[i], proof));
            assertFalse(_anchors.includes(_MODULE, 0, other, proof));
            // The leaf is no entry, and an inner node neither.
            assertFalse(_anchors.includes(_MODULE, 0, leaves[i], proof));
        }
        bytes32[] memory short = new bytes32[](1);
        short[0] = right;
        assertFalse(_anchors.includes(_MODULE, 0, left, short));
        assertFalse(_anchors.includes(_MODULE, 0, _anchors.anchorOf(_MODULE, 0).root, new bytes32[](0)));
    }

    function _node(bytes32 a, bytes32 b) private pure returns (bytes32) {
        return a < b ? keccak256(abi.encode(a, b)) : keccak256(abi.encode(b, a));
    }
}
