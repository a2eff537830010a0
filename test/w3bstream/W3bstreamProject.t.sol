// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {ProjectId} from "../../contracts/types/Types.sol";
import {IProjectRegistrar} from "../../contracts/w3bstream/interfaces/IProjectRegistrar.sol";
import {IW3bstreamProject} from "../../contracts/w3bstream/interfaces/IW3bstreamProject.sol";
import {IW3bstreamProjectReward} from "../../contracts/w3bstream/interfaces/IW3bstreamProjectReward.sol";
import {ProjectAttributes} from "../../contracts/w3bstream/libraries/ProjectAttributes.sol";
import {W3bstreamFixture} from "../fixtures/W3bstreamFixture.sol";

/*
ProjectRegistrar.register
├── when the fee is not exact: it reverts
├── when the caller does not manage the project: it reverts
├── when the project is bound: it reverts
└── else it binds it, and the fee is governance's
*/
contract ProjectRegistrar_Register_Test is W3bstreamFixture {
    function setUp() public override {
        super.setUp();
        projectToken.mint(projectOwner, ProjectId.unwrap(OTHER_PROJECT));
        registrar.setRegistrationFee(7);
        vm.deal(projectOwner, 100);
    }

    function testFuzz_register_wrongFee_reverts(uint256 sent) public {
        sent = bound(sent, 0, 100);
        vm.assume(sent != 7);
        vm.prank(projectOwner);
        vm.expectRevert(abi.encodeWithSelector(IProjectRegistrar.RegistrarWrongFee.selector, sent, 7));
        registrar.register{value: sent}(OTHER_PROJECT);
    }

    function test_register_callerNotManager_reverts() public {
        vm.deal(stranger, 7);
        vm.prank(stranger);
        vm.expectRevert(
            abi.encodeWithSelector(IProjectRegistrar.RegistrarNotManager.selector, OTHER_PROJECT, stranger)
        );
        registrar.register{value: 7}(OTHER_PROJECT);
    }

    function test_register_twice_reverts() public {
        vm.prank(projectOwner);
        vm.expectRevert(abi.encodeWithSelector(IW3bstreamProject.ProjectAlreadyBound.selector, PROJECT));
        registrar.register{value: 7}(PROJECT);
    }

    function test_register_binds() public {
        vm.prank(projectOwner);
        registrar.register{value: 7}(OTHER_PROJECT);
        assertTrue(project.isValidProject(OTHER_PROJECT));
        assertEq(project.count(), 2);
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, stranger));
        registrar.withdrawFee(payable(stranger), 7);
        registrar.withdrawFee(payable(treasury), 7);
        assertEq(treasury.balance, 7);
    }

    function test_bind_callerNotBinder_reverts() public {
        vm.prank(projectOwner);
        vm.expectRevert(abi.encodeWithSelector(IW3bstreamProject.ProjectNotBinder.selector, projectOwner));
        project.bind(OTHER_PROJECT);
    }
}

