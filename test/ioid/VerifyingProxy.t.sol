// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {DeviceNFT} from "../../contracts/ioid/DeviceNFT.sol";
import {UniversalFactory} from "../../contracts/ioid/UniversalFactory.sol";
import {VerifyingProxy} from "../../contracts/ioid/VerifyingProxy.sol";
import {IIoIDStore} from "../../contracts/ioid/interfaces/IIoIDStore.sol";
import {IUniversalFactory} from "../../contracts/ioid/interfaces/IUniversalFactory.sol";
import {IVerifyingProxy} from "../../contracts/ioid/interfaces/IVerifyingProxy.sol";
import {DummyDeviceGauge} from "../../contracts/mocks/DummyDeviceGauge.sol";
import {ProjectId} from "../../contracts/types/Types.sol";
import {Receiver} from "./Doubles.sol";
import {IoIDFixture} from "./IoIDFixture.sol";

/*
UniversalFactory.create
├── makes the clone of the documented salt, which the caller owns, with project, device NFT and ioIDs
├── when too little is sent, it reverts; what is too much goes back to the caller
├── by the same caller with the same type and name again, it reverts
├── nobody takes another's address, and nobody initializes a clone or the implementation again
└── when the implementation is no contract, the factory cannot be deployed

VerifyingProxy.register
├── as an old client does: the device's legacy permit names the proxy
│   ├── the ioID is the owner's, and its account holds the device NFT
│   ├── with a gauge, the gauge holds the device NFT for the owner
│   └── in a virtual project the fee is paid and the rest goes back
├── brought by a stranger with another document, it reverts
├── when the verifier did not vouch for owner and device on this chain, it reverts
├── when the owner's hook reverts, it reverts; when it reenters, nothing is registered twice
└── when no device is left, it reverts

VerifyingProxy, its owner
├── when the caller is not the owner, each reverts
└── changes verifier, gauge, name and metadata, buys ioIDs, and takes the project away and brings it back
*/

