// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {DeviceNFT} from "../../contracts/ioid/DeviceNFT.sol";
import {IoIDRegistry} from "../../contracts/ioid/IoIDRegistry.sol";
import {IIoIDRegistry} from "../../contracts/ioid/interfaces/IIoIDRegistry.sol";
import {IIoIDStore} from "../../contracts/ioid/interfaces/IIoIDStore.sol";
import {ProjectId} from "../../contracts/types/Types.sol";
import {LyingNFT, Receiver} from "./Doubles.sol";
import {IoIDFixture} from "./IoIDFixture.sol";

/*
IoIDRegistry.register
├── when the device contract is no project's, it reverts
├── when the device is registered already, it reverts
├── when the device NFT backs a registered device, it reverts
├── when the document's hash is zero, it reverts
├── when the device NFT is not approved, it reverts
├── when the permit
│   ├── names someone else, it reverts
│   ├── was signed by another key, it reverts
│   ├── has a nonce other than the next, it reverts
│   ├── was signed for another registry or another chain, it reverts
│   ├── has s in the upper half, it reverts
│   └── recovers the zero address, it reverts
├── fees
│   ├── when too little is sent, it reverts
│   ├── when too much is sent, it refunds the rest to the caller
│   ├── when a contract pays too much, it pulls the rest
│   └── when a hardware project has no ioID left, it reverts
├── a thief
│   ├── who sends the victim's permit with another document, is refused
│   ├── who sends it as an operator of a project of his own, is refused
│   └── who signs with a device of his own over the victim's approved NFT, is refused
├── a relayer
│   ├── that the user and the project allowed registers for the user, and pays
│   ├── that only one of them allowed is refused
│   └── that the user forbade again is refused
├── when the project has switched the legacy permit off, it reverts
├── a device NFT
│   ├── that does not move reverts
│   └── that calls back cannot register, update, remove or migrate meanwhile
└── it mints the ioID, moves the device NFT into its account, and keeps the document

IoIDRegistry.update
├── when the device is unknown, or the caller does not hold its ioID, it reverts
├── when the permit was used before, it reverts
├── after the ioID was sold, the seller's unused permit is worth nothing
└── it replaces the document and uses the nonce

IoIDRegistry.remove
├── when the caller does not hold the ioID, it reverts
├── it forgets the device, and leaves the ioID and its account to the holder
└── the device registers again with another device NFT and gets another ioID

IoIDRegistry.migrate
├── when the caller does not hold the ioID, it reverts
├── when the permit names someone other than the new owner, it reverts
└── it moves the ioID, and with it the account

Views
├── documentID is the DID in lower case
├── of an unknown device revert
└── permitHash is the struct hash of the next permit
*/

/// @dev A hardware project with prepaid ioIDs and a device that is not registered.
abstract contract UnregisteredDeviceFixture is IoIDFixture {
    Device internal device;
    DeviceNFT internal deviceNFT;
    ProjectId internal projectId;

    function setUp() public virtual override {
        super.setUp();
        device = _device("device");
        projectId = _createProject("Weather", HARDWARE, 10);
        deviceNFT = _createDeviceNFT(projectId);
    }

    /// @dev The user registers the device with a good permit, and is refused with `error_`.
    function _expectRefused(uint256 tokenId, bytes memory error_) internal {
        Permit memory permit = _permit(device, user);
        vm.expectRevert(error_);
        vm.prank(user);
        registry.register(address(deviceNFT), tokenId, device.id, HASH, URI, permit.v, permit.r, permit.s);
    }
}

