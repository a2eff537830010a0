// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ProjectId, TaskId} from "../../contracts/types/Types.sol";
import {ReadingBatch} from "../../contracts/w3bstream/libraries/ReadingBatch.sol";
import {DeviceRewards} from "../../packages/dapp/contracts/DeviceRewards.sol";
import {RewardToken} from "../../packages/dapp/contracts/RewardToken.sol";
import {IDeviceRewards} from "../../packages/dapp/contracts/interfaces/IDeviceRewards.sol";
import {IdentityDouble} from "../fixtures/Identity.sol";
import {Test} from "../fixtures/Test.sol";

abstract contract DeviceRewardsFixture is Test {
    ProjectId internal constant PROJECT = ProjectId.wrap(2);
    TaskId internal constant TASK = TaskId.wrap(bytes32(uint256(1)));
    uint96 internal constant REWARD = 1 ether;
    uint32 internal constant PER_MINUTE = 6;
    uint32 internal constant BURST = 16;

    address internal device = address(0x100);
    address internal otherDevice = address(0x200);
    address internal owner = makeAddr("owner");

    IdentityDouble internal identity;
    DeviceRewards internal rewards;
    RewardToken internal token;

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        identity = new IdentityDouble();
        rewards = new DeviceRewards(
            address(this),
            address(identity),
            address(identity),
            "Reward",
            "RWD",
            IDeviceRewards.Terms(PROJECT, REWARD, PER_MINUTE, BURST)
        );
        token = RewardToken(rewards.token());
        identity.enrol(device, ProjectId.unwrap(PROJECT), owner);
    }

    /// @dev Signals of a batch with `count` readings of each device.
    function _batch(address[] memory devices, uint32 count) internal pure returns (uint256[] memory signals) {
        signals = new uint256[](ReadingBatch.LENGTH);
        for (uint256 i; i < devices.length; ++i) {
            signals[ReadingBatch.BOUND + 2 * i] = uint160(devices[i]) | (uint256(count) << 160);
        }
    }

    function _process(address device_, uint32 count) internal {
        address[] memory devices = new address[](1);
        devices[0] = device_;
        rewards.process(PROJECT, TASK, address(0), _batch(devices, count));
    }

    function _earned(address device_) internal view returns (uint256) {
        return token.balanceOf(identity.accountOf(identity.deviceTokenId(device_)));
    }
}

