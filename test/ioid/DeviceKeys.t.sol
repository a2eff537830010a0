// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC7913P256Verifier} from "@openzeppelin/contracts/utils/cryptography/verifiers/ERC7913P256Verifier.sol";
import {Ed25519Attestor} from "../../contracts/ioid/Ed25519Attestor.sol";
import {IDevicePermits} from "../../contracts/ioid/interfaces/IDevicePermits.sol";
import {IEd25519Attestor} from "../../contracts/ioid/interfaces/IEd25519Attestor.sol";
import {IIoIDRegistry} from "../../contracts/ioid/interfaces/IIoIDRegistry.sol";
import {DevicePermitFixture} from "./DevicePermits.t.sol";
import {Jubjub} from "./Jubjub.sol";

/*
A device whose key is
├── P-256 registers, and is refused with s in the upper half, another key, or another digest
│   └── so it does by RIP-7212's precompile, whose word counts where it is there, and without it where it is silent
├── Ed25519 registers with what enough attestors signed, ascending and distinct, for this permit; else it is refused
└── of a type that no one verifies is refused; secp256k1 needs no verifier and gets none

A device's BabyJubjub key
├── is bound by registration and replaced by update; removal forgets it
├── a golden sum and the order of the base hold the reference that proves in these tests
├── that is off the curve, outside the prime subgroup, the identity, or not reduced is refused
├── whose proof is another device's, another registry's, another chain's, or not reduced is refused
└── of any secret is accepted, and with any change of its proof refused
*/

abstract contract P256Fixture is DevicePermitFixture {
    uint256 internal constant _ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551;
    uint256 internal constant _KEY = 0xc9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721;

    function setUp() public override {
        super.setUp();
        registry.setKeyVerifier(1, address(new ERC7913P256Verifier()));
    }

    function _p256(uint256 key) internal view returns (IDevicePermits.Registration memory registration) {
        (uint256 x, uint256 y) = vm.publicKeyP256(key);
        bytes memory publicKey = abi.encodePacked(x, y);
        Device memory secure = Device({id: address(uint160(uint256(keccak256(publicKey)))), key: key});
        registration.device = secure.id;
        registration.deviceContract = address(deviceNFT);
        registration.tokenId = tokenId;
        registration.owner = user;
        registration.hash = HASH;
        registration.uri = URI;
        Content memory content = _registerContent(deviceNFT, tokenId, user);
        (bytes32 r, bytes32 s) = vm.signP256(key, _digest(secure.id, content));
        if (uint256(s) > _ORDER / 2) s = bytes32(_ORDER - uint256(s));
        registration.permit = IDevicePermits.DevicePermit(content.deadline, 1, publicKey, abi.encodePacked(r, s));
    }
}

contract DeviceKeys_P256_Test is P256Fixture {
    function test_p256_registers() public {
        IDevicePermits.Registration memory registration = _p256(_KEY);
        vm.prank(user);
        registry.registerDevice(registration);
        assertTrue(registry.exists(registration.device));
    }

    function test_p256_malleable_reverts() public {
        IDevicePermits.Registration memory registration = _p256(_KEY);
        bytes memory signature = registration.permit.signature;
        bytes32 r;
        uint256 s;
        assembly {
            r := mload(add(signature, 32))
            s := mload(add(signature, 64))
        }
        registration.permit.signature = abi.encodePacked(r, _ORDER - s);
        _expectInvalid(registration);
    }

    function test_p256_otherKeyOrContent_reverts() public {
        IDevicePermits.Registration memory registration = _p256(_KEY);
        registration.permit.publicKey = _p256(_KEY + 1).permit.publicKey;
        _expectInvalid(registration);
        registration = _p256(_KEY);
        registration.permit.signature = _p256(_KEY + 1).permit.signature;
        _expectInvalid(registration);
        registration = _p256(_KEY);
        registration.hash = keccak256("forged");
        _expectInvalid(registration);
    }

    function test_unknownKeyType_reverts() public {
        IDevicePermits.Registration memory registration = _p256(_KEY);
        registration.permit.keyType = 7;
        vm.expectRevert(abi.encodeWithSelector(IDevicePermits.IoIDRegistryUnknownKeyType.selector, 7));
        registry.registerDevice(registration);
    }

    function test_setKeyVerifier_secp256k1OrNotAllowed_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IDevicePermits.IoIDRegistryUnknownKeyType.selector, 0));
        registry.setKeyVerifier(0, stranger);
        _expectUnauthorized(stranger);
        vm.prank(stranger);
        registry.setKeyVerifier(1, stranger);
    }
}

