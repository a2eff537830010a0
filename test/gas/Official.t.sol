// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {UniversalFactory} from "../../contracts/ioid/UniversalFactory.sol";
import {VerifyingProxy} from "../../contracts/ioid/VerifyingProxy.sol";
import {IDevicePermits} from "../../contracts/ioid/interfaces/IDevicePermits.sol";
import {DeviceNFT} from "../../contracts/ioid/DeviceNFT.sol";
import {ProjectId} from "../../contracts/types/Types.sol";
import {Jubjub} from "../ioid/Jubjub.sol";
import {Permits} from "../ioid/Permits.sol";

// The calls whose gas the official contracts' was measured for, in their state: the project's first device, a new holder.
// `pnpm snap` compiles them with the build profile `official`; snapshots/gas-official.json.

/// hardhat-config: isolate = true
contract Official_Gas_Test is Permits {
    string private constant _GROUP = "gas-official";

    Device private _one;
    Device private _verifier;
    UniversalFactory private _factory;
    ProjectId private _projectId;
    DeviceNFT private _nft;

    function setUp() public override {
        super.setUp();
        vm.warp(1_800_000_000);
        // On a public network the burn address has a balance.
        vm.deal(address(0), 1 ether);
        _one = _device("device");
        _verifier = _device("verifier");
        _factory = new UniversalFactory(
            address(new VerifyingProxy(address(store), address(projectRegistry), deviceNFTImplementation))
        );
        _projectId = _createProject("Weather", HARDWARE, 10);
        _nft = _createDeviceNFT(_projectId);
    }

    function _snap(string memory name, uint256 atMost) private {
        assertLe(vm.snapshotGasLastCall(_GROUP, name), atMost);
    }

    function test_register() public {
        uint256 tokenId = _mintDeviceNFT(_nft, user);
        Permit memory permit = _permit(_one, user);
        vm.prank(user);
        registry.register(address(_nft), tokenId, _one.id, HASH, URI, permit.v, permit.r, permit.s);
        _snap("IoIDRegistry.register", 623_457);
    }

    function test_register_virtual() public {
        DeviceNFT game = _createDeviceNFT(_createProject("Game", VIRTUAL, 0));
        uint256 tokenId = _mintDeviceNFT(game, user);
        Permit memory permit = _permit(_one, user);
        vm.prank(user);
        registry.register{value: PRICE}(address(game), tokenId, _one.id, HASH, URI, permit.v, permit.r, permit.s);
        _snap("IoIDRegistry.register, with its burn", 623_457);
    }

    function test_registerDevice() public {
        DeviceNFT game = _createDeviceNFT(_createProject("Game", VIRTUAL, 0));
        uint256 tokenId = _mintDeviceNFT(game, user);
        IDevicePermits.Registration memory registration = _registration(game, tokenId, _one, user);
        vm.prank(user);
        registry.registerDevice{value: PRICE}(registration);
        _snap("IoIDRegistry.registerDevice, with its burn", 623_457);
    }

    function test_registerDevice_circuitKey() public {
        uint256 tokenId = _mintDeviceNFT(_nft, user);
        IDevicePermits.Registration memory registration = _registration(_nft, tokenId, _one, user);
        registration.circuitKey = Jubjub.prove(uint256(keccak256("k")) % Jubjub.L, 5, address(registry), _one.id);
        Content memory content = _registerContent(_nft, tokenId, user);
        content.circuitKey = keccak256(abi.encode(registration.circuitKey.x, registration.circuitKey.y));
        registration.permit = _sign(_one, content);
        vm.prank(user);
        registry.registerDevice(registration);
        vm.snapshotGasLastCall(_GROUP, "IoIDRegistry.registerDevice, with a circuit key");
    }

    function test_registerDevices() public {
        IDevicePermits.Registration[] memory batch = new IDevicePermits.Registration[](10);
        for (uint256 i = 0; i < 10; ++i) {
            Device memory member = _device(string(abi.encodePacked("member", vm.toString(i))));
            batch[i] = _registration(_nft, _mintDeviceNFT(_nft, user), member, user);
        }
        vm.prank(user);
        registry.registerDevices(batch);
        vm.snapshotGasLastCall(_GROUP, "IoIDRegistry.registerDevices, 10");
    }

    function test_migrate() public {
        uint256 id = _register(_nft, _one, user);
        Permit memory permit = _permit(_one, stranger);
        vm.prank(user);
        registry.migrate(_one.id, stranger, permit.v, permit.r, permit.s);
        _snap("IoIDRegistry.migrate", 109_752);
        vm.prank(stranger);
        ioID.transferFrom(stranger, owner, id);
        _snap("IoID.transferFrom", 109_752);
    }

    function test_applyIoIDs() public {
        vm.prank(owner);
        store.applyIoIDs{value: 100 * PRICE}(_projectId, 100);
        vm.snapshotGasLastCall(_GROUP, "IoIDStore.applyIoIDs, 100");
    }

    function test_create_and_proxyRegister() public {
        vm.prank(owner);
        VerifyingProxy proxy = VerifyingProxy(
            _factory.create{value: 10 * PRICE}(HARDWARE, _verifier.id, "Pebble", "Pebble Device NFT", "PNFT", 10)
        );
        _snap("UniversalFactory.create", 609_066);

        bytes32 hash = keccak256(
            abi.encodePacked("\x19Ethereum Signed Message:\n72", abi.encodePacked(block.chainid, user, _one.id))
        );
        bytes memory verified = _signBytes(_verifier.key, hash);
        Permit memory permit = _permit(_one, address(proxy));
        vm.prank(user);
        proxy.register(verified, HASH, URI, user, _one.id, permit.v, permit.r, permit.s);
        _snap("VerifyingProxy.register", 726_086);
    }
}