contract IoIDRegistry_Register_Test is UnregisteredDeviceFixture {
    function test_register_mintsIoIDAndMovesNFT() public {
        uint256 tokenId = _mintDeviceNFT(deviceNFT, user);
        Permit memory permit = _permit(device, user);
        vm.expectEmit(true, true, true, true, address(registry));
        emit IIoIDRegistry.NewDevice(device.id, user, HASH, URI);
        vm.prank(user);
        registry.register(address(deviceNFT), tokenId, device.id, HASH, URI, permit.v, permit.r, permit.s);

        uint256 id = registry.deviceTokenId(device.id);
        (address wallet, string memory did) = ioID.wallet(id);
        assertEq(did, registry.documentID(device.id));
        assertEq(ioID.ownerOf(id), user);
        assertEq(deviceNFT.ownerOf(tokenId), wallet);
        assertTrue(wallet.code.length != 0);
        assertTrue(registry.exists(device.id));
        assertTrue(registry.registeredNFT(address(deviceNFT), tokenId));
        assertEq(registry.documentHash(device.id), HASH);
        assertEq(registry.documentURI(device.id), URI);
        assertEq(registry.nonces(device.id), 1);
        assertTrue(ioID.deviceProject(device.id) == projectId);
    }

    /// @dev Whatever the device's key and the payment are, what is registered is what was signed for and paid.
    function testFuzz_register_anyKeyAndValue_succeeds(uint256 key, uint256 extra) public {
        key = bound(key, 1, SECP256K1_ORDER - 1);
        extra = bound(extra, 0, 10 ether);
        Device memory any = Device({id: vm.addr(key), key: key});
        uint256 before = user.balance;
        _register(deviceNFT, _mintDeviceNFT(deviceNFT, user), any, user, extra);
        assertEq(user.balance, before);
        assertEq(address(registry).balance, 0);
        assertTrue(registry.exists(any.id));
    }

    function test_register_unknownContract_reverts() public {
        Permit memory permit = _permit(device, user);
        vm.expectRevert(abi.encodeWithSelector(IIoIDStore.IoIDStoreUnknownContract.selector, stranger));
        vm.prank(user);
        registry.register(stranger, 1, device.id, HASH, URI, permit.v, permit.r, permit.s);
    }

    function test_register_registeredDevice_reverts() public {
        _register(deviceNFT, device, user);
        uint256 tokenId = _mintDeviceNFT(deviceNFT, user);
        vm.expectRevert(abi.encodeWithSelector(IIoIDRegistry.IoIDRegistryDeviceExists.selector, device.id));
        vm.prank(user);
        registry.register(address(deviceNFT), tokenId, device.id, HASH, URI, 27, 0, 0);
    }

    function test_register_usedNFT_reverts() public {
        uint256 id = _register(deviceNFT, _device("first"), user);
        _takeOut(id);
        _expectRefused(
            1,
            abi.encodeWithSelector(IIoIDRegistry.IoIDRegistryNFTUsed.selector, address(deviceNFT), 1)
        );
    }

    /// @dev Removal leaves no trace: neither device nor device NFT is marked.
    function test_register_NFTOfRemovedDevice_registers() public {
        uint256 id = _register(deviceNFT, device, user);
        _remove(device, user);
        assertFalse(registry.registeredNFT(address(deviceNFT), 1));
        _takeOut(id);
        _register(deviceNFT, 1, device, user, 0);
        assertEq(registry.deviceTokenId(device.id), id + 1);
    }

    /// @dev The account of `id` gives its device NFT back to the user, who approves it again.
    function _takeOut(uint256 id) private {
        (address wallet,) = ioID.wallet(id);
        vm.prank(wallet);
        deviceNFT.transferFrom(wallet, user, 1);
        vm.prank(user);
        deviceNFT.approve(address(registry), 1);
    }

    function test_register_zeroHash_reverts() public {
        uint256 tokenId = _mintDeviceNFT(deviceNFT, user);
        Permit memory permit = _permit(device, user);
        vm.expectRevert(IIoIDRegistry.IoIDRegistryEmptyHash.selector);
        vm.prank(user);
        registry.register(address(deviceNFT), tokenId, device.id, 0, URI, permit.v, permit.r, permit.s);
    }

    function test_register_notApproved_reverts() public {
        uint256 tokenId = _mintDeviceNFT(deviceNFT, user);
        vm.prank(user);
        deviceNFT.approve(address(0), tokenId);
        _expectRefused(
            tokenId,
            abi.encodeWithSignature("ERC721InsufficientApproval(address,uint256)", address(registry), tokenId)
        );
    }
}

