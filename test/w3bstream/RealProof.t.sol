// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC1967Utils} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Utils.sol";
import {ProjectId, TaskId} from "../../contracts/types/Types.sol";
import {W3bstreamRouter} from "../../contracts/w3bstream/W3bstreamRouter.sol";
import {W3bstreamTaskManager} from "../../contracts/w3bstream/W3bstreamTaskManager.sol";
import {IW3bstreamRouter} from "../../contracts/w3bstream/interfaces/IW3bstreamRouter.sol";
import {IW3bstreamTaskManager} from "../../contracts/w3bstream/interfaces/IW3bstreamTaskManager.sol";
import {ProjectAttributes} from "../../contracts/w3bstream/libraries/ProjectAttributes.sol";
import {ReadingBatch} from "../../contracts/w3bstream/libraries/ReadingBatch.sol";
import {ReadingBatch16Verifier} from "../../contracts/w3bstream/verifiers/ReadingBatch16Verifier.sol";
import {DeviceRewards} from "../../packages/dapp/contracts/DeviceRewards.sol";
import {RewardToken} from "../../packages/dapp/contracts/RewardToken.sol";
import {IDeviceRewards} from "../../packages/dapp/contracts/interfaces/IDeviceRewards.sol";
import {W3bstreamFixture} from "../fixtures/W3bstreamFixture.sol";

/*
W3bstreamRouter, over the circuit's own verifier and a proof that its prover made (test/vectors/reading-batch-16.json)
├── it settles, and the devices' accounts get their rewards
├── when any signal is changed: it reverts
└── when any word of the proof is changed: it reverts
*/
contract W3bstreamRouter_RealProof_Test is W3bstreamFixture {
    ProjectId internal constant VECTOR_PROJECT = ProjectId.wrap(7);
    address internal constant VECTOR_ROUTER = address(0x200000);
    address internal constant VECTOR_PROVER = address(0x300000);

    W3bstreamRouter internal provenRouter = W3bstreamRouter(VECTOR_ROUTER);
    RewardToken internal rewardToken;
    TaskId internal taskId;
    bytes internal proof;
    uint256[] internal signals;

    function setUp() public override {
        vm.chainId(31337);
        super.setUp();
        string memory vector = vm.readFile(string.concat(vm.projectRoot(), "/test/vectors/reading-batch-16.json"));
        proof = vm.parseJsonBytes(vector, ".proof");
        signals = vm.parseJsonUintArray(vector, ".signals");
        taskId = TaskId.wrap(bytes32(signals[ReadingBatch.TASK_ID]));
        _placeRouter();
        _serve(VECTOR_PROJECT, projectOwner);
        _bind();
        _enlist(VECTOR_PROVER);
        IW3bstreamTaskManager.TaskAssignment memory assignment = IW3bstreamTaskManager.TaskAssignment(
            VECTOR_PROJECT, taskId, bytes32(signals[ReadingBatch.ROOT]), "", VECTOR_PROVER
        );
        vm.prank(coordinator);
        tasks.assign(assignment, coordinator, block.timestamp + 600);
    }

    /// @dev A proxy of the router's at the address that the vector's proof names.
    function _placeRouter() private {
        bytes32 slot = ERC1967Utils.IMPLEMENTATION_SLOT;
        vm.etch(VECTOR_ROUTER, address(router).code);
        vm.store(VECTOR_ROUTER, slot, vm.load(address(router), slot));
        provenRouter.initialize(address(fleet), address(project));
        _permit(address(tasks), W3bstreamTaskManager.settleProven.selector, ROUTER_ROLE, VECTOR_ROUTER);
    }

    function _bind() private {
        DeviceRewards rewards = new DeviceRewards(
            VECTOR_ROUTER,
            address(identity),
            address(identity),
            "Reward",
            "RWD",
            IDeviceRewards.Terms(VECTOR_PROJECT, 1 ether, 60, 16)
        );
        rewardToken = RewardToken(rewards.token());
        bytes32[] memory keys = new bytes32[](1);
        bytes[] memory values = new bytes[](1);
        (keys[0], values[0]) = (ProjectAttributes.PARAMETERS, abi.encode(signals[ReadingBatch.PARAMETERS]));
        address verifier_ = address(new ReadingBatch16Verifier());
        vm.startPrank(projectOwner);
        project.setAttributes(VECTOR_PROJECT, keys, values);
        provenRouter.bindVerifier(VECTOR_PROJECT, verifier_);
        provenRouter.bindDapp(VECTOR_PROJECT, address(rewards));
        vm.stopPrank();
        for (uint160 i; i < 3; ++i) identity.enrol(address(0x100000 + i), 7, proverOwner);
    }

    function test_settle_aRealProof_rewardsTheDevices() public {
        provenRouter.settle(VECTOR_PROJECT, taskId, proof, signals);
        assertFalse(provenRouter.isUndelivered(VECTOR_PROJECT, taskId));
        assertEq(_balance(VECTOR_PROVER), FEE);
        uint256[3] memory counts = [uint256(5), 4, 4];
        for (uint160 i; i < 3; ++i) {
            address account = identity.accountOf(identity.deviceTokenId(address(0x100000 + i)));
            assertEq(rewardToken.balanceOf(account), counts[i] * 1 ether);
        }
    }

    /// hardhat-config: fuzz.runs = 32
    function testFuzz_settle_aSignalChanged_reverts(uint256 place, uint256 value) public {
        place = bound(place, 0, signals.length - 1);
        vm.assume(signals[place] != value);
        signals[place] = value;
        vm.expectRevert();
        provenRouter.settle{gas: 3_000_000}(VECTOR_PROJECT, taskId, proof, signals);
        assertEq(_balance(VECTOR_PROVER), 0);
    }

    /// @dev What the circuit alone vouches for: the devices, their counts and sums.
    function test_settle_aDeviceSignalChanged_isAnInvalidProof() public {
        for (uint256 place = ReadingBatch.BOUND; place < ReadingBatch.LENGTH; ++place) {
            uint256 honest = signals[place];
            signals[place] = honest + 1;
            vm.expectRevert(abi.encodeWithSelector(IW3bstreamRouter.RouterProofInvalid.selector));
            provenRouter.settle(VECTOR_PROJECT, taskId, proof, signals);
            signals[place] = honest;
        }
    }

    /// hardhat-config: fuzz.runs = 32
    function testFuzz_settle_aByteOfTheProofChanged_reverts(uint256 place, bytes1 value) public {
        place = bound(place, 0, proof.length - 1);
        vm.assume(proof[place] != value);
        proof[place] = value;
        vm.expectPartialRevert(IW3bstreamRouter.RouterProofInvalid.selector);
        provenRouter.settle{gas: 3_000_000}(VECTOR_PROJECT, taskId, proof, signals);
    }
}