abstract contract ProxyFixture is IoIDFixture {
    UniversalFactory internal factory;
    address internal implementation;
    VerifyingProxy internal proxy;
    DeviceNFT internal deviceNFT;
    Device internal device;
    Device internal verifier;

    function setUp() public virtual override {
        super.setUp();
        implementation =
            address(new VerifyingProxy(address(store), address(projectRegistry), deviceNFTImplementation));
        factory = new UniversalFactory(implementation);
        device = _device("device");
        verifier = _device("verifier");
        proxy = _create(HARDWARE, 10);
        deviceNFT = DeviceNFT(proxy.deviceNFT());
    }

    function _create(uint8 type_, uint256 amount) internal returns (VerifyingProxy) {
        uint256 fee = type_ == HARDWARE ? amount * PRICE : 0;
        string memory name = type_ == HARDWARE ? "Pebble" : "Game";
        vm.prank(owner);
        return VerifyingProxy(factory.create{value: fee}(type_, verifier.id, name, name, "PNFT", amount));
    }

    function _verified(address to) internal view returns (bytes memory) {
        bytes32 hash = keccak256(
            abi.encodePacked("\x19Ethereum Signed Message:\n72", abi.encodePacked(block.chainid, to, device.id))
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(verifier.key, hash);
        return abi.encodePacked(r, s, v);
    }

    function _registerBy(address caller, address to, uint256 value) internal {
        Permit memory permit = _permit(device, address(proxy));
        bytes memory verified = _verified(to);
        vm.prank(caller);
        proxy.register{value: value}(verified, HASH, URI, to, device.id, permit.v, permit.r, permit.s);
    }
}

contract UniversalFactory_Test is ProxyFixture {
    function test_create_makesAllOfAProject() public {
        bytes32 salt = keccak256(abi.encodePacked(owner, HARDWARE, "Pebble"));
        address expected = Clones.predictDeterministicAddress(implementation, salt, address(factory));
        assertEq(address(proxy), expected);
        assertEq(proxy.owner(), owner);
        ProjectId projectId = ProjectId.wrap(proxy.projectId());
        assertEq(project.ownerOf(proxy.projectId()), address(proxy));
        assertEq(project.name(projectId), "Pebble");
        assertEq(store.projectAppliedAmount(projectId), 10);
        assertEq(store.projectDeviceContract(projectId), address(deviceNFT));
        assertEq(deviceNFT.owner(), address(proxy));
        assertEq(deviceNFT.minterAllowance(address(proxy)), 10);
        assertEq(proxy.verifier(), verifier.id);
    }

    function test_create_tooLittle_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IIoIDStore.IoIDStoreFeeTooLow.selector, 1, PRICE));
        factory.create{value: 1}(HARDWARE, verifier.id, "A", "A", "A", 1);
    }

    function test_create_tooMuch_goesBackToTheCaller() public {
        uint256 before = stranger.balance;
        vm.prank(stranger);
        factory.create{value: 9 * PRICE}(HARDWARE, verifier.id, "A", "A", "A", 2);
        assertEq(before - stranger.balance, 2 * PRICE);
        vm.prank(stranger);
        factory.create{value: 9 * PRICE}(VIRTUAL, verifier.id, "B", "A", "A", 2);
        assertEq(before - stranger.balance, 2 * PRICE);

        Receiver payer = new Receiver();
        vm.deal(address(payer), 3 * PRICE);
        vm.prank(address(payer));
        factory.create{value: 3 * PRICE}(HARDWARE, verifier.id, "C", "A", "A", 2);
        assertEq(store.refundOf(address(payer)), PRICE);
    }

    function test_create_sameAgain_reverts() public {
        vm.expectRevert(abi.encodeWithSignature("FailedDeployment()"));
        vm.prank(owner);
        factory.create{value: PRICE}(HARDWARE, verifier.id, "Other", "Pebble", "PNFT", 1);
    }

    function test_create_frontRun_takesNoOnesAddress() public {
        vm.prank(stranger);
        address thiefs = factory.create{value: PRICE}(HARDWARE, verifier.id, "Thief", "Sensor", "S", 1);
        vm.prank(owner);
        address ours = factory.create{value: PRICE}(HARDWARE, verifier.id, "Ours", "Sensor", "S", 1);
        assertNotEq(ours, thiefs);
        assertEq(VerifyingProxy(ours).owner(), owner);
    }

    /// @dev A clone is initialized in the transaction that makes it: there is no before.
    function test_clone_hijackedBeforeInitialization_reverts() public {
        bytes memory initialized = abi.encodeWithSignature("InvalidInitialization()");
        vm.startPrank(stranger);
        vm.expectRevert(initialized);
        proxy.initialize(HARDWARE, stranger, "T", "T", "T", 1);
        vm.expectRevert(initialized);
        VerifyingProxy(implementation).initialize(HARDWARE, stranger, "T", "T", "T", 1);
        vm.expectRevert(abi.encodeWithSignature("OwnableUnauthorizedAccount(address)", stranger));
        VerifyingProxy(implementation).initialize(1, stranger, address(deviceNFT), 1);
        vm.expectRevert(initialized);
        deviceNFT.initialize("T", "T");
        vm.expectRevert(initialized);
        DeviceNFT(deviceNFTImplementation).initialize("T", "T");
    }

    function test_constructor_noCode_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IUniversalFactory.UniversalFactoryNoCode.selector, stranger));
        new UniversalFactory(stranger);
    }
}

/// @notice An owner whose hook calls the proxy again.
contract HookedOwner {
    address private _target;
    bytes private _data;
    bool public reentered;

    function reenter(address target, bytes calldata data) external {
        (_target, _data) = (target, data);
    }

    function onERC721Received(address, address, uint256, bytes calldata) external returns (bytes4) {
        (reentered,) = _target.call(_data);
        return this.onERC721Received.selector;
    }
}