/// @dev The node that runs these tests has RIP-7212's precompile. Each test puts words into its mouth, and has it say the
/// opposite of what OpenZeppelin's own arithmetic finds: so that none passes by the other way.
contract DeviceKeys_P256Precompile_Test is P256Fixture {
    address private constant _PRECOMPILE = address(0x100);

    /// @dev The signature by which OpenZeppelin's P256 tells that the precompile is there.
    bytes private constant _PROBE =
        hex"bb5a52f42f9c9261ed4361f59422a1e30036e7c32b270c8807a419feca605023"
        hex"0000000000000000000000000000000000000000000000000000000000000005"
        hex"0000000000000000000000000000000000000000000000000000000000000001"
        hex"a71af64de5126a4a4e02b7922d66ce9415ce88a4c9d25514d91082c8725ac957"
        hex"5d47723c8fbe580bb369fec9c2665d8e30a435b9932645482e7c9f11e872296b";

    /// @dev As the precompile answers: 1 for what it takes, nothing for anything else.
    function _take(bytes memory input) private {
        vm.mockCall(_PRECOMPILE, "", "");
        vm.mockCall(_PRECOMPILE, _PROBE, abi.encode(uint256(1)));
        vm.mockCall(_PRECOMPILE, input, abi.encode(uint256(1)));
    }

    function _inputOf(IDevicePermits.Registration memory registration) private view returns (bytes memory) {
        bytes32 digest = _digest(registration.device, _registerContent(deviceNFT, tokenId, user));
        return abi.encodePacked(digest, registration.permit.signature, registration.permit.publicKey);
    }

    /// @dev A signature of another key over another digest: the arithmetic refuses it.
    function _unsigned() private view returns (IDevicePermits.Registration memory registration) {
        registration = _p256(_KEY);
        registration.permit.signature = _p256(_KEY + 1).permit.signature;
    }

    function _expectRegistered(IDevicePermits.Registration memory registration) private {
        vm.prank(user);
        registry.registerDevice(registration);
        assertTrue(registry.exists(registration.device));
    }

    function test_precompile_isThere() public view {
        (bool done, bytes memory answer) = _PRECOMPILE.staticcall(_PROBE);
        assertTrue(done);
        assertEq(answer, abi.encode(uint256(1)));
    }

    function test_precompile_saysValid_registers() public {
        IDevicePermits.Registration memory registration = _unsigned();
        _take(_inputOf(registration));
        _expectRegistered(registration);
    }

    function test_precompile_saysInvalid_reverts() public {
        IDevicePermits.Registration memory registration = _p256(_KEY);
        _take("nothing but the probe");
        _expectInvalid(registration);
        vm.clearMockedCalls();
        _expectRegistered(registration);
    }

    function test_precompile_takesMalleable_reverts() public {
        IDevicePermits.Registration memory registration = _p256(_KEY);
        registration.permit.signature = abi.encodePacked(uint256(1), _ORDER - 1);
        _take(_inputOf(registration));
        _expectInvalid(registration);
    }

    function test_precompile_absent_fallsBack() public {
        vm.mockCall(_PRECOMPILE, "", "");
        _expectInvalid(_unsigned());
        _expectRegistered(_p256(_KEY));
    }

    function test_precompile_saysZero_fallsBack() public {
        vm.mockCall(_PRECOMPILE, "", abi.encode(uint256(0)));
        _expectInvalid(_unsigned());
        _expectRegistered(_p256(_KEY));
    }
}

