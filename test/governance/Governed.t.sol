// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";
import {Governed} from "../../contracts/governance/Governed.sol";
import {Test} from "../fixtures/Test.sol";

/*
Governed
├── constructor
│   └── when the authority has no code, it reverts
├── initialize
│   ├── on the implementation itself, it reverts
│   ├── a second time, it reverts
│   └── it takes the implementation's authority, which is also the owner
└── upgradeToAndCall
    ├── when the caller is not allowed by the authority, it reverts
    └── when the caller is allowed, it keeps storage and authority
*/

contract Module is Governed {
    uint256 public value;

    constructor(address initialAuthority) Governed(initialAuthority) {}

    function initialize(uint256 value_) external initializer {
        __Governed_init();
        value = value_;
    }
}

contract ModuleTwo is Module {
    constructor(address initialAuthority) Module(initialAuthority) {}

    function version() external pure returns (uint256) {
        return 2;
    }
}

contract Governed_Test is Test {
    AccessManager private _authority;
    Module private _module;

    function setUp() public {
        _authority = new AccessManager(address(this));
        Module implementation = new Module(address(_authority));
        _module = Module(address(new ERC1967Proxy(address(implementation), abi.encodeCall(Module.initialize, (7)))));
    }

    function test_constructor_authorityWithoutCode_reverts() public {
        address noContract = makeAddr("no contract");
        vm.expectRevert(abi.encodeWithSelector(Governed.GovernedAuthorityHasNoCode.selector, noContract));
        new Module(noContract);
    }

    function test_initialize_implementation_reverts() public {
        Module implementation = new Module(address(_authority));
        vm.expectRevert(Initializable.InvalidInitialization.selector);
        implementation.initialize(1);
    }

    function test_initialize_twice_reverts() public {
        vm.expectRevert(Initializable.InvalidInitialization.selector);
        _module.initialize(1);
    }

    function test_initialize_takesTheAuthority() public view {
        assertEq(_module.authority(), address(_authority));
        assertEq(_module.owner(), address(_authority));
    }

    function test_upgrade_callerNotAllowed_reverts() public {
        Module next = new ModuleTwo(address(_authority));
        address stranger = makeAddr("stranger");
        vm.expectRevert(abi.encodeWithSignature("AccessManagedUnauthorized(address)", stranger));
        vm.prank(stranger);
        _module.upgradeToAndCall(address(next), "");
    }

    function test_upgrade_callerAllowed_keepsStorage() public {
        _module.upgradeToAndCall(address(new ModuleTwo(address(_authority))), "");
        assertEq(ModuleTwo(address(_module)).version(), 2);
        assertEq(_module.value(), 7);
        assertEq(_module.authority(), address(_authority));
    }
}
