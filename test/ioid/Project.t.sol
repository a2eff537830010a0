// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IProject} from "../../contracts/ioid/interfaces/IProject.sol";
import {IProjectRegistry} from "../../contracts/ioid/interfaces/IProjectRegistry.sol";
import {ProjectId} from "../../contracts/types/Types.sol";
import {IoIDFixture} from "./IoIDFixture.sol";

/*
Project.mint, through ProjectRegistry.register
├── when the caller is not the minter, it reverts
├── when value is sent, it reverts
├── when the name is empty or taken, it reverts
├── without a name, it mints a hardware project
└── with a name and a type, it mints the next id to the caller

Project.setMinter
└── when the caller is not allowed, it reverts

Project.setName
├── when the caller is neither owner nor operator, it reverts
├── when the name is another project's, it reverts
├── to its own name, it changes nothing
└── it renames, and frees the former name for others

Project.setMetadata
├── when the caller is neither owner nor operator, it reverts
└── it sets the value under keccak256 of its name

Project.addOperator, removeOperator
├── when the caller is not the owner, it reverts
├── an operator may not appoint operators
├── a dismissed operator may do nothing
└── a transfer of the project dismisses the former owner's operators
*/

contract Project_Mint_Test is IoIDFixture {
    function test_mint_notMinter_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IProject.ProjectNotMinter.selector, stranger));
        vm.prank(stranger);
        project.mint(stranger, "Weather", HARDWARE);
    }

    function test_register_value_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IProjectRegistry.ProjectRegistryValueNotAccepted.selector, 1));
        vm.prank(owner);
        projectRegistry.register{value: 1}("Weather");
    }

    function test_register_emptyName_reverts() public {
        vm.expectRevert(IProject.ProjectNameEmpty.selector);
        projectRegistry.register("");
    }

    function test_register_takenName_reverts() public {
        _createProject("Weather", HARDWARE, 0);
        vm.expectRevert(abi.encodeWithSelector(IProject.ProjectNameTaken.selector, "Weather"));
        projectRegistry.register("Weather");
    }

    function test_register_noName_mintsHardware() public {
        vm.prank(owner);
        ProjectId projectId = projectRegistry.register();
        assertEq(project.projectType(projectId), HARDWARE);
        assertEq(project.name(projectId), "");
        assertEq(project.ownerOf(ProjectId.unwrap(projectId)), owner);
    }

    function testFuzz_register_nameAndType_mintsNextId(uint8 type_) public {
        _createProject("First", HARDWARE, 0);
        vm.expectEmit(true, true, true, true, address(project));
        emit IProject.SetName(2, "Second");
        ProjectId second = _createProject("Second", type_, 0);
        assertEq(ProjectId.unwrap(second), 2);
        assertEq(project.count(), 2);
        assertEq(project.projectType(second), type_);
        assertEq(project.name(second), "Second");
    }

    function test_setMinter_notAllowed_reverts() public {
        _expectUnauthorized(stranger);
        vm.prank(stranger);
        project.setMinter(stranger);
    }

    function test_name_unknownProject_reverts() public {
        vm.expectRevert(abi.encodeWithSignature("ERC721NonexistentToken(uint256)", 9));
        project.name(ProjectId.wrap(9));
    }
}

