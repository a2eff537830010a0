// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {DeviceNFT} from "../../contracts/ioid/DeviceNFT.sol";
import {IoIDRegistry} from "../../contracts/ioid/IoIDRegistry.sol";
import {IDevicePermits} from "../../contracts/ioid/interfaces/IDevicePermits.sol";
import {IIoIDRegistry} from "../../contracts/ioid/interfaces/IIoIDRegistry.sol";
import {ProjectId} from "../../contracts/types/Types.sol";
import {Permits} from "./Permits.sol";

/*
The device permit
├── registers to its owner, whoever brings it
│   ├── the owner brings it: the owner's device NFT moves
│   ├── a sponsor brings it with a device NFT of its own
│   ├── a relayer brings it with the owner's signature: the owner's device NFT moves
│   ├── a contract wallet signs by ERC-1271, or calls as an ERC-4337 account does
│   └── a relayer without the owner's signature cannot move the owner's device NFT
├── binds action, device, owner, document's hash and URI, device NFT, circuit key, nonce, deadline, chain and registry: with
│   another of any, it reverts
├── after its deadline, it reverts
├── s in the upper half, or v of the other half: it reverts
├── a permit of one action is worth nothing for another
├── used once, it reverts, after the device's removal too
├── updates, removes and migrates for the holder, who calls or signed
│   └── after the ioID was sold, the seller's unused permits are worth nothing
├── is good in a project that switched the legacy permit off
└── a batch
    ├── registers all of one device contract, paid and refunded once
    ├── empty, or of two device contracts, reverts
    └── with one bad permit registers none
*/

/// @notice A contract wallet: what its owner signs, it signs.
contract Wallet is IERC1271 {
    address private immutable _OWNER;

    constructor(address owner) {
        _OWNER = owner;
    }

    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        (address signer,,) = ECDSA.tryRecoverCalldata(hash, signature);
        return signer == _OWNER ? IERC1271.isValidSignature.selector : bytes4(0);
    }

    function execute(address target, bytes calldata data) external returns (bytes memory result) {
        require(msg.sender == _OWNER);
        bool done;
        (done, result) = target.call(data);
        require(done);
    }
}

abstract contract DevicePermitFixture is Permits {
    Device internal device;
    Device internal userAccount;
    DeviceNFT internal deviceNFT;
    ProjectId internal projectId;
    uint256 internal tokenId;

    function setUp() public virtual override {
        super.setUp();
        vm.warp(1_800_000_000);
        device = _device("device");
        userAccount = _device("user");
        projectId = _createProject("Weather", HARDWARE, 10);
        deviceNFT = _createDeviceNFT(projectId);
        tokenId = _mintDeviceNFT(deviceNFT, user);
    }

    function _expectInvalid(IDevicePermits.Registration memory registration) internal {
        vm.expectRevert(
            abi.encodeWithSelector(
                IIoIDRegistry.IoIDRegistryInvalidPermit.selector, registration.device, registration.owner
            )
        );
        vm.prank(user);
        registry.registerDevice(registration);
    }
}