contract IoIDRegistry_Permit_Test is UnregisteredDeviceFixture {
    uint256 private _tokenId;

    function setUp() public override {
        super.setUp();
        _tokenId = _mintDeviceNFT(deviceNFT, user);
    }

    function test_register_permitForSomeoneElse_reverts() public {
        _expectInvalid(_permit(device, stranger));
    }

    function test_register_otherKey_reverts() public {
        _expectInvalid(_permit(_device("other device"), user));
    }

    function testFuzz_register_otherNonce_reverts(uint256 nonce) public {
        vm.assume(nonce != 0);
        _expectInvalid(_permit(device, user, nonce));
    }

    function test_register_replayAfterRemoval_reverts() public {
        Permit memory permit = _permit(device, user);
        _register(deviceNFT, _tokenId, device, user, 0);
        _remove(device, user);
        _tokenId = _mintDeviceNFT(deviceNFT, user);
        _expectInvalid(permit);
    }

    function test_register_permitForOtherRegistry_reverts() public {
        IoIDRegistry other = IoIDRegistry(
            _proxy(
                address(new IoIDRegistry(address(authority))),
                abi.encodeCall(IoIDRegistry.initialize, (address(store), address(ioID)))
            )
        );
        _expectInvalid(_permit(device, user, 0, other.DOMAIN_SEPARATOR()));
    }

    function test_register_permitForOtherChain_reverts() public {
        Permit memory permit = _permit(device, user);
        vm.chainId(4689);
        _expectInvalid(permit);
    }

    /// @dev The other half of the same signature: (n - s) with v flipped recovers the same key.
    function test_register_malleableSignature_reverts() public {
        Permit memory permit = _permit(device, user);
        permit.s = bytes32(SECP256K1_ORDER - uint256(permit.s));
        permit.v = permit.v == 27 ? 28 : 27;
        _expectInvalid(permit);
    }

    function test_register_zeroDevice_reverts() public {
        device.id = address(0);
        _expectInvalid(Permit({v: 27, r: 0, s: 0}));
    }

    function testFuzz_register_forgedSignature_reverts(uint8 v, bytes32 r, bytes32 s) public {
        _expectInvalid(Permit({v: v, r: r, s: s}));
    }

    function _expectInvalid(Permit memory permit) private {
        vm.expectRevert(abi.encodeWithSelector(IIoIDRegistry.IoIDRegistryInvalidPermit.selector, device.id, user));
        vm.prank(user);
        registry.register(address(deviceNFT), _tokenId, device.id, HASH, URI, permit.v, permit.r, permit.s);
    }
}

contract IoIDRegistry_Fee_Test is UnregisteredDeviceFixture {
    DeviceNFT private _virtualNFT;

    function setUp() public override {
        super.setUp();
        _virtualNFT = _createDeviceNFT(_createProject("Game", VIRTUAL, 0));
    }

    function testFuzz_register_tooLittle_reverts(uint256 sent) public {
        sent = bound(sent, 0, PRICE - 1);
        uint256 tokenId = _mintDeviceNFT(_virtualNFT, user);
        Permit memory permit = _permit(device, user);
        vm.expectRevert(abi.encodeWithSelector(IIoIDStore.IoIDStoreFeeTooLow.selector, sent, PRICE));
        vm.prank(user);
        registry.register{value: sent}(
            address(_virtualNFT), tokenId, device.id, HASH, URI, permit.v, permit.r, permit.s
        );
    }

    function testFuzz_register_tooMuch_refundsTheRest(uint256 sent) public {
        sent = bound(sent, PRICE, 100 ether);
        uint256 before = user.balance;
        _register(_virtualNFT, _mintDeviceNFT(_virtualNFT, user), device, user, sent);
        assertEq(before - user.balance, PRICE);
        assertEq(address(registry).balance, 0);
    }

    function test_register_contractPays_pullsTheRest() public {
        Receiver payer = new Receiver();
        payer.refuse(true);
        vm.deal(address(payer), 2 ether);
        uint256 tokenId = _mintDeviceNFT(_virtualNFT, address(payer));
        Permit memory permit = _permit(device, address(payer));
        vm.startPrank(address(payer));
        registry.register{value: 2 ether}(
            address(_virtualNFT), tokenId, device.id, HASH, URI, permit.v, permit.r, permit.s
        );
        assertEq(store.refundOf(address(payer)), 1 ether);
        assertEq(store.claimRefund(stranger), 1 ether);
        assertEq(stranger.balance, 1001 ether);
        assertEq(store.totalRefunds(), 0);
    }

    function test_register_noneLeft_reverts() public {
        ProjectId poor = _createProject("Poor", HARDWARE, 0);
        deviceNFT = _createDeviceNFT(poor);
        uint256 tokenId = _mintDeviceNFT(deviceNFT, user);
        _expectRefused(
            tokenId, abi.encodeWithSelector(IIoIDStore.IoIDStoreNoneLeft.selector, poor)
        );
    }
}