contract DeviceKeys_Ed25519_Test is DevicePermitFixture {
    bytes private constant _PUBLIC_KEY = hex"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    Ed25519Attestor private _attestor;
    Device[] private _attestors;

    function setUp() public override {
        super.setUp();
        address[] memory accounts = new address[](3);
        for (uint256 i = 0; i < 3; ++i) {
            _attestors.push(_device(string(abi.encodePacked("attestor", vm.toString(i)))));
            accounts[i] = _attestors[i].id;
        }
        // Ascending by address.
        for (uint256 i = 0; i < 2; ++i) {
            for (uint256 j = 0; j < 2; ++j) {
                if (_attestors[j].id > _attestors[j + 1].id) {
                    Device memory former = _attestors[j];
                    _attestors[j] = _attestors[j + 1];
                    _attestors[j + 1] = former;
                }
            }
        }
        _attestor = Ed25519Attestor(
            _proxy(
                address(new Ed25519Attestor(address(authority))),
                abi.encodeCall(Ed25519Attestor.initialize, (accounts, 2))
            )
        );
        registry.setKeyVerifier(2, address(_attestor));
        device.id = address(uint160(uint256(keccak256(_PUBLIC_KEY))));
    }

    function _attested(Device memory first, Device memory second)
        private
        view
        returns (IDevicePermits.Registration memory registration)
    {
        registration = _registration(deviceNFT, tokenId, device, user);
        bytes32 digest = keccak256(
            abi.encodePacked(
                hex"1901",
                _attestor.DOMAIN_SEPARATOR(),
                keccak256(
                    abi.encode(
                        keccak256("Attestation(bytes publicKey,bytes32 digest)"),
                        keccak256(_PUBLIC_KEY),
                        _digest(device.id, _registerContent(deviceNFT, tokenId, user))
                    )
                )
            )
        );
        bytes[] memory signatures = new bytes[](2);
        signatures[0] = _signBytes(first.key, digest);
        signatures[1] = _signBytes(second.key, digest);
        registration.permit.keyType = 2;
        registration.permit.publicKey = _PUBLIC_KEY;
        registration.permit.signature = abi.encode(signatures);
    }

    function test_ed25519_attested_registers() public {
        IDevicePermits.Registration memory registration = _attested(_attestors[0], _attestors[2]);
        vm.prank(user);
        registry.registerDevice(registration);
        assertTrue(registry.exists(device.id));
    }

    function test_ed25519_badAttestations_revert() public {
        _expectInvalid(_attested(_attestors[1], _attestors[1]));
        _expectInvalid(_attested(_attestors[1], _attestors[0]));
        _expectInvalid(_attested(_attestors[0], _device("no attestor")));
        IDevicePermits.Registration memory registration = _attested(_attestors[0], _attestors[1]);
        registration.uri = "forged";
        _expectInvalid(registration);
        registration = _attested(_attestors[0], _attestors[1]);
        registration.permit.signature = abi.encode(new bytes[](0));
        _expectInvalid(registration);
    }

    function test_ed25519_dismissedAttestor_reverts() public {
        address[] memory none = new address[](0);
        address[] memory removed = new address[](1);
        removed[0] = _attestors[0].id;
        _attestor.setAttestors(none, removed, 2);
        assertEq(_attestor.attestorCount(), 2);
        _expectInvalid(_attested(_attestors[0], _attestors[1]));
        vm.expectRevert(
            abi.encodeWithSelector(IEd25519Attestor.Ed25519AttestorInvalidThreshold.selector, 3, 2)
        );
        _attestor.setAttestors(none, none, 3);
        _expectUnauthorized(stranger);
        vm.prank(stranger);
        _attestor.setAttestors(none, none, 1);
    }
}