contract DevicePermits_Register_Test is DevicePermitFixture {
    function test_typehash_isTheDocumentedOne() public view {
        assertEq(registry.DEVICE_PERMIT_TYPEHASH(), PERMIT_TYPE);
    }

    function test_registerDevice_ownerBrings_movesOwnersNFT() public {
        IDevicePermits.Registration memory registration = _registration(deviceNFT, tokenId, device, user);
        vm.expectEmit(true, true, true, true, address(registry));
        emit IIoIDRegistry.NewDevice(device.id, user, HASH, URI);
        vm.prank(user);
        uint256 id = registry.registerDevice(registration);
        assertEq(registry.deviceTokenId(device.id), id);
        assertEq(ioID.ownerOf(id), user);
        (address wallet,) = ioID.wallet(id);
        assertEq(deviceNFT.ownerOf(tokenId), wallet);
        assertEq(registry.documentHash(device.id), HASH);
        assertEq(registry.documentURI(device.id), URI);
        assertEq(registry.nonces(device.id), 1);
    }

    function test_registerDevice_sponsorsNFT_registersToOwner() public {
        uint256 sponsored = _mintDeviceNFT(deviceNFT, stranger);
        IDevicePermits.Registration memory registration = _registration(deviceNFT, sponsored, device, user);
        vm.prank(stranger);
        uint256 id = registry.registerDevice(registration);
        assertEq(ioID.ownerOf(id), user);
        assertEq(deviceNFT.ownerOf(tokenId), user);
    }

    function test_registerDevice_relayerWithOwnersSignature_movesOwnersNFT() public {
        IDevicePermits.Registration memory registration = _registration(deviceNFT, tokenId, device, user);
        registration.ownerSignature =
            _signBytes(userAccount.key, _digest(device.id, _registerContent(deviceNFT, tokenId, user)));
        vm.prank(stranger);
        uint256 id = registry.registerDevice(registration);
        assertEq(ioID.ownerOf(id), user);
    }

    function test_registerDevice_relayerWithoutConsent_cannotMoveOwnersNFT() public {
        IDevicePermits.Registration memory registration = _registration(deviceNFT, tokenId, device, user);
        vm.expectRevert(
            abi.encodeWithSignature("ERC721IncorrectOwner(address,uint256,address)", stranger, tokenId, user)
        );
        vm.prank(stranger);
        registry.registerDevice(registration);
    }

    /// @dev A thief's device that names the victim and the victim's approved device NFT.
    function test_registerDevice_forgedConsent_reverts() public {
        IDevicePermits.Registration memory registration = _registration(deviceNFT, tokenId, device, user);
        registration.ownerSignature =
            _signBytes(device.key, _digest(device.id, _registerContent(deviceNFT, tokenId, user)));
        vm.expectRevert(abi.encodeWithSelector(IDevicePermits.IoIDRegistryNoConsent.selector, user, stranger));
        vm.prank(stranger);
        registry.registerDevice(registration);
    }

    function test_registerDevice_contractWallet_signsByErc1271() public {
        Wallet wallet = new Wallet(user);
        uint256 its = _mintDeviceNFT(deviceNFT, address(wallet));
        IDevicePermits.Registration memory registration = _registration(deviceNFT, its, device, address(wallet));
        bytes32 digest = _digest(device.id, _registerContent(deviceNFT, its, address(wallet)));
        registration.ownerSignature = _signBytes(_device("stranger").key, digest);
        vm.expectRevert(
            abi.encodeWithSelector(IDevicePermits.IoIDRegistryNoConsent.selector, address(wallet), stranger)
        );
        vm.prank(stranger);
        registry.registerDevice(registration);

        registration.ownerSignature = _signBytes(userAccount.key, digest);
        vm.prank(stranger);
        uint256 id = registry.registerDevice(registration);
        assertEq(ioID.ownerOf(id), address(wallet));
    }

    /// @dev An ERC-4337 account is the caller of what its user operation calls.
    function test_registerDevice_smartAccount_calls() public {
        Wallet wallet = new Wallet(user);
        uint256 its = _mintDeviceNFT(deviceNFT, address(wallet));
        IDevicePermits.Registration memory registration = _registration(deviceNFT, its, device, address(wallet));
        vm.prank(user);
        wallet.execute(address(registry), abi.encodeCall(registry.registerDevice, (registration)));
        assertEq(ioID.ownerOf(registry.deviceTokenId(device.id)), address(wallet));
    }

    function test_registerDevice_legacyOff_registers() public {
        vm.prank(owner);
        registry.setLegacyPermit(projectId, false);
        IDevicePermits.Registration memory registration = _registration(deviceNFT, tokenId, device, user);
        vm.prank(user);
        registry.registerDevice(registration);
        assertTrue(registry.exists(device.id));
    }

    /* WHAT IT BINDS */

    function testFuzz_registerDevice_otherDocument_reverts(bytes32 hash, string calldata uri) public {
        vm.assume(hash != HASH && keccak256(bytes(uri)) != keccak256(bytes(URI)));
        IDevicePermits.Registration memory registration = _registration(deviceNFT, tokenId, device, user);
        registration.hash = hash;
        _expectInvalid(registration);
        registration.hash = HASH;
        registration.uri = uri;
        _expectInvalid(registration);
    }

    function test_registerDevice_otherOwner_reverts() public {
        IDevicePermits.Registration memory registration = _registration(deviceNFT, tokenId, device, user);
        registration.owner = stranger;
        _expectInvalid(registration);
    }

    function test_registerDevice_otherNFT_reverts() public {
        IDevicePermits.Registration memory registration = _registration(deviceNFT, tokenId, device, user);
        registration.tokenId = _mintDeviceNFT(deviceNFT, user);
        _expectInvalid(registration);
        registration.deviceContract = address(_createDeviceNFT(_createProject("Thief", HARDWARE, 1)));
        registration.tokenId = tokenId;
        _expectInvalid(registration);
    }

    function test_registerDevice_otherDevice_reverts() public {
        IDevicePermits.Registration memory registration = _registration(deviceNFT, tokenId, device, user);
        registration.device = _device("other").id;
        _expectInvalid(registration);
    }

    function test_registerDevice_foreignCircuitKey_reverts() public {
        IDevicePermits.Registration memory registration = _registration(deviceNFT, tokenId, device, user);
        registration.circuitKey.x = 1;
        registration.circuitKey.y = 2;
        _expectInvalid(registration);
    }

    function test_registerDevice_otherDeadline_reverts() public {
        IDevicePermits.Registration memory registration = _registration(deviceNFT, tokenId, device, user);
        registration.permit.deadline += 1;
        _expectInvalid(registration);
    }

    function test_registerDevice_afterDeadline_reverts() public {
        IDevicePermits.Registration memory registration = _registration(deviceNFT, tokenId, device, user);
        vm.warp(block.timestamp + 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IDevicePermits.IoIDRegistryPermitExpired.selector, device.id, registration.permit.deadline
            )
        );
        vm.prank(user);
        registry.registerDevice(registration);
    }

    function test_registerDevice_replayOnOtherChain_reverts() public {
        IDevicePermits.Registration memory registration = _registration(deviceNFT, tokenId, device, user);
        vm.chainId(4689);
        _expectInvalid(registration);
    }

    function test_registerDevice_replayOnOtherRegistry_reverts() public {
        IDevicePermits.Registration memory registration = _registration(deviceNFT, tokenId, device, user);
        IoIDRegistry other = IoIDRegistry(
            _proxy(
                address(new IoIDRegistry(address(authority))),
                abi.encodeCall(IoIDRegistry.initialize, (address(store), address(ioID)))
            )
        );
        store.setIoIDRegistry(address(other));
        registry = other;
        _expectInvalid(registration);
    }

    function test_registerDevice_replayAfterRemoval_reverts() public {
        IDevicePermits.Registration memory registration = _registration(deviceNFT, tokenId, device, user);
        vm.prank(user);
        registry.registerDevice(registration);
        IDevicePermits.DevicePermit memory removal =
            _sign(device, _holderContent(IDevicePermits.Action.Remove, user));
        vm.prank(user);
        registry.removeDevice(device.id, removal, "");
        assertFalse(registry.exists(device.id));
        _expectInvalid(registration);
    }

    function test_registerDevice_malleableSignature_reverts() public {
        IDevicePermits.Registration memory registration = _registration(deviceNFT, tokenId, device, user);
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(device.key, _digest(device.id, _registerContent(deviceNFT, tokenId, user)));
        registration.permit.signature =
            abi.encodePacked(r, bytes32(SECP256K1_ORDER - uint256(s)), v == 27 ? uint8(28) : uint8(27));
        _expectInvalid(registration);
        registration.permit.signature = abi.encodePacked(r, s, v == 27 ? uint8(28) : uint8(27));
        _expectInvalid(registration);
        registration.permit.signature = abi.encodePacked(r, s);
        _expectInvalid(registration);
    }
}

