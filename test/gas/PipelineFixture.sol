// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC1967Utils} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Utils.sol";
import {DeviceNFT} from "../../contracts/ioid/DeviceNFT.sol";
import {IProverStake} from "../../contracts/msp/interfaces/IProverStake.sol";
import {ProjectId, TaskId} from "../../contracts/types/Types.sol";
import {FleetManager} from "../../contracts/w3bstream/FleetManager.sol";
import {ProjectRegistrar} from "../../contracts/w3bstream/ProjectRegistrar.sol";
import {W3bstreamDebits} from "../../contracts/w3bstream/W3bstreamDebits.sol";
import {W3bstreamProject} from "../../contracts/w3bstream/W3bstreamProject.sol";
import {W3bstreamProjectReward} from "../../contracts/w3bstream/W3bstreamProjectReward.sol";
import {W3bstreamRouter} from "../../contracts/w3bstream/W3bstreamRouter.sol";
import {W3bstreamTaskManager} from "../../contracts/w3bstream/W3bstreamTaskManager.sol";
import {IIdentityRegistry} from "../../contracts/w3bstream/interfaces/IIdentity.sol";
import {IW3bstreamTaskManager} from "../../contracts/w3bstream/interfaces/IW3bstreamTaskManager.sol";
import {ProjectAttributes} from "../../contracts/w3bstream/libraries/ProjectAttributes.sol";
import {ReadingBatch} from "../../contracts/w3bstream/libraries/ReadingBatch.sol";
import {ReadingBatch16Verifier} from "../../contracts/w3bstream/verifiers/ReadingBatch16Verifier.sol";
import {DeviceRewards} from "../../packages/dapp/contracts/DeviceRewards.sol";
import {IDeviceRewards} from "../../packages/dapp/contracts/interfaces/IDeviceRewards.sol";
import {IoIDFixture} from "../ioid/IoIDFixture.sol";
import {FleetStake} from "../msp/FleetStake.sol";