contract CircuitKey_Test is DevicePermitFixture {
    uint256 private constant _SECRET = uint256(keccak256("circuit secret")) % Jubjub.L;
    uint256 private constant _NONCE = uint256(keccak256("nonce")) % Jubjub.L;

    function _with(IDevicePermits.CircuitKey memory key)
        private
        view
        returns (IDevicePermits.Registration memory registration)
    {
        Content memory content = _registerContent(deviceNFT, tokenId, user);
        if (key.x != 0 || key.y != 0) content.circuitKey = keccak256(abi.encode(key.x, key.y));
        registration = _registration(deviceNFT, tokenId, device, user);
        registration.circuitKey = key;
        registration.permit = _sign(device, content);
    }

    function _prove() private view returns (IDevicePermits.CircuitKey memory) {
        return Jubjub.prove(_SECRET, _NONCE, address(registry), device.id);
    }

    function _expectRefused(IDevicePermits.CircuitKey memory key) private {
        IDevicePermits.Registration memory registration = _with(key);
        vm.expectRevert(
            abi.encodeWithSelector(IDevicePermits.IoIDRegistryInvalidCircuitKey.selector, device.id)
        );
        vm.prank(user);
        registry.registerDevice(registration);
    }

    /// @dev The sum is ERC-2494's.
    function test_reference_isBabyJubjub() public view {
        Jubjub.Point memory sum = Jubjub.add(
            Jubjub.Point(
                17777552123799933955779906779655732241715742912184938656739573121738514868268,
                2626589144620713026669568689430873010625803728049924121243784502389097019475
            ),
            Jubjub.Point(
                16540640123574156134436876038791482806971768689494387082833631921987005038935,
                20819045374670962167435360035096875258406992893633759881276124905556507972311
            )
        );
        assertEq(sum.x, 7916061937171219682591368294088513039687205273691143098332585753343424131937);
        assertEq(sum.y, 14035240266687799601661095864649209771790948434046947201833777492504781204499);
        Jubjub.Point memory identity = Jubjub.multiply(Jubjub.base(), Jubjub.L);
        assertEq(identity.x, 0);
        assertEq(identity.y, 1);
    }

    function test_register_bindsKey_removeForgetsIt() public {
        IDevicePermits.CircuitKey memory key = _prove();
        IDevicePermits.Registration memory registration = _with(key);
        vm.expectEmit(true, true, true, true, address(registry));
        emit IDevicePermits.CircuitKeyBound(device.id, key.x, key.y);
        vm.startPrank(user);
        registry.registerDevice(registration);
        (uint256 x, uint256 y) = registry.circuitKey(device.id);
        assertEq(x, key.x);
        assertEq(y, key.y);

        key = Jubjub.prove(_SECRET + 1, _NONCE, address(registry), device.id);
        Content memory content = _holderContent(IDevicePermits.Action.Update, user);
        content.hash = HASH;
        content.circuitKey = keccak256(abi.encode(key.x, key.y));
        registry.updateDevice(device.id, HASH, "", key, _sign(device, content), "");
        (x,) = registry.circuitKey(device.id);
        assertEq(x, key.x);
        vm.stopPrank();

        _remove(device, user);
        _register(deviceNFT, device, user);
        (x, y) = registry.circuitKey(device.id);
        assertEq(x, 0);
        assertEq(y, 0);
    }

    function testFuzz_register_anySecret_binds(uint256 secret, uint256 nonce) public {
        secret = bound(secret, 1, Jubjub.L - 1);
        nonce = bound(nonce, 0, Jubjub.L - 1);
        IDevicePermits.CircuitKey memory key = Jubjub.prove(secret, nonce, address(registry), device.id);
        IDevicePermits.Registration memory registration = _with(key);
        vm.prank(user);
        registry.registerDevice(registration);
        (uint256 x,) = registry.circuitKey(device.id);
        assertEq(x, key.x);
    }

    function testFuzz_register_changedProof_reverts(uint8 member, uint256 change) public {
        IDevicePermits.CircuitKey memory key = _prove();
        vm.assume(change != 0);
        member = uint8(bound(member, 0, 4));
        unchecked {
            if (member == 0) key.eighthX += change;
            else if (member == 1) key.eighthY += change;
            else if (member == 2) key.commitmentX += change;
            else if (member == 3) key.commitmentY += change;
            else key.response += change;
        }
        _expectRefused(key);
    }

    function test_register_identity_reverts() public {
        _expectRefused(Jubjub.prove(0, _NONCE, address(registry), device.id));
    }

    function test_register_offCurve_reverts() public {
        IDevicePermits.CircuitKey memory key = _prove();
        (key.x, key.y) = (1, 2);
        _expectRefused(key);
        (key.eighthX, key.eighthY) = (1, 2);
        _expectRefused(key);
    }

    /// @dev A good key and the point of order 2, (0, -1): an even challenge does not see the difference, so that possession
    /// is proven, and only the subgroup's check refuses.
    function test_register_outsideSubgroup_reverts() public {
        IDevicePermits.CircuitKey memory key = _prove();
        (key.x, key.y) = (Jubjub.P - key.x, Jubjub.P - key.y);
        uint256 challenge = 1;
        for (uint256 nonce = 1; challenge % 2 == 1; ++nonce) {
            Jubjub.Point memory commitment = Jubjub.multiply(Jubjub.base(), nonce);
            challenge =
                Jubjub.challengeOf(address(registry), device.id, Jubjub.Point(key.x, key.y), commitment);
            (key.commitmentX, key.commitmentY) = (commitment.x, commitment.y);
            key.response = Jubjub.respond(_SECRET, nonce, challenge);
        }
        _expectRefused(key);
        (key.x, key.y) = (0, Jubjub.P - 1);
        _expectRefused(key);
    }

    /// @dev A point of the curve that is not the key's eighth.
    function test_register_otherEighth_reverts() public {
        IDevicePermits.CircuitKey memory key = _prove();
        (key.eighthX, key.eighthY) = (Jubjub.BASE_X, Jubjub.BASE_Y);
        _expectRefused(key);
    }

    function test_register_notReduced_reverts() public {
        IDevicePermits.CircuitKey memory key = _prove();
        key.response += Jubjub.L;
        _expectRefused(key);
        key = _prove();
        key.x += Jubjub.P;
        _expectRefused(key);
    }

    function test_register_foreignProof_reverts() public {
        _expectRefused(Jubjub.prove(_SECRET, _NONCE, address(registry), stranger));
        _expectRefused(Jubjub.prove(_SECRET, _NONCE, address(store), device.id));
        IDevicePermits.CircuitKey memory key = _prove();
        vm.chainId(4689);
        _expectRefused(key);
    }
}