contract IoIDRegistry_Thief_Test is UnregisteredDeviceFixture {
    address private _relayer = makeAddr("relayer");
    uint256 private _tokenId;

    function setUp() public override {
        super.setUp();
        _tokenId = _mintDeviceNFT(deviceNFT, user);
    }

    function test_register_frontRunWithOtherDocument_reverts() public {
        _expectNotRelayer(projectId, stranger, address(deviceNFT), _tokenId);
    }

    /// @dev The permit names no project: an allow-list that a project keeps would let its owner steal any device.
    function test_register_frontRunFromThiefsProject_reverts() public {
        LyingNFT liar = new LyingNFT();
        liar.mint(user, 1);
        vm.startPrank(stranger);
        ProjectId thiefs = projectRegistry.register("Thief", HARDWARE);
        store.applyIoIDs{value: PRICE}(thiefs, 1);
        store.setDeviceContract(thiefs, address(liar));
        project.addOperator(thiefs, stranger);
        registry.setProjectRelayer(thiefs, stranger, true);
        vm.stopPrank();
        _expectNotRelayer(thiefs, stranger, address(liar), 1);
    }

    /// @dev Nor would the user's say alone do: a project decides who brings it devices.
    function test_register_relayerOfUserOnly_reverts() public {
        vm.prank(user);
        registry.setRelayer(_relayer, true);
        _expectNotRelayer(projectId, _relayer, address(deviceNFT), _tokenId);
    }

    function test_register_thiefsDeviceOverVictimsNFT_reverts() public {
        Device memory thiefs = _device("thief's device");
        Permit memory permit = _permit(thiefs, stranger);
        vm.expectRevert(
            abi.encodeWithSignature("ERC721IncorrectOwner(address,uint256,address)", stranger, _tokenId, user)
        );
        vm.prank(stranger);
        registry.register(address(deviceNFT), _tokenId, thiefs.id, HASH, URI, permit.v, permit.r, permit.s);
    }

    function test_register_allowedRelayer_registersToUser() public {
        vm.expectEmit(true, true, true, true, address(registry));
        emit IIoIDRegistry.RelayerSet(user, _relayer, true);
        vm.prank(user);
        registry.setRelayer(_relayer, true);
        _allowInProject(_relayer);
        _registerFor(_relayer, address(deviceNFT), _tokenId);
        assertEq(ioID.ownerOf(registry.deviceTokenId(device.id)), user);
    }

    function test_register_relayerOfAnother_reverts() public {
        vm.prank(stranger);
        registry.setRelayer(_relayer, true);
        _allowInProject(_relayer);
        _expectNotRelayer(projectId, _relayer, address(deviceNFT), _tokenId);
    }

    function test_register_forbiddenRelayer_reverts() public {
        _allowInProject(_relayer);
        vm.startPrank(user);
        registry.setRelayer(_relayer, true);
        registry.setRelayer(_relayer, false);
        vm.stopPrank();
        _expectNotRelayer(projectId, _relayer, address(deviceNFT), _tokenId);
    }

    function test_setProjectRelayer_notOperator_reverts() public {
        vm.expectRevert(
            abi.encodeWithSelector(IIoIDRegistry.IoIDRegistryNotOperator.selector, projectId, stranger)
        );
        vm.prank(stranger);
        registry.setProjectRelayer(projectId, stranger, true);
    }

    function test_register_legacyOff_reverts() public {
        vm.prank(owner);
        registry.setLegacyPermit(projectId, false);
        assertFalse(registry.acceptsLegacyPermit(projectId));
        _expectRefused(
            _tokenId, abi.encodeWithSelector(IIoIDRegistry.IoIDRegistryLegacyPermitOff.selector, projectId)
        );
        vm.prank(owner);
        registry.setLegacyPermit(projectId, true);
        _registerFor(user, address(deviceNFT), _tokenId);
        assertTrue(registry.exists(device.id));
    }

    function test_setLegacyPermit_notOperator_reverts() public {
        vm.expectRevert(
            abi.encodeWithSelector(IIoIDRegistry.IoIDRegistryNotOperator.selector, projectId, stranger)
        );
        vm.prank(stranger);
        registry.setLegacyPermit(projectId, false);
    }

    function _allowInProject(address relayer) private {
        vm.prank(owner);
        registry.setProjectRelayer(projectId, relayer, true);
    }

    function test_register_userNamesItself_registers() public {
        _registerFor(user, address(deviceNFT), _tokenId);
        assertTrue(registry.exists(device.id));
    }

    function _registerFor(address caller, address nft, uint256 tokenId) private {
        Permit memory permit = _permit(device, user);
        vm.prank(caller);
        registry.register(nft, tokenId, user, device.id, HASH, URI, permit.v, permit.r, permit.s);
    }

    function _expectNotRelayer(ProjectId in_, address caller, address nft, uint256 tokenId) private {
        Permit memory permit = _permit(device, user);
        vm.expectRevert(abi.encodeWithSelector(IIoIDRegistry.IoIDRegistryNotRelayer.selector, in_, user, caller));
        vm.prank(caller);
        registry.register(nft, tokenId, user, device.id, keccak256("forged"), "", permit.v, permit.r, permit.s);
    }
}

