// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";
import {Anchors} from "../../contracts/msp/Anchors.sol";
import {IDimManagers} from "../../contracts/msp/interfaces/IDimManagers.sol";
import {DimId} from "../../contracts/types/Types.sol";
import {Test} from "../fixtures/Test.sol";

/// @dev Any owner of any module, as the test says.
contract DimManagers is IDimManagers {
    mapping(DimId module => address owner) public override managerOf;

    function set(DimId module, address owner) external {
        managerOf[module] = owner;
    }
}

/// @title AnchorsFixture
/// @notice The anchors behind their proxy, and one module with an owner and an anchorer.
abstract contract AnchorsFixture is Test {
    DimId internal constant MODULE = DimId.wrap(7);
    uint48 internal constant INTERVAL = 1 hours;
    bytes32 internal constant ROOT = keccak256("root");

    DimManagers internal owners;
    Anchors internal anchors;
    address internal owner = makeAddr("module owner");
    address internal anchorer = makeAddr("anchorer");
    address internal stranger = makeAddr("stranger");

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        owners = new DimManagers();
        owners.set(MODULE, owner);
        Anchors implementation = new Anchors(address(new AccessManager(address(this))), owners);
        anchors = Anchors(address(new ERC1967Proxy(address(implementation), abi.encodeCall(Anchors.initialize, ()))));
    }

    function _open() internal {
        vm.prank(owner);
        anchors.setTerms(MODULE, INTERVAL, anchorer);
    }

    function _anchor(uint64 position, bytes32 root) internal returns (uint256) {
        vm.prank(anchorer);
        return anchors.anchor(MODULE, position, root);
    }

    function _now() internal view returns (uint48) {
        return uint48(block.timestamp);
    }
}