/*
W3bstreamProject.updateConfig, setAttributes, pause, resume
├── when the project is not bound: it reverts
├── when the caller does not manage it: it reverts
├── when keys and values differ in number: it reverts
├── when it is paused already, or is not: it reverts
└── else it changes
*/
contract W3bstreamProject_Manage_Test is W3bstreamFixture {
    function test_manage_notBound_reverts() public {
        bytes memory error_ = abi.encodeWithSelector(IW3bstreamProject.ProjectNotBound.selector, OTHER_PROJECT);
        vm.expectRevert(error_);
        project.pause(OTHER_PROJECT);
        vm.expectRevert(error_);
        project.config(OTHER_PROJECT);
    }

    function test_manage_callerNotManager_reverts() public {
        bytes memory error_ = abi.encodeWithSelector(IW3bstreamProject.ProjectNotManager.selector, PROJECT, stranger);
        vm.startPrank(stranger);
        vm.expectRevert(error_);
        project.updateConfig(PROJECT, "", 0);
        vm.expectRevert(error_);
        project.setAttributes(PROJECT, new bytes32[](0), new bytes[](0));
        vm.expectRevert(error_);
        project.pause(PROJECT);
        vm.expectRevert(error_);
        project.resume(PROJECT);
    }

    function test_setAttributes_lengthMismatch_reverts() public {
        vm.prank(projectOwner);
        vm.expectRevert(abi.encodeWithSelector(IW3bstreamProject.ProjectLengthMismatch.selector, 2, 1));
        project.setAttributes(PROJECT, new bytes32[](2), new bytes[](1));
    }

    function testFuzz_setAttributes_sets(bytes32 key, bytes calldata value) public {
        bytes32[] memory keys = new bytes32[](1);
        bytes[] memory values = new bytes[](1);
        (keys[0], values[0]) = (key, value);
        vm.prank(projectOwner);
        project.setAttributes(PROJECT, keys, values);
        assertEq(project.attribute(PROJECT, key), value);
        assertEq(project.attributes(PROJECT, key), value);
        assertEq(project.attributesOf(PROJECT, keys)[0], value);
    }

    function test_updateConfig_sets() public {
        vm.prank(projectOwner);
        project.updateConfig(PROJECT, "ipfs://config", bytes32(uint256(5)));
        IW3bstreamProject.ProjectConfig memory config = project.config(PROJECT);
        assertEq(config.uri, "ipfs://config");
        assertEq(config.hash, bytes32(uint256(5)));
    }

    function test_pause_thenResume() public {
        vm.startPrank(projectOwner);
        vm.expectRevert(abi.encodeWithSelector(IW3bstreamProject.ProjectNotPaused.selector, PROJECT));
        project.resume(PROJECT);
        project.pause(PROJECT);
        assertTrue(project.isPaused(PROJECT));
        assertTrue(reward.isPaused(PROJECT));
        vm.expectRevert(abi.encodeWithSelector(IW3bstreamProject.ProjectAlreadyPaused.selector, PROJECT));
        project.pause(PROJECT);
        project.resume(PROJECT);
        assertFalse(project.isPaused(PROJECT));
    }

    /// @dev Clients compute the keys themselves.
    function test_attributeKeys_areHashesOfTheirNames() public pure {
        assertEq(ProjectAttributes.PARAMETERS, keccak256("parameters"));
        assertEq(ProjectAttributes.VM_TYPE, keccak256("vmType"));
    }
}

/*
W3bstreamProjectReward
├── setReward: when the project has no token: it reverts
├── setRewardToken: when the caller does not manage the project, or the token is zero: it reverts
└── an amount counts in the token that it was set for, and in no other
*/
contract W3bstreamProjectReward_Test is W3bstreamFixture {
    function test_setReward_withoutToken_reverts() public {
        vm.expectRevert(
            abi.encodeWithSelector(IW3bstreamProjectReward.ProjectRewardNoToken.selector, OTHER_PROJECT)
        );
        reward.setReward(OTHER_PROJECT, 1);
    }

    function test_setRewardToken_outOfRange_reverts() public {
        vm.prank(stranger);
        vm.expectRevert(
            abi.encodeWithSelector(IW3bstreamProjectReward.ProjectRewardNotManager.selector, PROJECT, stranger)
        );
        reward.setRewardToken(PROJECT, stranger);
        vm.prank(projectOwner);
        vm.expectRevert(abi.encodeWithSelector(IW3bstreamProjectReward.ProjectRewardZeroAddress.selector));
        reward.setRewardToken(PROJECT, address(0));
    }

    function test_rewardAmount_countsInItsTokenOnly() public {
        assertEq(reward.rewardAmount(projectOwner, PROJECT), FEE);
        vm.startPrank(projectOwner);
        reward.setRewardToken(PROJECT, stranger);
        assertEq(reward.rewardAmount(projectOwner, PROJECT), 0);
        reward.setReward(PROJECT, 5);
        assertEq(reward.rewardAmount(projectOwner, PROJECT), 5);
        reward.setRewardToken(PROJECT, address(token));
        assertEq(reward.rewardAmount(projectOwner, PROJECT), 0);
    }
}