contract VerifyingProxy_Register_Test is ProxyFixture {
    function test_register_asAnOldClient_registersToOwner() public {
        vm.expectEmit(true, true, true, true, address(proxy));
        emit IVerifyingProxy.Registered(user, device.id, 1, 1);
        _registerBy(user, user, 0);
        assertEq(ioID.ownerOf(1), user);
        (address wallet,) = ioID.wallet(1);
        assertEq(deviceNFT.ownerOf(1), wallet);
        assertEq(registry.documentHash(device.id), HASH);
        assertTrue(ioID.deviceProject(device.id) == ProjectId.wrap(proxy.projectId()));
    }

    function test_register_projectOrVerifierBrings_registersToOwner() public {
        _registerBy(owner, user, 0);
        assertEq(ioID.ownerOf(1), user);
        device = _device("second");
        _registerBy(verifier.id, user, 0);
        assertEq(ioID.ownerOf(2), user);
    }

    function test_register_gauge_stakesForOwner() public {
        DummyDeviceGauge gauge = new DummyDeviceGauge(address(deviceNFT));
        vm.prank(owner);
        proxy.setDeviceGauge(address(gauge));
        _registerBy(user, user, 0);
        assertEq(deviceNFT.ownerOf(1), address(gauge));
        assertEq(gauge.deviceOwner(1), user);
        assertEq(ioID.ownerOf(1), user);
    }

    function test_register_virtual_paysAndRefunds() public {
        proxy = _create(VIRTUAL, 3);
        uint256 before = user.balance;
        _registerBy(user, user, 3 * PRICE);
        assertEq(before - user.balance, PRICE);
        assertEq(address(proxy).balance, 0);
        device = _device("second");
        Permit memory permit = _permit(device, address(proxy));
        bytes memory verified = _verified(user);
        vm.expectRevert(abi.encodeWithSelector(IVerifyingProxy.VerifyingProxyFeeTooLow.selector, 1, PRICE));
        vm.prank(user);
        proxy.register{value: 1}(verified, HASH, URI, user, device.id, permit.v, permit.r, permit.s);
    }

    /// @dev Whoever sees the transaction has verifier's signature and permit, which bind no document.
    function test_register_frontRunWithOtherDocument_reverts() public {
        Permit memory permit = _permit(device, address(proxy));
        bytes memory verified = _verified(user);
        vm.expectRevert(
            abi.encodeWithSelector(IVerifyingProxy.VerifyingProxyNotPermitted.selector, user, stranger)
        );
        vm.prank(stranger);
        proxy.register(verified, keccak256("forged"), "", user, device.id, permit.v, permit.r, permit.s);
    }

    function test_register_notVerified_reverts() public {
        Permit memory permit = _permit(device, address(proxy));
        bytes memory verified = _verified(user);
        bytes memory invalid = abi.encodeWithSelector(
            IVerifyingProxy.VerifyingProxyInvalidVerifierSignature.selector, stranger, device.id
        );
        vm.expectRevert(invalid);
        vm.prank(stranger);
        proxy.register(verified, HASH, URI, stranger, device.id, permit.v, permit.r, permit.s);

        verified = _verified(stranger);
        vm.chainId(4689);
        vm.expectRevert(invalid);
        vm.prank(stranger);
        proxy.register(verified, HASH, URI, stranger, device.id, permit.v, permit.r, permit.s);
    }

    function test_register_receiverHookReenters_registersOnce() public {
        HookedOwner hooked = new HookedOwner();
        Permit memory permit = _permit(device, address(proxy));
        bytes memory verified = _verified(address(hooked));
        bytes memory again = abi.encodeCall(
            proxy.register, (verified, HASH, URI, address(hooked), device.id, permit.v, permit.r, permit.s)
        );
        hooked.reenter(address(proxy), again);
        vm.prank(owner);
        proxy.register(verified, HASH, URI, address(hooked), device.id, permit.v, permit.r, permit.s);
        assertFalse(hooked.reentered());
        assertEq(ioID.ownerOf(1), address(hooked));
        assertEq(ioID.totalSupply(), 1);
    }

    function test_register_ownerWithoutHook_reverts() public {
        Receiver none = new Receiver();
        Permit memory permit = _permit(device, address(proxy));
        bytes memory verified = _verified(address(none));
        vm.expectRevert(abi.encodeWithSignature("ERC721InvalidReceiver(address)", address(none)));
        vm.prank(owner);
        proxy.register(verified, HASH, URI, address(none), device.id, permit.v, permit.r, permit.s);
    }
}

