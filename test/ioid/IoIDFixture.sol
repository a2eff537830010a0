// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";
import {ERC6551Registry} from "erc6551/ERC6551Registry.sol";
import {ERC6551AccountUpgradeable} from "erc6551/examples/upgradeable/ERC6551AccountUpgradeable.sol";
import {DeviceNFT} from "../../contracts/ioid/DeviceNFT.sol";
import {IoID} from "../../contracts/ioid/IoID.sol";
import {IoIDRegistry} from "../../contracts/ioid/IoIDRegistry.sol";
import {IoIDStore} from "../../contracts/ioid/IoIDStore.sol";
import {Project} from "../../contracts/ioid/Project.sol";
import {ProjectRegistry} from "../../contracts/ioid/ProjectRegistry.sol";
import {ProjectId} from "../../contracts/types/Types.sol";
import {Test} from "../fixtures/Test.sol";

/// @notice The identity contracts behind proxies, wired as deploy/modules/IoID.ts wires them. This contract governs.
abstract contract IoIDFixture is Test {
    uint256 internal constant PRICE = 1 ether;
    uint8 internal constant HARDWARE = 0;
    uint8 internal constant VIRTUAL = 1;
    bytes32 internal constant HASH = keccak256("document");
    string internal constant URI = "ipfs://document";

    uint256 internal constant SECP256K1_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    struct Device {
        address id;
        uint256 key;
    }

    struct Permit {
        uint8 v;
        bytes32 r;
        bytes32 s;
    }

    AccessManager internal authority;
    Project internal project;
    ProjectRegistry internal projectRegistry;
    IoIDStore internal store;
    IoID internal ioID;
    IoIDRegistry internal registry;
    address internal deviceNFTImplementation;

    address internal owner = makeAddr("project owner");
    address internal user = makeAddr("user");
    address internal stranger = makeAddr("stranger");

    function setUp() public virtual {
        authority = new AccessManager(address(this));
        project =
            Project(_proxy(address(new Project(address(authority))), abi.encodeCall(Project.initialize, ("P", "P"))));
        projectRegistry = ProjectRegistry(
            _proxy(
                address(new ProjectRegistry(address(authority))),
                abi.encodeCall(ProjectRegistry.initialize, (address(project)))
            )
        );
        store = IoIDStore(
            _proxy(
                address(new IoIDStore(address(authority))),
                abi.encodeCall(IoIDStore.initialize, (address(project), PRICE))
            )
        );
        address wallets = address(new ERC6551Registry());
        address account = address(new ERC6551AccountUpgradeable());
        ioID = IoID(
            _proxy(
                address(new IoID(address(authority))),
                abi.encodeCall(IoID.initialize, (address(0), wallets, account, "ioID", "ioID"))
            )
        );
        registry = IoIDRegistry(
            _proxy(
                address(new IoIDRegistry(address(authority))),
                abi.encodeCall(IoIDRegistry.initialize, (address(store), address(ioID)))
            )
        );
        project.setMinter(address(projectRegistry));
        store.setIoIDRegistry(address(registry));
        ioID.setMinter(address(registry));
        deviceNFTImplementation = address(new DeviceNFT());
        vm.deal(owner, 1000 ether);
        vm.deal(user, 1000 ether);
        vm.deal(stranger, 1000 ether);
    }

    function _proxy(address implementation, bytes memory initialize) internal returns (address) {
        return address(new ERC1967Proxy(implementation, initialize));
    }

    /* PROJECTS */

    /// @dev A project of `owner` without a device contract. A hardware project has `prepaid` ioIDs.
    function _createProject(string memory name, uint8 type_, uint256 prepaid) internal returns (ProjectId projectId) {
        vm.prank(owner);
        projectId = projectRegistry.register(name, type_);
        if (prepaid != 0) {
            vm.prank(owner);
            store.applyIoIDs{value: prepaid * PRICE}(projectId, prepaid);
        }
    }

    /// @dev Gives `projectId` a device NFT that `owner` owns and mints without end.
    function _createDeviceNFT(ProjectId projectId) internal returns (DeviceNFT deviceNFT) {
        vm.startPrank(owner);
        deviceNFT = DeviceNFT(_proxy(deviceNFTImplementation, abi.encodeCall(DeviceNFT.initialize, ("Device", "D"))));
        deviceNFT.configureMinter(owner, type(uint256).max);
        store.setDeviceContract(projectId, address(deviceNFT));
        vm.stopPrank();
    }

    /* DEVICES */

    function _device(string memory name) internal returns (Device memory device) {
        (device.id, device.key) = makeAccount(name);
    }

    /// @dev The device's permit for `to`, at its next nonce.
    function _permit(Device memory device, address to) internal view returns (Permit memory permit) {
        return _permit(device, to, registry.nonces(device.id));
    }

    function _permit(Device memory device, address to, uint256 nonce) internal view returns (Permit memory permit) {
        return _permit(device, to, nonce, registry.DOMAIN_SEPARATOR());
    }

    function _permit(Device memory device, address to, uint256 nonce, bytes32 domain)
        internal
        pure
        returns (Permit memory permit)
    {
        bytes32 hash = keccak256(abi.encode(keccak256("Permit(address owner,uint256 nonce)"), to, nonce));
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", domain, hash));
        (permit.v, permit.r, permit.s) = vm.sign(device.key, digest);
    }

    /// @dev Mints a device NFT to `to`, which approves it to the registry.
    function _mintDeviceNFT(DeviceNFT deviceNFT, address to) internal returns (uint256 tokenId) {
        vm.prank(owner);
        tokenId = deviceNFT.mint(to);
        vm.prank(to);
        deviceNFT.approve(address(registry), tokenId);
    }

    /// @dev Registers `device` to `to`, with a fresh device NFT, and pays what it costs.
    function _register(DeviceNFT deviceNFT, Device memory device, address to) internal returns (uint256 id) {
        uint256 tokenId = _mintDeviceNFT(deviceNFT, to);
        uint256 fee = store.activationFee(store.deviceContractProject(address(deviceNFT)));
        _register(deviceNFT, tokenId, device, to, fee);
        return registry.deviceTokenId(device.id);
    }

    function _register(DeviceNFT deviceNFT, uint256 tokenId, Device memory device, address to, uint256 value) internal {
        Permit memory permit = _permit(device, to);
        vm.prank(to);
        registry.register{value: value}(
            address(deviceNFT), tokenId, device.id, HASH, URI, permit.v, permit.r, permit.s
        );
    }

    function _remove(Device memory device, address holder) internal {
        Permit memory permit = _permit(device, holder);
        vm.prank(holder);
        registry.remove(device.id, permit.v, permit.r, permit.s);
    }

    /* EXPECTATIONS */

    /// @dev The next call is refused by the authority.
    function _expectUnauthorized(address caller) internal {
        vm.expectRevert(abi.encodeWithSignature("AccessManagedUnauthorized(address)", caller));
    }
}
