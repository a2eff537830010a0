// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {AttributeToken} from "../../contracts/ioid/AttributeToken.sol";
import {CredentialRegistry} from "../../contracts/ioid/CredentialRegistry.sol";
import {DeviceNFT} from "../../contracts/ioid/DeviceNFT.sol";
import {IAttributeToken, IERC5192} from "../../contracts/ioid/interfaces/IAttributeToken.sol";
import {ICredentialRegistry} from "../../contracts/ioid/interfaces/ICredentialRegistry.sol";
import {Receiver} from "./Doubles.sol";
import {Permits} from "./Permits.sol";

/*
CredentialRegistry.obtain
├── with the issuer's signature, or by the issuer, it burns IOTX, records the credential and mints the soulbound token
├── too little is refused; too much goes back, to a contract on claim
├── a grant is taken once, until its deadline, on this chain, with nothing changed, of a listed issuer
├── an index whose bit is set, of another issuer's list, or beyond the list is refused
└── again for the same type, it takes the place of the former

CredentialRegistry.holds
├── within its time, with its bit clear, while its issuer is listed and its device is bound
└── never reverts

CredentialRegistry.updateStatus
├── by another than the issuer, of no hash, beyond the list, or undoing a revocation, it reverts
├── a revocation is final and burns the token; a suspension is neither
└── anchors the published list, whose bits are read in W3C's order

AttributeToken
└── is locked: it is neither moved nor approved, and only the registry mints and burns it
*/
contract CredentialRegistry_Test is Permits {
    uint96 private constant _BURN = 2 ether;
    string private constant _NAME = "W3bstreamProver";

    CredentialRegistry private _credentials;
    AttributeToken private _tokens;
    Device private _issuer;
    Device private _subject;
    DeviceNFT private _nft;
    uint256 private _id;
    bytes32 private _type;
    uint256 private _revocations;
    uint256 private _suspensions;
    uint256[] private _none;
    uint256[] private _some;

    function setUp() public override {
        super.setUp();
        vm.warp(1_800_000_000);
        _issuer = _device("issuer");
        _subject = _device("device");
        _nft = _createDeviceNFT(_createProject("Weather", HARDWARE, 10));
        _id = _register(_nft, _subject, user);
        _credentials = CredentialRegistry(
            _proxy(
                address(new CredentialRegistry(address(authority))),
                abi.encodeCall(CredentialRegistry.initialize, (address(registry), 1 ether))
            )
        );
        _tokens = AttributeToken(_credentials.attributes());
        _credentials.addIssuer(_issuer.id, "did:web:issuer.example");
        vm.startPrank(_issuer.id);
        _type = _credentials.defineType(_NAME, _BURN);
        _revocations = _credentials.createStatusList(ICredentialRegistry.StatusPurpose.Revocation);
        _suspensions = _credentials.createStatusList(ICredentialRegistry.StatusPurpose.Suspension);
        vm.stopPrank();
    }

    function _grant(uint256 list, uint256 index) private view returns (ICredentialRegistry.Grant memory) {
        return ICredentialRegistry.Grant({
            device: _subject.id,
            credentialType: _type,
            hash: keccak256("credential"),
            statusList: list,
            statusIndex: index,
            validFrom: uint64(block.timestamp),
            validUntil: uint64(block.timestamp + 30 days),
            deadline: block.timestamp + 1 hours
        });
    }

    function _sign(ICredentialRegistry.Grant memory grant) private view returns (bytes memory) {
        bytes32 typeHash = keccak256(
            "Grant(address device,bytes32 credentialType,bytes32 hash,uint256 statusList,uint256 statusIndex,uint64 validFrom,uint64 validUntil,uint256 deadline)"
        );
        bytes32 hash = keccak256(
            abi.encode(
                typeHash,
                grant.device,
                grant.credentialType,
                grant.hash,
                grant.statusList,
                grant.statusIndex,
                grant.validFrom,
                grant.validUntil,
                grant.deadline
            )
        );
        return
            _signBytes(_issuer.key, keccak256(abi.encodePacked(hex"1901", _credentials.DOMAIN_SEPARATOR(), hash)));
    }

    function _obtain(ICredentialRegistry.Grant memory grant) private {
        bytes memory signature = _sign(grant);
        vm.prank(user);
        _credentials.obtain{value: _BURN}(grant, signature);
    }

    function _expect(bytes memory error_, ICredentialRegistry.Grant memory grant, bytes memory signature) private {
        vm.expectRevert(error_);
        vm.prank(user);
        _credentials.obtain{value: _BURN}(grant, signature);
    }

    function _setBit(uint256 list, uint256 index, bool set) private {
        delete _some;
        _some.push(index);
        vm.prank(_issuer.id);
        _credentials.updateStatus(list, set ? _some : _none, set ? _none : _some, keccak256("list"), "ipfs://list");
    }

    /* OBTAIN */

    function test_obtain_burnsRecordsAndMints() public {
        uint256 burntBefore = address(0).balance;
        uint256 before = user.balance;
        ICredentialRegistry.Grant memory grant = _grant(_revocations, 5);
        bytes memory signature = _sign(grant);
        vm.expectEmit(true, true, true, true, address(_credentials));
        emit ICredentialRegistry.CredentialObtained(_id, _type, _subject.id, grant.hash, _BURN);
        vm.prank(user);
        _credentials.obtain{value: 3 ether}(grant, signature);
        assertEq(before - user.balance, _BURN);
        assertEq(address(0).balance - burntBefore, _BURN);
        assertEq(_credentials.totalBurnt(), _BURN);
        assertEq(address(_credentials).balance, 0);
        assertTrue(_credentials.holds(_id, _type));
        assertTrue(_credentials.deviceHolds(_subject.id, _type));
        assertEq(_credentials.credentialOf(_id, _type).hash, grant.hash);
        (address wallet,) = ioID.wallet(_id);
        assertEq(_tokens.ownerOf(_tokens.tokenIdOf(_id, _type)), wallet);
    }

    function test_obtain_byIssuer_needsNoSignature() public {
        vm.deal(_issuer.id, _BURN);
        vm.prank(_issuer.id);
        _credentials.obtain{value: _BURN}(_grant(_revocations, 5), "");
        assertTrue(_credentials.holds(_id, _type));
    }

    function test_obtain_tooLittle_reverts() public {
        ICredentialRegistry.Grant memory grant = _grant(_revocations, 5);
        bytes memory signature = _sign(grant);
        vm.expectRevert(
            abi.encodeWithSelector(ICredentialRegistry.CredentialRegistryFeeTooLow.selector, _BURN - 1, _BURN)
        );
        vm.prank(user);
        _credentials.obtain{value: _BURN - 1}(grant, signature);
    }

    function test_obtain_contractPays_pullsTheRest() public {
        Receiver payer = new Receiver();
        vm.deal(address(payer), 5 ether);
        ICredentialRegistry.Grant memory grant = _grant(_revocations, 5);
        bytes memory signature = _sign(grant);
        vm.prank(address(payer));
        _credentials.obtain{value: 5 ether}(grant, signature);
        assertEq(_credentials.refundOf(address(payer)), 3 ether);
    }

    function test_obtain_replayed_reverts() public {
        ICredentialRegistry.Grant memory grant = _grant(_revocations, 5);
        bytes memory signature = _sign(grant);
        _obtain(grant);
        _expect(
            abi.encodeWithSelector(ICredentialRegistry.CredentialRegistryIndexTaken.selector, _revocations, 5),
            grant,
            signature
        );
    }

    function test_obtain_forged_reverts() public {
        ICredentialRegistry.Grant memory grant = _grant(_revocations, 5);
        bytes memory signature = _sign(grant);
        bytes memory invalid = abi.encodeWithSelector(
            ICredentialRegistry.CredentialRegistryInvalidGrant.selector, _issuer.id, _subject.id
        );
        grant.validUntil = 0;
        _expect(invalid, grant, signature);
        grant = _grant(_revocations, 5);
        vm.chainId(4689);
        _expect(invalid, grant, signature);
    }

    function test_obtain_afterDeadline_reverts() public {
        ICredentialRegistry.Grant memory grant = _grant(_revocations, 5);
        bytes memory signature = _sign(grant);
        vm.warp(grant.deadline + 1);
        _expect(
            abi.encodeWithSelector(ICredentialRegistry.CredentialRegistryGrantExpired.selector, grant.deadline),
            grant,
            signature
        );
    }

    function test_obtain_unlistedIssuerOrUnknownType_reverts() public {
        ICredentialRegistry.Grant memory grant = _grant(_revocations, 5);
        _credentials.removeIssuer(_issuer.id);
        _expect(
            abi.encodeWithSelector(ICredentialRegistry.CredentialRegistryNotIssuer.selector, _issuer.id), grant, ""
        );
        grant.credentialType = "unknown";
        _expect(
            abi.encodeWithSelector(
                ICredentialRegistry.CredentialRegistryUnknownType.selector, grant.credentialType
            ),
            grant,
            ""
        );
    }

    function test_obtain_foreignListOrIndex_reverts() public {
        ICredentialRegistry.Grant memory grant = _grant(99, 5);
        _expect(
            abi.encodeWithSelector(ICredentialRegistry.CredentialRegistryNotOwner.selector, _issuer.id),
            grant,
            _sign(grant)
        );
        grant = _grant(_revocations, 131_072);
        _expect(
            abi.encodeWithSelector(
                ICredentialRegistry.CredentialRegistryOutOfList.selector, _revocations, 131_072
            ),
            grant,
            _sign(grant)
        );
        _setBit(_revocations, 7, true);
        grant = _grant(_revocations, 7);
        _expect(
            abi.encodeWithSelector(ICredentialRegistry.CredentialRegistryIndexTaken.selector, _revocations, 7),
            grant,
            _sign(grant)
        );
    }

    function test_obtain_again_replaces() public {
        _obtain(_grant(_revocations, 5));
        _obtain(_grant(_revocations, 6));
        _setBit(_revocations, 5, true);
        assertTrue(_credentials.holds(_id, _type));
        assertTrue(_tokens.locked(_tokens.tokenIdOf(_id, _type)));
        _setBit(_revocations, 6, true);
        assertFalse(_credentials.holds(_id, _type));
        _obtain(_grant(_revocations, 8));
        assertTrue(_credentials.holds(_id, _type));
        assertTrue(_tokens.locked(_tokens.tokenIdOf(_id, _type)));
    }

    /* HOLDS */

    function test_holds_onlyWithinItsTime() public {
        ICredentialRegistry.Grant memory grant = _grant(_revocations, 5);
        grant.validFrom += 1 hours;
        _obtain(grant);
        assertFalse(_credentials.holds(_id, _type));
        vm.warp(grant.validFrom);
        assertTrue(_credentials.holds(_id, _type));
        vm.warp(grant.validUntil);
        assertTrue(_credentials.holds(_id, _type));
        vm.warp(grant.validUntil + 1);
        assertFalse(_credentials.holds(_id, _type));
        _credentials.clear(_id, _type);
        assertEq(_credentials.credentialOf(_id, _type).device, address(0));
        uint256 token = _tokens.tokenIdOf(_id, _type);
        vm.expectRevert(abi.encodeWithSignature("ERC721NonexistentToken(uint256)", token));
        _tokens.locked(token);
    }

    function test_holds_movesWithTheIoID_endsWithTheDevice() public {
        _obtain(_grant(_revocations, 5));
        vm.prank(user);
        ioID.transferFrom(user, stranger, _id);
        assertTrue(_credentials.holds(_id, _type));
        vm.expectRevert(
            abi.encodeWithSelector(ICredentialRegistry.CredentialRegistryStillHeld.selector, _id, _type)
        );
        _credentials.clear(_id, _type);
        _remove(_subject, stranger);
        assertFalse(_credentials.holds(_id, _type));
        assertFalse(_credentials.deviceHolds(_subject.id, _type));
        uint256 second = _register(_nft, _subject, stranger);
        assertFalse(_credentials.holds(second, _type));
        assertFalse(_credentials.holds(_id, _type));
        _credentials.clear(_id, _type);
    }

    function test_holds_endsWithTheIssuer() public {
        _obtain(_grant(_revocations, 5));
        _credentials.removeIssuer(_issuer.id);
        assertFalse(_credentials.holds(_id, _type));
    }

    function testFuzz_holds_neverReverts(uint256 id, bytes32 type_, address device) public view {
        _credentials.deviceHolds(device, type_);
        assertFalse(_credentials.holds(id, type_));
    }

    /* STATUS */

    function test_updateStatus_revocationIsFinal() public {
        _obtain(_grant(_revocations, 5));
        _setBit(_revocations, 5, true);
        assertFalse(_credentials.holds(_id, _type));
        assertTrue(_credentials.statusOf(_revocations, 5));
        uint256 token = _tokens.tokenIdOf(_id, _type);
        vm.expectRevert(abi.encodeWithSignature("ERC721NonexistentToken(uint256)", token));
        _tokens.ownerOf(token);
        delete _some;
        _some.push(5);
        vm.expectRevert(
            abi.encodeWithSelector(ICredentialRegistry.CredentialRegistryFinal.selector, _revocations)
        );
        vm.prank(_issuer.id);
        _credentials.updateStatus(_revocations, _none, _some, keccak256("list"), "");
    }

    function test_updateStatus_suspensionIsNot() public {
        _obtain(_grant(_suspensions, 5));
        _setBit(_suspensions, 5, true);
        assertFalse(_credentials.holds(_id, _type));
        _setBit(_suspensions, 5, false);
        assertTrue(_credentials.holds(_id, _type));
    }

    function test_updateStatus_anchorsTheList() public {
        _some.push(0);
        _some.push(257);
        vm.expectEmit(true, true, true, true, address(_credentials));
        emit ICredentialRegistry.StatusListAnchored(_revocations, 1, keccak256("list"), "ipfs://list");
        vm.prank(_issuer.id);
        _credentials.updateStatus(_revocations, _some, _none, keccak256("list"), "ipfs://list");
        uint256[] memory words = _credentials.statusWords(_revocations, 0, 3);
        assertEq(words[0], 1 << 255);
        assertEq(words[1], 1 << 254);
        assertEq(words[2], 0);
        (address issuer,, uint256 version, bytes32 hash, string memory uri) = _credentials.statusListOf(_revocations);
        assertEq(issuer, _issuer.id);
        assertEq(version, 1);
        assertEq(hash, keccak256("list"));
        assertEq(uri, "ipfs://list");
    }

    function test_updateStatus_refused_reverts() public {
        vm.expectRevert(
            abi.encodeWithSelector(ICredentialRegistry.CredentialRegistryNotOwner.selector, stranger)
        );
        vm.prank(stranger);
        _credentials.updateStatus(_revocations, _none, _none, keccak256("list"), "");
        vm.startPrank(_issuer.id);
        vm.expectRevert(ICredentialRegistry.CredentialRegistryEmptyHash.selector);
        _credentials.updateStatus(_revocations, _none, _none, 0, "");
        _some.push(131_072);
        vm.expectRevert(
            abi.encodeWithSelector(
                ICredentialRegistry.CredentialRegistryOutOfList.selector, _revocations, 131_072
            )
        );
        _credentials.updateStatus(_revocations, _some, _none, keccak256("list"), "");
    }

    /* ISSUERS */

    function test_issuers_refused_revert() public {
        bytes memory notIssuer =
            abi.encodeWithSelector(ICredentialRegistry.CredentialRegistryNotIssuer.selector, stranger);
        vm.startPrank(stranger);
        vm.expectRevert(notIssuer);
        _credentials.defineType("T", _BURN);
        vm.expectRevert(notIssuer);
        _credentials.createStatusList(ICredentialRegistry.StatusPurpose.Revocation);
        _expectUnauthorized(stranger);
        _credentials.addIssuer(stranger, "");
        _expectUnauthorized(stranger);
        _credentials.removeIssuer(_issuer.id);
        _expectUnauthorized(stranger);
        _credentials.setMinimumBurn(0);
        vm.stopPrank();

        vm.startPrank(_issuer.id);
        vm.expectRevert(
            abi.encodeWithSelector(ICredentialRegistry.CredentialRegistryTypeExists.selector, _type)
        );
        _credentials.defineType(_NAME, _BURN);
        vm.expectRevert(
            abi.encodeWithSelector(ICredentialRegistry.CredentialRegistryBurnTooLow.selector, 1, 1 ether)
        );
        _credentials.setBurn(_NAME, 1);
        _credentials.setBurn(_NAME, 5 ether);
        assertEq(_credentials.burnOf(_type), 5 ether);
        vm.stopPrank();
        _credentials.setMinimumBurn(7 ether);
        assertEq(_credentials.burnOf(_type), 7 ether);
        assertEq(_credentials.issuerOf(_type), _issuer.id);
    }

    /* SOULBOUND */

    function test_attribute_isSoulbound() public {
        _obtain(_grant(_revocations, 5));
        uint256 token = _tokens.tokenIdOf(_id, _type);
        (address wallet,) = ioID.wallet(_id);
        vm.startPrank(wallet);
        vm.expectRevert(IAttributeToken.AttributeTokenSoulbound.selector);
        _tokens.transferFrom(wallet, user, token);
        vm.expectRevert(IAttributeToken.AttributeTokenSoulbound.selector);
        _tokens.approve(user, token);
        vm.expectRevert(IAttributeToken.AttributeTokenSoulbound.selector);
        _tokens.setApprovalForAll(user, true);
        bytes memory notRegistry =
            abi.encodeWithSelector(IAttributeToken.AttributeTokenNotRegistry.selector, wallet);
        vm.expectRevert(notRegistry);
        _tokens.mint(wallet, 1);
        vm.expectRevert(notRegistry);
        _tokens.burn(token);
        assertTrue(_tokens.locked(token));
        assertTrue(_tokens.supportsInterface(type(IERC5192).interfaceId));
        assertEq(bytes32(type(IERC5192).interfaceId), bytes32(bytes4(0xb45a3c0e)));
    }
}