contract IoIDRegistry_LyingNFT_Test is IoIDFixture {
    Device private _first;
    Device private _second;
    LyingNFT private _liar;
    uint256 private _registered;

    function setUp() public override {
        super.setUp();
        _first = _device("first device");
        _second = _device("second device");
        ProjectId projectId = _createProject("Weather", HARDWARE, 10);
        _liar = new LyingNFT();
        vm.startPrank(owner);
        store.setDeviceContract(projectId, address(_liar));
        registry.setProjectRelayer(projectId, address(_liar), true);
        vm.stopPrank();
        for (uint256 tokenId = 1; tokenId <= 3; ++tokenId) {
            _liar.mint(user, tokenId);
        }
    }

    function test_register_nftStaysPut_reverts() public {
        _liar.stayPut();
        Permit memory permit = _permit(_first, user);
        vm.expectRevert(
            abi.encodeWithSelector(IIoIDRegistry.IoIDRegistryNFTNotMoved.selector, address(_liar), 1)
        );
        vm.prank(user);
        registry.register(address(_liar), 1, _first.id, HASH, URI, permit.v, permit.r, permit.s);
        assertFalse(registry.exists(_first.id));
        assertEq(registry.nonces(_first.id), 0);
    }

    /// @dev The token contract itself is the relayer, so that nothing but the guard stops its call.
    function test_register_nftCallsBack_cannotRegister() public {
        vm.prank(user);
        registry.setRelayer(address(_liar), true);
        Permit memory permit = _permit(_second, user);
        _expectGuarded(
            abi.encodeWithSignature(
                "register(address,uint256,address,address,bytes32,string,uint8,bytes32,bytes32)",
                address(_liar),
                2,
                user,
                _second.id,
                HASH,
                URI,
                permit.v,
                permit.r,
                permit.s
            )
        );
        assertFalse(registry.exists(_second.id));
    }

    function test_register_nftCallsBack_cannotUpdateRemoveOrMigrate() public {
        Permit memory permit = _permit(_first, address(_liar), 1);
        _expectGuarded(
            abi.encodeCall(registry.update, (_first.id, keccak256("forged"), "", permit.v, permit.r, permit.s))
        );
        _expectGuarded(abi.encodeCall(registry.remove, (_first.id, permit.v, permit.r, permit.s)));
        _expectGuarded(abi.encodeCall(registry.migrate, (_first.id, stranger, permit.v, permit.r, permit.s)));
    }

    /// @dev Registers a device while the token contract calls `data`, which the guard refuses.
    function _expectGuarded(bytes memory data) private {
        _liar.callBack(address(registry), data);
        Device memory device = _device(string(abi.encodePacked(data)));
        Permit memory permit = _permit(device, user);
        uint256 tokenId = ++_registered;
        vm.prank(user);
        registry.register(address(_liar), tokenId, device.id, HASH, URI, permit.v, permit.r, permit.s);
        assertTrue(registry.exists(device.id));
        assertEq(_liar.answer(), abi.encodePacked(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector));
    }
}