contract DevicePermits_Actions_Test is DevicePermitFixture {
    uint256 private _id;

    function setUp() public override {
        super.setUp();
        _id = _register(deviceNFT, device, user);
    }

    function test_permit_ofOneAction_isWorthNothingForAnother() public {
        for (uint8 signed = 0; signed < 4; ++signed) {
            IDevicePermits.DevicePermit memory permit =
                _sign(device, _holderContent(IDevicePermits.Action(signed), user));
            bytes memory invalid =
                abi.encodeWithSelector(IIoIDRegistry.IoIDRegistryInvalidPermit.selector, device.id, user);
            vm.startPrank(user);
            if (signed != uint8(IDevicePermits.Action.Remove)) {
                vm.expectRevert(invalid);
                registry.removeDevice(device.id, permit, "");
            }
            if (signed != uint8(IDevicePermits.Action.Migrate)) {
                vm.expectRevert(invalid);
                registry.migrateDevice(device.id, user, permit, "");
            }
            IDevicePermits.CircuitKey memory none;
            vm.expectRevert(invalid);
            registry.updateDevice(device.id, HASH, URI, none, permit, "");
            vm.stopPrank();
        }
    }

    function test_updateDevice_holderSigned_replacesDocument() public {
        Content memory content = _holderContent(IDevicePermits.Action.Update, user);
        content.hash = keccak256("new");
        content.uri = "ipfs://new";
        bytes memory consent = _signBytes(userAccount.key, _digest(device.id, content));
        IDevicePermits.DevicePermit memory permit = _sign(device, content);
        IDevicePermits.CircuitKey memory none;
        vm.expectRevert(abi.encodeWithSelector(IDevicePermits.IoIDRegistryNoConsent.selector, user, stranger));
        vm.prank(stranger);
        registry.updateDevice(device.id, content.hash, content.uri, none, permit, "");
        vm.prank(stranger);
        registry.updateDevice(device.id, content.hash, content.uri, none, permit, consent);
        assertEq(registry.documentHash(device.id), content.hash);
        assertEq(registry.documentURI(device.id), content.uri);
    }

    function test_removeDevice_soldMeanwhile_reverts() public {
        IDevicePermits.DevicePermit memory permit =
            _sign(device, _holderContent(IDevicePermits.Action.Remove, user));
        vm.startPrank(user);
        ioID.transferFrom(user, stranger, _id);
        vm.expectRevert(abi.encodeWithSelector(IIoIDRegistry.IoIDRegistryInvalidPermit.selector, device.id, stranger));
        registry.removeDevice(device.id, permit, "");
    }

    function test_migrateDevice_movesIoID() public {
        IDevicePermits.DevicePermit memory permit =
            _sign(device, _holderContent(IDevicePermits.Action.Migrate, stranger));
        vm.expectRevert(abi.encodeWithSelector(IDevicePermits.IoIDRegistryNoConsent.selector, user, stranger));
        vm.prank(stranger);
        registry.migrateDevice(device.id, stranger, permit, "");
        vm.expectEmit(true, true, true, true, address(registry));
        emit IIoIDRegistry.Migrate(device.id, stranger);
        vm.prank(user);
        registry.migrateDevice(device.id, stranger, permit, "");
        assertEq(ioID.ownerOf(_id), stranger);
    }

    function test_legacyOff_stopsUpdateRemoveAndMigrate() public {
        vm.prank(owner);
        registry.setLegacyPermit(projectId, false);
        Permit memory permit = _permit(device, user);
        bytes memory off = abi.encodeWithSelector(IIoIDRegistry.IoIDRegistryLegacyPermitOff.selector, projectId);
        vm.startPrank(user);
        vm.expectRevert(off);
        registry.update(device.id, HASH, URI, permit.v, permit.r, permit.s);
        vm.expectRevert(off);
        registry.remove(device.id, permit.v, permit.r, permit.s);
        vm.expectRevert(off);
        registry.migrate(device.id, user, permit.v, permit.r, permit.s);
    }
}

