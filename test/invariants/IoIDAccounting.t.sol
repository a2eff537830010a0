// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {DeviceNFT} from "../../contracts/ioid/DeviceNFT.sol";
import {ProjectId} from "../../contracts/types/Types.sol";
import {IoIDFixture} from "../ioid/IoIDFixture.sol";

/// @notice Registers, removes, pays and changes prices in any order, and keeps its own books.
contract IoIDHandler is IoIDFixture {
    uint256 internal constant DEVICES = 12;
    uint256 public constant PROJECTS = 3;

    DeviceNFT[] private _nfts;
    address private _treasury = makeAddr("treasury");

    uint256 public removed;
    uint256 public paid;

    function setUp() public override {
        super.setUp();
        _nfts.push(_createDeviceNFT(_createProject("Weather", HARDWARE, 0)));
        _nfts.push(_createDeviceNFT(_createProject("Traffic", HARDWARE, 0)));
        _nfts.push(_createDeviceNFT(_createProject("Game", VIRTUAL, 0)));
    }

    function applyIoIDs(uint256 projectSeed, uint256 amount, uint256 extra) external {
        ProjectId projectId = _projectAt(projectSeed % (PROJECTS - 1));
        uint256 fee = (amount % 4) * store.price();
        uint256 value = fee + extra % 1 ether;
        vm.deal(stranger, value);
        vm.prank(stranger);
        store.applyIoIDs{value: value}(projectId, amount % 4);
        paid += value - stranger.balance;
    }

    function register(uint256 projectSeed, uint256 deviceSeed, uint256 extra) external {
        Device memory device = _deviceAt(deviceSeed);
        DeviceNFT nft = _nfts[projectSeed % PROJECTS];
        ProjectId projectId = _projectAt(projectSeed % PROJECTS);
        bool hardware = project.projectType(projectId) == HARDWARE;
        bool noneLeft = store.projectActivedAmount(projectId) == store.projectAppliedAmount(projectId);
        if (registry.exists(device.id) || (hardware && noneLeft)) return;

        uint256 value = store.activationFee(projectId) + extra % 1 ether;
        vm.deal(user, value);
        _register(nft, _mintDeviceNFT(nft, user), device, user, value);
        paid += value - user.balance;
    }

    function remove(uint256 deviceSeed) external {
        Device memory device = _deviceAt(deviceSeed);
        if (!registry.exists(device.id)) return;
        _remove(device, user);
        ++removed;
    }

    function changePrice(uint256 price) external {
        store.changePrice(price % 5 ether);
    }

    function changeFeeReceiver() external {
        store.changeFeeReceiver(_treasury);
    }

    /* BOOKS */

    function activated() external view returns (uint256 sum) {
        for (uint256 i = 0; i < PROJECTS; ++i) sum += store.projectActivedAmount(_projectAt(i));
    }

    function registered() external view returns (uint256 sum) {
        for (uint256 i = 0; i < PROJECTS; ++i) sum += ioID.projectDeviceCount(_projectAt(i));
    }

    function existing() external view returns (uint256 sum) {
        for (uint256 i = 0; i < DEVICES; ++i) if (registry.exists(_idAt(i))) ++sum;
    }

    function ioIDs() external view returns (uint256) {
        return ioID.totalSupply();
    }

    function isOverdrawn(uint256 index) external view returns (bool) {
        ProjectId projectId = _projectAt(index);
        return store.projectActivedAmount(projectId) > store.projectAppliedAmount(projectId);
    }

    function collected() external view returns (uint256) {
        return address(store).balance + _treasury.balance;
    }

    function leftInRegistry() external view returns (uint256) {
        return address(registry).balance;
    }

    function _projectAt(uint256 index) private pure returns (ProjectId) {
        return ProjectId.wrap(index + 1);
    }

    function _deviceAt(uint256 seed) private pure returns (Device memory) {
        uint256 key = seed % DEVICES + 1;
        return Device({id: vm.addr(key), key: key});
    }

    function _idAt(uint256 index) private pure returns (address) {
        return vm.addr(index + 1);
    }
}

/*
The accounting of ioIDs, whatever is applied for, registered and removed
├── activations = devices registered + devices removed
├── activations = ioIDs: none is burnt
├── devices registered = devices that the registry knows
├── no project has activated more than it applied for
└── what was paid = what the store keeps + what the fee receiver got; the registry keeps nothing
*/
contract IoIDAccounting_Invariant_Test is IoIDFixture {
    IoIDHandler private _handler;

    function setUp() public override {
        _handler = new IoIDHandler();
        _handler.setUp();
        bytes4[] memory actions = new bytes4[](5);
        actions[0] = IoIDHandler.applyIoIDs.selector;
        actions[1] = IoIDHandler.register.selector;
        actions[2] = IoIDHandler.remove.selector;
        actions[3] = IoIDHandler.changePrice.selector;
        actions[4] = IoIDHandler.changeFeeReceiver.selector;
        targetSelectors(address(_handler), actions);
        targetContract(address(_handler));
    }

    /// hardhat-config: invariant.runs = 16
    /// hardhat-config: invariant.depth = 48
    /// hardhat-config: invariant.failOnRevert = true
    function invariant_activations_equalDevicesAndRemovals() public view {
        assertEq(_handler.activated(), _handler.registered() + _handler.removed());
        assertEq(_handler.activated(), _handler.ioIDs());
        assertEq(_handler.registered(), _handler.existing());
    }

    /// hardhat-config: invariant.runs = 16
    /// hardhat-config: invariant.depth = 48
    /// hardhat-config: invariant.failOnRevert = true
    function invariant_projects_areNotOverdrawn() public view {
        for (uint256 i = 0; i < _handler.PROJECTS(); ++i) {
            assertFalse(_handler.isOverdrawn(i));
        }
    }

    /// hardhat-config: invariant.runs = 16
    /// hardhat-config: invariant.depth = 48
    /// hardhat-config: invariant.failOnRevert = true
    function invariant_wei_isConserved() public view {
        assertEq(_handler.paid(), _handler.collected());
        assertEq(_handler.leftInRegistry(), 0);
    }

    /// @dev The handler does what it says: without this, an idle handler would hold every invariant.
    function test_handler_actsForReal() public {
        _handler.applyIoIDs(0, 2, 5);
        _handler.register(0, 1, 7);
        _handler.register(2, 2, 7);
        _handler.remove(1);
        assertEq(_handler.activated(), 2);
        assertEq(_handler.registered(), 1);
        assertEq(_handler.removed(), 1);
        assertEq(_handler.paid(), 3 * PRICE);
    }
}