/// @dev A device that `user` registered.
abstract contract RegisteredDeviceFixture is IoIDFixture {
    Device internal device;
    DeviceNFT internal deviceNFT;
    uint256 internal id;

    function setUp() public virtual override {
        super.setUp();
        device = _device("device");
        deviceNFT = _createDeviceNFT(_createProject("Weather", HARDWARE, 10));
        id = _register(deviceNFT, device, user);
    }

    function _notOwner(address caller) internal view returns (bytes memory) {
        return abi.encodeWithSelector(IIoIDRegistry.IoIDRegistryNotOwner.selector, device.id, caller);
    }

    function _invalidPermit(address to) internal view returns (bytes memory) {
        return abi.encodeWithSelector(IIoIDRegistry.IoIDRegistryInvalidPermit.selector, device.id, to);
    }
}

contract IoIDRegistry_Update_Test is RegisteredDeviceFixture {
    function test_update_unknownDevice_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IIoIDRegistry.IoIDRegistryUnknownDevice.selector, stranger));
        registry.update(stranger, HASH, URI, 27, 0, 0);
    }

    function test_update_notHolder_reverts() public {
        Permit memory permit = _permit(device, stranger);
        vm.expectRevert(_notOwner(stranger));
        vm.prank(stranger);
        registry.update(device.id, HASH, URI, permit.v, permit.r, permit.s);
    }

    function test_update_usedPermit_reverts() public {
        Permit memory permit = _permit(device, user);
        vm.startPrank(user);
        registry.update(device.id, keccak256("new"), "", permit.v, permit.r, permit.s);
        vm.expectRevert(_invalidPermit(user));
        registry.update(device.id, HASH, URI, permit.v, permit.r, permit.s);
    }

    function test_update_sellersUnusedPermit_reverts() public {
        Permit memory permit = _permit(device, user);
        vm.startPrank(user);
        ioID.transferFrom(user, stranger, id);
        vm.expectRevert(_notOwner(user));
        registry.update(device.id, keccak256("forged"), "", permit.v, permit.r, permit.s);
    }

    function testFuzz_update_replacesDocument(bytes32 hash, string calldata uri) public {
        vm.assume(hash != 0);
        Permit memory permit = _permit(device, user);
        vm.expectEmit(true, true, true, true, address(registry));
        emit IIoIDRegistry.UpdateDevice(device.id, user, hash, uri);
        vm.prank(user);
        registry.update(device.id, hash, uri, permit.v, permit.r, permit.s);
        assertEq(registry.documentHash(device.id), hash);
        assertEq(registry.documentURI(device.id), uri);
        assertEq(registry.nonces(device.id), 2);
        assertEq(registry.deviceTokenId(device.id), id);
    }
}