contract DevicePermits_Batch_Test is DevicePermitFixture {
    IDevicePermits.Registration[] private _batch;

    function _fill(DeviceNFT nft, uint256 count) private {
        for (uint256 i = 0; i < count; ++i) {
            Device memory member = _device(string(abi.encodePacked("member", vm.toString(i))));
            _batch.push(_registration(nft, _mintDeviceNFT(nft, user), member, user));
        }
    }

    function testFuzz_registerDevices_registersEach(uint8 size) public {
        uint256 count = bound(size, 1, 10);
        _fill(deviceNFT, count);
        vm.prank(user);
        uint256 first = registry.registerDevices(_batch);
        for (uint256 i = 0; i < count; ++i) {
            assertEq(registry.deviceTokenId(_batch[i].device), first + i);
        }
        assertEq(store.projectActivedAmount(projectId), count);
        assertEq(ioID.balanceOf(user), count);
    }

    function test_registerDevices_virtual_paidAndRefundedOnce() public {
        DeviceNFT game = _createDeviceNFT(_createProject("Game", VIRTUAL, 0));
        _fill(game, 3);
        uint256 before = user.balance;
        vm.prank(user);
        registry.registerDevices{value: 5 * PRICE}(_batch);
        assertEq(before - user.balance, 3 * PRICE);
        assertEq(address(registry).balance, 0);
    }

    function test_registerDevices_empty_reverts() public {
        vm.expectRevert(IDevicePermits.IoIDRegistryEmptyBatch.selector);
        registry.registerDevices(_batch);
    }

    function test_registerDevices_twoContracts_reverts() public {
        DeviceNFT other = _createDeviceNFT(_createProject("Traffic", HARDWARE, 1));
        _fill(deviceNFT, 1);
        _fill(other, 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IDevicePermits.IoIDRegistryMixedBatch.selector, address(deviceNFT), address(other)
            )
        );
        vm.prank(user);
        registry.registerDevices(_batch);
    }

    function test_registerDevices_oneBad_registersNone() public {
        _fill(deviceNFT, 3);
        _batch[2].uri = "forged";
        vm.expectRevert(
            abi.encodeWithSelector(IIoIDRegistry.IoIDRegistryInvalidPermit.selector, _batch[2].device, user)
        );
        vm.prank(user);
        registry.registerDevices(_batch);
        assertFalse(registry.exists(_batch[0].device));
    }

    function test_registerDevices_sameTwice_reverts() public {
        _fill(deviceNFT, 1);
        _batch.push(_batch[0]);
        vm.expectRevert(
            abi.encodeWithSelector(IIoIDRegistry.IoIDRegistryDeviceExists.selector, _batch[0].device)
        );
        vm.prank(user);
        registry.registerDevices(_batch);
    }
}
