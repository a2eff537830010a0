// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {DeviceNFT} from "../../contracts/ioid/DeviceNFT.sol";
import {IDevicePermits} from "../../contracts/ioid/interfaces/IDevicePermits.sol";
import {IIoIDPrice} from "../../contracts/ioid/interfaces/IIoIDPrice.sol";
import {ProjectId} from "../../contracts/types/Types.sol";
import {Receiver} from "../ioid/Doubles.sol";
import {Permits} from "../ioid/Permits.sol";

/// @notice Registers, removes, sells, pays, claims and changes prices in any order, and keeps its own books.
contract IoIDHandler is Permits {
    uint256 public constant DEVICES = 12;
    uint256 public constant PROJECTS = 3;

    DeviceNFT[] private _nfts;
    Receiver private _dao;
    Receiver private _contractPayer;
    uint256 private _burntBefore;

    uint256 public removed;

    /// @notice What all payers sent, less what they have back.
    uint256 public sent;

    /// @notice How often a device NFT that backs an ioID was taken for another.
    uint256 public backedTwice;

    function setUp() public override {
        super.setUp();
        _nfts.push(_createDeviceNFT(_createProject("Weather", HARDWARE, 0)));
        _nfts.push(_createDeviceNFT(_createProject("Traffic", HARDWARE, 0)));
        _nfts.push(_createDeviceNFT(_createProject("Game", VIRTUAL, 0)));
        _dao = new Receiver();
        _contractPayer = new Receiver();
        _burntBefore = address(0).balance;
    }

    /* ACTIONS */

    function applyIoIDs(uint256 projectSeed, uint256 amount, uint256 extra, bool byContract) external {
        ProjectId projectId = _projectAt(projectSeed % (PROJECTS - 1));
        uint256 value = (amount % 4) * store.price() + extra % 1 ether;
        address payer = byContract ? address(_contractPayer) : stranger;
        uint256 before = _fund(payer, value);
        vm.prank(payer);
        store.applyIoIDs{value: value}(projectId, amount % 4);
        sent += before - payer.balance;
    }

    function register(uint256 projectSeed, uint256 deviceSeed, uint256 extra, bool byPermit) external {
        Device memory device = _deviceAt(deviceSeed);
        if (registry.exists(device.id) || !_canRegister(projectSeed, 1)) return;
        DeviceNFT nft = _nfts[projectSeed % PROJECTS];
        uint256 tokenId = _mintDeviceNFT(nft, user);
        uint256 value = store.activationFee(_projectAt(projectSeed % PROJECTS)) + extra % 1 ether;
        uint256 before = _fund(user, value);
        if (byPermit) {
            IDevicePermits.Registration memory registration = _registration(nft, tokenId, device, user);
            vm.prank(user);
            registry.registerDevice{value: value}(registration);
        } else {
            _register(nft, tokenId, device, user, value);
        }
        sent += before - user.balance;
    }

    function registerDevices(uint256 projectSeed, uint256 deviceSeed, uint256 extra) external {
        Device memory first = _deviceAt(deviceSeed);
        Device memory second = _deviceAt(deviceSeed % DEVICES + 1);
        if (registry.exists(first.id) || registry.exists(second.id) || !_canRegister(projectSeed, 2)) return;
        DeviceNFT nft = _nfts[projectSeed % PROJECTS];
        IDevicePermits.Registration[] memory batch = new IDevicePermits.Registration[](2);
        batch[0] = _registration(nft, _mintDeviceNFT(nft, user), first, user);
        batch[1] = _registration(nft, _mintDeviceNFT(nft, user), second, user);
        uint256 value = 2 * store.activationFee(_projectAt(projectSeed % PROJECTS)) + extra % 1 ether;
        uint256 before = _fund(user, value);
        vm.prank(user);
        registry.registerDevices{value: value}(batch);
        sent += before - user.balance;
    }

    function remove(uint256 deviceSeed) external {
        Device memory device = _deviceAt(deviceSeed);
        if (!registry.exists(device.id)) return;
        _remove(device, ioID.ownerOf(registry.deviceTokenId(device.id)));
        ++removed;
    }

    function sell(uint256 deviceSeed) external {
        Device memory device = _deviceAt(deviceSeed);
        if (!registry.exists(device.id)) return;
        uint256 id = registry.deviceTokenId(device.id);
        address holder = ioID.ownerOf(id);
        vm.prank(holder);
        ioID.transferFrom(holder, holder == user ? owner : user, id);
    }

    /// @dev The holder takes a device NFT out of its account and offers it for another device.
    function offerNFTAgain(uint256 deviceSeed, uint256 otherSeed) external {
        Device memory device = _deviceAt(deviceSeed);
        Device memory other = _deviceAt(otherSeed);
        if (!registry.exists(device.id) || registry.exists(other.id)) return;
        (address wallet,) = ioID.wallet(registry.deviceTokenId(device.id));
        uint256 project_ = ProjectId.unwrap(ioID.deviceProject(device.id)) - 1;
        DeviceNFT nft = _nfts[project_];
        if (nft.balanceOf(wallet) == 0) return;
        uint256 tokenId = _tokenOf(nft, wallet);
        vm.prank(wallet);
        nft.transferFrom(wallet, user, tokenId);
        vm.prank(user);
        nft.approve(address(registry), tokenId);
        Permit memory permit = _permit(other, user);
        vm.deal(user, store.price());
        vm.prank(user);
        try registry.register{value: project_ + 1 == PROJECTS ? store.price() : 0}(
            address(nft), tokenId, other.id, HASH, URI, permit.v, permit.r, permit.s
        ) {
            ++backedTwice;
        } catch {}
    }

    function claimRefund() external {
        vm.prank(address(_contractPayer));
        sent -= store.claimRefund(owner);
    }

    function setCurve(uint128 low, uint128 high, uint64 devices) external {
        IIoIDPrice.CurvePoint[] memory points = new IIoIDPrice.CurvePoint[](2);
        points[0] = IIoIDPrice.CurvePoint({devices: 0, price: low % 5 ether});
        points[1] = IIoIDPrice.CurvePoint({devices: devices % 50 + 1, price: high % 5 ether});
        store.setCurve(points);
    }

    function setBurnShare(uint16 share) external {
        store.setBurnShare(share % 10_001);
    }

    function passTime(uint256 time) external {
        vm.warp(block.timestamp + time % 2 days);
    }

    function changeFeeReceiver(bool refuses) external {
        _dao.refuse(refuses);
        store.changeFeeReceiver(address(_dao));
    }

    function withdraw(uint256 amount) external {
        (,, uint256 held) = store.ledger();
        address[] memory recipients = new address[](1);
        uint256[] memory amounts = new uint256[](1);
        recipients[0] = makeAddr("grants");
        amounts[0] = amount % (held + 1);
        store.withdraw(recipients, amounts);
    }

    /* BOOKS */

    function assertDevices() external view {
        uint256 activated = 0;
        uint256 listed = 0;
        uint256 existing = 0;
        for (uint256 i = 0; i < PROJECTS; ++i) {
            ProjectId projectId = _projectAt(i);
            uint256 active = store.projectActivedAmount(projectId);
            assertLe(active, store.projectAppliedAmount(projectId));
            activated += active;
            listed += ioID.projectDeviceCount(projectId);
        }
        for (uint256 i = 1; i <= DEVICES; ++i) {
            if (registry.exists(vm.addr(i))) ++existing;
        }
        assertEq(activated, existing + removed);
        assertEq(listed, existing);
        assertEq(ioID.totalSupply(), activated);
        assertEq(ioID.balanceOf(user) + ioID.balanceOf(owner), activated);
        (, uint256 ever) = store.epoch();
        assertEq(ever, activated);
        assertEq(backedTwice, 0);
    }

    function assertMoney() external view {
        (uint256 burnt, uint256 toDao, uint256 held) = store.ledger();
        assertEq(sent, burnt + toDao + held + store.totalRefunds());
        assertEq(address(0).balance - _burntBefore, burnt);
        assertEq(address(_dao).balance + vm.addr(uint256(keccak256("grants"))).balance, toDao);
        assertEq(address(store).balance, held + store.totalRefunds());
        assertEq(store.totalRefunds(), store.refundOf(address(_contractPayer)));
        assertEq(address(registry).balance, 0);
    }

    function assertPages(uint256 size) external view {
        for (uint256 i = 0; i < PROJECTS; ++i) {
            ProjectId projectId = _projectAt(i);
            uint256 seen = 0;
            uint256 found = 0;
            address next = address(1);
            do {
                address[] memory devices;
                (devices, next) = ioID.projectIDs(projectId, next, size);
                for (uint256 j = 0; j < devices.length; ++j) {
                    uint256 mask = 1 << _indexOf(devices[j]);
                    assertEq(seen & mask, 0);
                    seen |= mask;
                    assertTrue(ioID.deviceProject(devices[j]) == projectId);
                    ++found;
                }
            } while (next != address(0));
            assertEq(found, ioID.projectDeviceCount(projectId));
        }
    }

    function ioIDs() external view returns (uint256) {
        return ioID.totalSupply();
    }

    function _canRegister(uint256 projectSeed, uint256 count) private view returns (bool) {
        ProjectId projectId = _projectAt(projectSeed % PROJECTS);
        if (project.projectType(projectId) != HARDWARE) return true;
        return store.projectAppliedAmount(projectId) - store.projectActivedAmount(projectId) >= count;
    }

    function _fund(address payer, uint256 value) private returns (uint256) {
        vm.deal(payer, payer.balance + value);
        return payer.balance;
    }

    function _tokenOf(DeviceNFT nft, address holder) private view returns (uint256 tokenId) {
        for (tokenId = 1; nft.ownerOf(tokenId) != holder;) {
            ++tokenId;
        }
    }

    function _projectAt(uint256 index) private pure returns (ProjectId) {
        return ProjectId.wrap(index + 1);
    }

    function _deviceAt(uint256 seed) private pure returns (Device memory) {
        uint256 key = seed % DEVICES + 1;
        return Device({id: vm.addr(key), key: key});
    }

    function _indexOf(address device) private pure returns (uint256 index) {
        for (index = 1; vm.addr(index) != device;) {
            ++index;
        }
    }
}