contract Project_SetName_Test is IoIDFixture {
    function test_setName_stranger_reverts() public {
        ProjectId projectId = _createProject("Weather", HARDWARE, 0);
        vm.expectRevert(abi.encodeWithSelector(IProject.ProjectNotOperator.selector, projectId, stranger));
        vm.prank(stranger);
        project.setName(projectId, "Mine");
    }

    function test_setName_taken_reverts() public {
        _createProject("Weather", HARDWARE, 0);
        ProjectId second = _createProject("Traffic", HARDWARE, 0);
        vm.expectRevert(abi.encodeWithSelector(IProject.ProjectNameTaken.selector, "Weather"));
        vm.prank(owner);
        project.setName(second, "Weather");
    }

    function test_setName_freesFormerName() public {
        ProjectId projectId = _createProject("Weather", HARDWARE, 0);
        vm.prank(owner);
        project.setName(projectId, "Climate");
        assertEq(project.name(projectId), "Climate");
        ProjectId second = _createProject("Weather", HARDWARE, 0);
        assertEq(project.name(second), "Weather");
    }

    function test_setName_ownName_changesNothing() public {
        ProjectId projectId = _createProject("Weather", HARDWARE, 0);
        vm.prank(owner);
        project.setName(projectId, "Weather");
        assertEq(project.name(projectId), "Weather");
        vm.expectRevert(abi.encodeWithSelector(IProject.ProjectNameTaken.selector, "Weather"));
        projectRegistry.register("Weather");
    }

    /// @dev Naming an unnamed project must not free the empty name's hash for anyone to hold.
    function test_setName_unnamedProject_takesName() public {
        vm.prank(owner);
        ProjectId projectId = projectRegistry.register();
        vm.prank(owner);
        project.setName(projectId, "Weather");
        vm.expectRevert(abi.encodeWithSelector(IProject.ProjectNameTaken.selector, "Weather"));
        projectRegistry.register("Weather");
    }
}

contract Project_SetMetadata_Test is IoIDFixture {
    function test_setMetadata_stranger_reverts() public {
        ProjectId projectId = _createProject("Weather", HARDWARE, 0);
        vm.expectRevert(abi.encodeWithSelector(IProject.ProjectNotOperator.selector, projectId, stranger));
        vm.prank(stranger);
        project.setMetadata(projectId, "logo", "x");
    }

    function testFuzz_setMetadata_setsValue(string calldata name, bytes calldata value) public {
        ProjectId projectId = _createProject("Weather", HARDWARE, 0);
        vm.expectEmit(true, true, true, true, address(project));
        emit IProject.AddMetadata(ProjectId.unwrap(projectId), name, keccak256(bytes(name)), value);
        vm.prank(owner);
        project.setMetadata(projectId, name, value);
        assertEq(project.metadata(projectId, name), value);
    }
}

contract Project_Operators_Test is IoIDFixture {
    address private _operator = makeAddr("operator");
    ProjectId private _projectId;

    function setUp() public override {
        super.setUp();
        _projectId = _createProject("Weather", HARDWARE, 0);
        vm.prank(owner);
        project.addOperator(_projectId, _operator);
    }

    function test_addOperator_stranger_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IProject.ProjectNotOwner.selector, _projectId, stranger));
        vm.prank(stranger);
        project.addOperator(_projectId, stranger);
    }

    function test_addOperator_operator_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IProject.ProjectNotOwner.selector, _projectId, _operator));
        vm.prank(_operator);
        project.addOperator(_projectId, stranger);
    }

    function test_operator_setsNameAndMetadata() public {
        vm.startPrank(_operator);
        project.setName(_projectId, "Climate");
        project.setMetadata(_projectId, "logo", "x");
        vm.stopPrank();
        assertEq(project.name(_projectId), "Climate");
    }

    function test_removeOperator_dismissedOperator_reverts() public {
        vm.prank(owner);
        project.removeOperator(_projectId, _operator);
        vm.expectRevert(abi.encodeWithSelector(IProject.ProjectNotOperator.selector, _projectId, _operator));
        vm.prank(_operator);
        project.setName(_projectId, "Climate");
    }

    function test_transfer_dismissesFormerOwnersOperators() public {
        vm.prank(owner);
        project.transferFrom(owner, user, ProjectId.unwrap(_projectId));
        assertFalse(project.isOperator(_projectId, _operator));
        vm.expectRevert(abi.encodeWithSelector(IProject.ProjectNotOperator.selector, _projectId, _operator));
        vm.prank(_operator);
        project.setName(_projectId, "Climate");
    }
}