contract VerifyingProxy_Owner_Test is ProxyFixture {
    function test_owner_notOwner_reverts() public {
        bytes memory unauthorized = abi.encodeWithSignature("OwnableUnauthorizedAccount(address)", stranger);
        vm.startPrank(stranger);
        vm.expectRevert(unauthorized);
        proxy.changeVerifier(stranger);
        vm.expectRevert(unauthorized);
        proxy.applyIoIDs(0);
        vm.expectRevert(unauthorized);
        proxy.incrementMinterAllowance(1);
        vm.expectRevert(unauthorized);
        proxy.setName("T");
        vm.expectRevert(unauthorized);
        proxy.setMetadata("T", "T");
        vm.expectRevert(unauthorized);
        proxy.setBaseURI("T");
        vm.expectRevert(unauthorized);
        proxy.migrate(stranger);
        vm.expectRevert(unauthorized);
        proxy.approveProjectNFT(stranger);
        vm.expectRevert(unauthorized);
        proxy.setDeviceGauge(stranger);
        vm.expectRevert(unauthorized);
        proxy.initialize(1, stranger, stranger, 1);
    }

    function test_owner_changesAll() public {
        ProjectId projectId = ProjectId.wrap(proxy.projectId());
        vm.startPrank(owner);
        proxy.setName("Stone");
        proxy.setMetadata("site", "x");
        proxy.setBaseURI("ipfs://");
        assertEq(project.name(projectId), "Stone");
        assertEq(project.metadata(projectId, "site"), "x");

        uint256 before = owner.balance;
        proxy.applyIoIDs{value: 5 * PRICE}(2);
        assertEq(before - owner.balance, 2 * PRICE);
        assertEq(store.projectAppliedAmount(projectId), 12);
        assertEq(deviceNFT.minterAllowance(address(proxy)), 12);

        vm.expectEmit(true, true, true, true, address(proxy));
        emit IVerifyingProxy.VerifierChanged(verifier.id, stranger);
        proxy.changeVerifier(stranger);
        vm.expectRevert(IVerifyingProxy.VerifyingProxyZeroAddress.selector);
        proxy.changeVerifier(address(0));
        DummyDeviceGauge other = new DummyDeviceGauge(stranger);
        vm.expectRevert(abi.encodeWithSelector(IVerifyingProxy.VerifyingProxyWrongGauge.selector, address(other)));
        proxy.setDeviceGauge(address(other));
    }

    function test_owner_takesProjectAwayAndBringsItBack() public {
        uint256 projectId = proxy.projectId();
        vm.startPrank(owner);
        proxy.migrate(owner);
        assertEq(project.ownerOf(projectId), owner);
        assertEq(deviceNFT.owner(), owner);
        vm.expectRevert(
            abi.encodeWithSelector(
                IVerifyingProxy.VerifyingProxyNotOwnerOf.selector, projectId, address(deviceNFT)
            )
        );
        proxy.initialize(projectId, verifier.id, address(deviceNFT), 5);
        project.transferFrom(owner, address(proxy), projectId);
        deviceNFT.transferOwnership(address(proxy));
        proxy.initialize(projectId, verifier.id, address(deviceNFT), 5);
        vm.stopPrank();
        _registerBy(user, user, 0);
        assertEq(ioID.ownerOf(1), user);
    }
}