contract IoIDRegistry_Remove_Test is RegisteredDeviceFixture {
    function test_remove_notHolder_reverts() public {
        Permit memory permit = _permit(device, stranger);
        vm.expectRevert(_notOwner(stranger));
        vm.prank(stranger);
        registry.remove(device.id, permit.v, permit.r, permit.s);
    }

    function test_remove_forgetsDevice_leavesIoID() public {
        (address wallet,) = ioID.wallet(id);
        Permit memory permit = _permit(device, user);
        vm.expectEmit(true, true, true, true, address(registry));
        emit IIoIDRegistry.RemoveDevice(device.id, user);
        vm.prank(user);
        registry.remove(device.id, permit.v, permit.r, permit.s);

        assertFalse(registry.exists(device.id));
        vm.expectRevert(abi.encodeWithSelector(IIoIDRegistry.IoIDRegistryUnknownDevice.selector, device.id));
        registry.documentHash(device.id);
        assertEq(ioID.ownerOf(id), user);
        (address after_, string memory did) = ioID.wallet(id);
        assertEq(after_, wallet);
        assertEq(did, "");
        assertEq(deviceNFT.ownerOf(1), wallet);
        assertEq(ioID.wallet(registry.documentID(device.id)), address(0));
    }

    function test_remove_registeredAgain_getsAnotherIoID() public {
        _remove(device, user);
        uint256 second = _register(deviceNFT, device, stranger);
        assertNotEq(second, id);
        assertEq(ioID.ownerOf(second), stranger);
        (address wallet,) = ioID.wallet(second);
        assertEq(ioID.wallet(registry.documentID(device.id)), wallet);
    }
}

contract IoIDRegistry_Migrate_Test is RegisteredDeviceFixture {
    function test_migrate_notHolder_reverts() public {
        Permit memory permit = _permit(device, stranger);
        vm.expectRevert(_notOwner(stranger));
        vm.prank(stranger);
        registry.migrate(device.id, stranger, permit.v, permit.r, permit.s);
    }

    function test_migrate_permitForHolder_reverts() public {
        Permit memory permit = _permit(device, user);
        vm.expectRevert(_invalidPermit(stranger));
        vm.prank(user);
        registry.migrate(device.id, stranger, permit.v, permit.r, permit.s);
    }

    function test_migrate_movesIoID() public {
        Permit memory permit = _permit(device, stranger);
        vm.expectEmit(true, true, true, true, address(registry));
        emit IIoIDRegistry.Migrate(device.id, stranger);
        vm.prank(user);
        registry.migrate(device.id, stranger, permit.v, permit.r, permit.s);
        assertEq(ioID.ownerOf(id), stranger);
        assertEq(registry.deviceTokenId(device.id), id);
        assertTrue(registry.exists(device.id));
    }
}

contract IoIDRegistry_Views_Test is RegisteredDeviceFixture {
    function test_documentID_isLowerCase() public view {
        assertEq(
            registry.documentID(0xabCDeF0123456789AbcdEf0123456789aBCDEF01),
            "did:io:0xabcdef0123456789abcdef0123456789abcdef01"
        );
    }

    function test_views_unknownDevice_revert() public {
        bytes memory unknown = abi.encodeWithSelector(IIoIDRegistry.IoIDRegistryUnknownDevice.selector, stranger);
        vm.expectRevert(unknown);
        registry.documentHash(stranger);
        vm.expectRevert(unknown);
        registry.documentURI(stranger);
        vm.expectRevert(unknown);
        registry.deviceTokenId(stranger);
        assertFalse(registry.exists(stranger));
    }

    function test_permitHash_isStructHashOfNextPermit() public view {
        bytes32 typeHash = keccak256("Permit(address owner,uint256 nonce)");
        assertEq(registry.permitHash(user, device.id), keccak256(abi.encode(typeHash, user, 1)));
    }

    function test_domain_isTheOfficialOne() public view {
        bytes32 expected = keccak256(
            abi.encode(
                registry.EIP712DOMAIN_TYPEHASH(),
                keccak256("ioIDRegistry"),
                keccak256("1"),
                block.chainid,
                address(registry)
            )
        );
        assertEq(registry.DOMAIN_SEPARATOR(), expected);
        assertEq(registry.METHOD(), "did:io:");
    }

    function test_setIoIDStore_notAllowed_reverts() public {
        _expectUnauthorized(stranger);
        vm.prank(stranger);
        registry.setIoIDStore(stranger);
    }
}