/// @notice The pipeline's contracts as deploy/modules wire them, without doubles, ready to settle the batch of
/// test/vectors/reading-batch-16.json: its project, its devices and its prover are those that the proof names.
abstract contract PipelineFixture is IoIDFixture, FleetStake {
    uint64 internal constant ROUTER_ROLE = 1;
    uint64 internal constant SLASHER_ROLE = 2;

    uint256 internal constant VM_TYPE = 1;
    uint256 internal constant FEE = 0.1 ether;
    uint256 internal constant STAKE = 100 ether;
    uint256 internal constant DURATION = 600;
    uint96 internal constant REWARD = 1 ether;

    /* WHAT THE PROOF NAMES */

    ProjectId internal constant PROJECT = ProjectId.wrap(7);
    address internal constant ROUTER = address(0x200000);
    address internal constant PROVER = address(0x300000);
    address internal constant FIRST_DEVICE = address(0x100000);
    uint256 internal constant DEVICES = 3;

    TaskId internal taskId;
    bytes internal proof;
    uint256[] internal signals;

    W3bstreamProject internal served;
    ProjectRegistrar internal registrar;
    FleetManager internal fleet;
    W3bstreamDebits internal debits;
    W3bstreamProjectReward internal price;
    W3bstreamTaskManager internal tasks;
    W3bstreamRouter internal router = W3bstreamRouter(ROUTER);
    ReadingBatch16Verifier internal verifier;
    DeviceRewards internal deviceRewards;
    DeviceNFT internal deviceNFT;

    address internal coordinator = makeAddr("coordinator");
    address internal treasury = makeAddr("treasury");

    function setUp() public virtual override {
        vm.chainId(31337);
        vm.warp(1_800_000_000 - 2 days);
        super.setUp();
        _readVector();
        _deploy();
        _wire();
        vm.warp(1_800_000_000);
        _createProjects();
    }

    /* DEPLOYMENT */

    function _readVector() private {
        string memory vector = vm.readFile(string.concat(vm.projectRoot(), "/test/vectors/reading-batch-16.json"));
        proof = vm.parseJsonBytes(vector, ".proof");
        signals = vm.parseJsonUintArray(vector, ".signals");
        taskId = TaskId.wrap(bytes32(signals[ReadingBatch.TASK_ID]));
    }

    function _deploy() private {
        address by = address(authority);
        _deployFleetStake(by, IIdentityRegistry(address(registry)), 1 ether, 7 days, treasury);
        served = W3bstreamProject(
            _proxy(
                address(new W3bstreamProject(by)), abi.encodeCall(W3bstreamProject.initialize, (address(project)))
            )
        );
        registrar = ProjectRegistrar(
            _proxy(address(new ProjectRegistrar(by)), abi.encodeCall(ProjectRegistrar.initialize, (address(served))))
        );
        fleet = FleetManager(
            _proxy(
                address(new FleetManager(by, address(registry), address(ioID))),
                abi.encodeCall(FleetManager.initialize, (10 ether))
            )
        );
        debits = W3bstreamDebits(
            _proxy(address(new W3bstreamDebits(by)), abi.encodeCall(W3bstreamDebits.initialize, ()))
        );
        price = W3bstreamProjectReward(
            _proxy(
                address(new W3bstreamProjectReward(by)),
                abi.encodeCall(W3bstreamProjectReward.initialize, (address(served)))
            )
        );
        tasks = W3bstreamTaskManager(
            _proxy(
                address(new W3bstreamTaskManager(by)),
                abi.encodeCall(
                    W3bstreamTaskManager.initialize, (address(debits), address(price), address(fleet))
                )
            )
        );
        _placeRouter(address(new W3bstreamRouter(by, address(tasks))));
        verifier = new ReadingBatch16Verifier();
        deviceRewards = new DeviceRewards(
            ROUTER,
            address(registry),
            address(ioID),
            "Reward",
            "RWD",
            IDeviceRewards.Terms(PROJECT, REWARD, 60, 240)
        );
    }

    /// @dev A proxy of the router's at the address that the proof names.
    function _placeRouter(address implementation) private {
        vm.etch(ROUTER, address(registrar).code);
        vm.store(ROUTER, ERC1967Utils.IMPLEMENTATION_SLOT, bytes32(uint256(uint160(implementation))));
        router.initialize(address(fleet), address(served));
    }

    function _wire() private {
        served.setBinder(address(registrar));
        fleet.setCoordinator(address(tasks));
        fleet.setStakingHub(address(stake));
        debits.setOperator(address(tasks));
        tasks.addOperator(coordinator);
        _allow(address(tasks), W3bstreamTaskManager.settleProven.selector, ROUTER_ROLE, ROUTER);
        _allow(address(stake), IProverStake.slash.selector, SLASHER_ROLE, address(tasks));
    }

    function _allow(address target, bytes4 selector, uint64 role, address account) private {
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = selector;
        authority.setTargetFunctionRole(target, selectors, role);
        authority.grantRole(role, account, 0);
    }

    /* PROJECTS */

    /// @dev Project ids count from 1: the provers' comes first, the proof's is the seventh.
    function _createProjects() private {
        ProjectId provers = _createProject("provers", HARDWARE, 10);
        fleet.setProverProject(provers);
        for (uint256 i = 2; i < ProjectId.unwrap(PROJECT); ++i) _createProject(vm.toString(i), HARDWARE, 0);
        ProjectId projectId = _createProject("readings", HARDWARE, 100);
        assertEq(ProjectId.unwrap(projectId), ProjectId.unwrap(PROJECT));
        deviceNFT = _createDeviceNFT(projectId);
        _registerUnsigned(_createDeviceNFT(provers), PROVER);
    }

    /// @dev Brings the project to W3bstream: registered, configured, priced, funded, bound.
    function _serve() internal {
        (bytes32[] memory keys, bytes[] memory values) = _attributes();
        vm.startPrank(owner);
        registrar.register(PROJECT);
        served.setAttributes(PROJECT, keys, values);
        price.setRewardToken(PROJECT, address(wrapped));
        price.setReward(PROJECT, FEE);
        wrapped.deposit{value: 10 * FEE}();
        wrapped.approve(address(debits), 10 * FEE);
        debits.deposit(address(wrapped), 10 * FEE);
        router.bindVerifier(PROJECT, address(verifier));
        router.bindDapp(PROJECT, address(deviceRewards));
        vm.stopPrank();
    }

    function _attributes() internal view returns (bytes32[] memory keys, bytes[] memory values) {
        keys = new bytes32[](2);
        values = new bytes[](2);
        (keys[0], values[0]) = (ProjectAttributes.PARAMETERS, abi.encode(signals[ReadingBatch.PARAMETERS]));
        (keys[1], values[1]) = (ProjectAttributes.VM_TYPE, abi.encode(VM_TYPE));
    }

    /* DEVICES AND PROVERS */

    /// @dev Registers a device that has no key, as those of the vector: for once, its signature recovers.
    function _registerUnsigned(DeviceNFT nft, address device) internal {
        uint256 tokenId = _mintDeviceNFT(nft, user);
        address ecrecover_ = address(1);
        vm.mockCall(ecrecover_, "", abi.encode(device));
        vm.prank(user);
        registry.register(address(nft), tokenId, device, HASH, URI, 27, bytes32(uint256(1)), bytes32(uint256(1)));
        vm.clearMockedCalls();
    }

    /// @dev Registers the devices whose readings are in the vector's batch.
    function _registerDevices() internal {
        for (uint160 i; i < DEVICES; ++i) _registerUnsigned(deviceNFT, address(uint160(FIRST_DEVICE) + i));
    }

    function _enlist() internal {
        _back(PROVER, registry.deviceTokenId(PROVER), STAKE);
        vm.startPrank(PROVER);
        fleet.register();
        fleet.addVMType(VM_TYPE);
        vm.stopPrank();
    }

    /* TASKS */

    function _assignment() internal view returns (IW3bstreamTaskManager.TaskAssignment memory) {
        return IW3bstreamTaskManager.TaskAssignment(
            PROJECT, taskId, bytes32(signals[ReadingBatch.ROOT]), "", PROVER
        );
    }

    function _assign() internal {
        IW3bstreamTaskManager.TaskAssignment memory assignment = _assignment();
        vm.prank(coordinator);
        tasks.assign(assignment, coordinator, block.timestamp + DURATION);
    }

    /// @dev Signals with `count` readings of each device.
    function _batch(address[] memory devices, uint32 count) internal pure returns (uint256[] memory batch) {
        batch = new uint256[](ReadingBatch.LENGTH);
        for (uint256 i; i < devices.length; ++i) {
            batch[ReadingBatch.BOUND + 2 * i] = uint160(devices[i]) | (uint256(count) << 160);
        }
    }
}