/*
The accounting of ioIDs, whatever is applied for, registered, removed, sold, claimed and set
├── activations = devices registered + devices removed = ioIDs minted = devices that the price counts
├── no project has activated more than it applied for
├── each (device NFT, token) backs at most one ioID
├── what was paid = burnt + to the DAO + held for the DAO + refunds to claim; what was refunded is with its payers
└── pages of any size return every device of a project once, and no other
*/
contract IoIDAccounting_Invariant_Test is Permits {
    IoIDHandler private _handler;

    function setUp() public override {
        _handler = new IoIDHandler();
        _handler.setUp();
        bytes4[] memory actions = new bytes4[](12);
        actions[0] = IoIDHandler.applyIoIDs.selector;
        actions[1] = IoIDHandler.register.selector;
        actions[2] = IoIDHandler.registerDevices.selector;
        actions[3] = IoIDHandler.remove.selector;
        actions[4] = IoIDHandler.sell.selector;
        actions[5] = IoIDHandler.offerNFTAgain.selector;
        actions[6] = IoIDHandler.claimRefund.selector;
        actions[7] = IoIDHandler.setCurve.selector;
        actions[8] = IoIDHandler.setBurnShare.selector;
        actions[9] = IoIDHandler.passTime.selector;
        actions[10] = IoIDHandler.changeFeeReceiver.selector;
        actions[11] = IoIDHandler.withdraw.selector;
        targetSelectors(address(_handler), actions);
        targetContract(address(_handler));
    }

    /// @dev 5,040 calls, and 100,800 with the test profile `long`, which test/long/ioid-invariants.test.ts runs.
    /// hardhat-config: invariant.runs = 105
    /// hardhat-config: invariant.depth = 48
    /// hardhat-config: invariant.failOnRevert = true
    /// hardhat-config: long.invariant.runs = 2100
    /// hardhat-config: long.invariant.depth = 48
    /// hardhat-config: long.invariant.failOnRevert = true
    function invariant_devicesMoneyAndPages() public view {
        _handler.assertDevices();
        _handler.assertMoney();
        _handler.assertPages(1 + _handler.ioIDs() % 5);
    }

    /// @dev The handler does what it says: without this, an idle handler would hold every invariant.
    function test_handler_actsForReal() public {
        _handler.applyIoIDs(0, 3, 5, true);
        _handler.register(0, 1, 7, false);
        _handler.registerDevices(2, 2, 7);
        _handler.register(0, 5, 7, true);
        assertEq(_handler.ioIDs(), 4);
        _handler.offerNFTAgain(1, 9);
        assertEq(_handler.ioIDs(), 4);
        _handler.sell(1);
        _handler.remove(1);
        assertEq(_handler.removed(), 1);
        assertEq(_handler.sent(), 5 * PRICE + 5);
        _handler.claimRefund();
        assertEq(_handler.sent(), 5 * PRICE);
        _handler.assertDevices();
        _handler.assertMoney();
        _handler.assertPages(1);
    }
}