/*
DeviceRewards.process
├── when the caller is not the router, or the project is another: it reverts
├── when there are too few or too many signals: it reverts
├── when a device has no ioID, or one of another project: it is passed over, and the others are rewarded
├── when readings come above the profile's rate: they earn nothing
└── else each reading mints the reward to the device's account
*/
contract DeviceRewards_Process_Test is DeviceRewardsFixture {
    function test_process_callerNotRouter_reverts() public {
        vm.prank(owner);
        vm.expectRevert(abi.encodeWithSelector(IDeviceRewards.DeviceRewardsNotRouter.selector, owner));
        rewards.process(PROJECT, TASK, address(0), new uint256[](ReadingBatch.LENGTH));
    }

    function test_process_anotherProject_reverts() public {
        ProjectId other = ProjectId.wrap(3);
        vm.expectRevert(abi.encodeWithSelector(IDeviceRewards.DeviceRewardsWrongProject.selector, other));
        rewards.process(other, TASK, address(0), new uint256[](ReadingBatch.LENGTH));
    }

    function testFuzz_process_wrongLength_reverts(uint8 length) public {
        vm.assume(length != ReadingBatch.LENGTH);
        vm.expectRevert(abi.encodeWithSelector(ReadingBatch.ReadingBatchWrongLength.selector, length));
        rewards.process(PROJECT, TASK, address(0), new uint256[](length));
    }

    function test_process_emptyBatch_rewardsNobody() public {
        rewards.process(PROJECT, TASK, address(0), new uint256[](ReadingBatch.LENGTH));
        assertEq(token.totalSupply(), 0);
    }

    function testFuzz_process_rewardsEachReading(uint32 count) public {
        count = uint32(bound(count, 1, BURST));
        address account = identity.accountOf(identity.deviceTokenId(device));
        vm.expectEmit(true, true, true, true, address(rewards));
        emit IDeviceRewards.DeviceRewarded(device, account, TASK, count, 0, uint256(count) * REWARD);
        _process(device, count);
        assertEq(_earned(device), uint256(count) * REWARD);
    }

    function test_process_eightDevices_withinTheRoutersGas() public {
        address[] memory devices = new address[](ReadingBatch.DEVICES);
        for (uint256 i; i < devices.length; ++i) {
            devices[i] = address(uint160(0x1000 + i));
            identity.enrol(devices[i], ProjectId.unwrap(PROJECT), owner);
        }
        uint256[] memory signals = _batch(devices, 2);
        uint256 before = gasleft();
        rewards.process(PROJECT, TASK, address(0), signals);
        assertLt(before - gasleft(), 1_500_000);
        assertEq(token.totalSupply(), 16 * uint256(REWARD));
    }

    function test_process_deviceWithoutIoID_isPassedOver() public {
        address[] memory devices = new address[](3);
        (devices[0], devices[1], devices[2]) = (address(0x50), device, otherDevice);
        identity.enrol(otherDevice, 9, owner);
        vm.expectEmit(true, true, true, true, address(rewards));
        emit IDeviceRewards.DeviceSkipped(address(0x50), TASK, 3);
        rewards.process(PROJECT, TASK, address(0), _batch(devices, 3));
        assertEq(_earned(device), 3 * uint256(REWARD));
        assertEq(_earned(otherDevice), 0);
        assertEq(token.totalSupply(), 3 * uint256(REWARD));
    }

    function test_process_aboveTheRate_earnsNothing() public {
        _process(device, BURST);
        address account = identity.accountOf(identity.deviceTokenId(device));
        vm.expectEmit(true, true, true, true, address(rewards));
        emit IDeviceRewards.DeviceRewarded(device, account, TASK, 0, 4, 0);
        _process(device, 4);
        // 6 a minute: one in ten seconds.
        vm.warp(block.timestamp + 9);
        assertEq(rewards.allowanceOf(device), 0);
        vm.warp(block.timestamp + 1);
        assertEq(rewards.allowanceOf(device), 1);
        _process(device, 4);
        assertEq(_earned(device), uint256(BURST + 1) * REWARD);
    }

    function test_process_oneDevicesRate_isNotAnothers() public {
        identity.enrol(otherDevice, ProjectId.unwrap(PROJECT), owner);
        _process(device, BURST);
        _process(otherDevice, BURST);
        assertEq(_earned(otherDevice), uint256(BURST) * REWARD);
    }

    /// @dev However readings are cut into batches, a device earns at most a burst and the rate times the time.
    function testFuzz_process_neverAboveTheRate(uint16[12] calldata gaps, uint8[12] calldata counts) public {
        uint256 start = block.timestamp;
        uint256 readings;
        for (uint256 i; i < gaps.length; ++i) {
            vm.warp(block.timestamp + gaps[i] % 120);
            _process(device, counts[i] % 17);
            readings += counts[i] % 17;
        }
        uint256 most = BURST + ((block.timestamp - start) * PER_MINUTE) / 60;
        uint256 rewarded = _earned(device) / REWARD;
        assertLe(rewarded, most);
        assertLe(rewarded, readings);
    }

    /// @dev A device that keeps to the rate loses nothing to rounding.
    function testFuzz_process_withinTheRate_rewardsAll(uint8 batches) public {
        _process(device, BURST);
        for (uint256 i; i < batches % 30; ++i) {
            vm.warp(block.timestamp + 25);
            _process(device, i % 2 == 0 ? 2 : 3);
        }
        uint256 expected = BURST;
        for (uint256 i; i < batches % 30; ++i) expected += i % 2 == 0 ? 2 : 3;
        assertEq(_earned(device), expected * REWARD);
    }
}

/*
DeviceRewards.constructor, RewardToken.mint
├── when an address is zero, or the terms reward nothing: it reverts
└── when anyone but the dApp mints: it reverts
*/
contract DeviceRewards_Construct_Test is DeviceRewardsFixture {
    function test_constructor_outOfRange_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IDeviceRewards.DeviceRewardsZeroAddress.selector));
        new DeviceRewards(
            address(0), address(1), address(1), "", "", IDeviceRewards.Terms(PROJECT, REWARD, PER_MINUTE, BURST)
        );
        vm.expectRevert(abi.encodeWithSelector(IDeviceRewards.DeviceRewardsEmptyTerms.selector));
        new DeviceRewards(
            address(1), address(1), address(1), "", "", IDeviceRewards.Terms(PROJECT, REWARD, 0, BURST)
        );
    }

    function test_mint_callerNotMinter_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(RewardToken.RewardTokenNotMinter.selector, address(this)));
        token.mint(address(this), 1);
        assertEq(token.MINTER(), address(rewards));
    }
}

/*
ReadingBatch.decode
└── it reads back what is packed
*/
contract ReadingBatch_Decode_Test is Test {
    function testFuzz_decode_readsBackWhatIsPacked(address device, uint32 count, uint48[5] calldata sums) public view {
        vm.assume(device != address(0));
        uint256[] memory signals = new uint256[](ReadingBatch.LENGTH);
        signals[7] = uint160(device) | (uint256(count) << 160);
        for (uint256 v; v < 5; ++v) signals[8] |= uint256(sums[v]) << (48 * v);
        ReadingBatch.DeviceAggregate[] memory aggregates = this.decode(signals);
        assertEq(aggregates.length, 1);
        assertEq(aggregates[0].device, device);
        assertEq(aggregates[0].count, count);
        for (uint256 v; v < 5; ++v) assertEq(aggregates[0].offsetSums[v], sums[v]);
    }

    function decode(uint256[] calldata signals) external pure returns (ReadingBatch.DeviceAggregate[] memory) {
        return ReadingBatch.decode(signals);
    }
}
