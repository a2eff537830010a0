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
├── again for the same type, it takes the place of the former
└── left lying, or of what has ended, it takes no one's place

CredentialRegistry.holds
├── within its time, with its bit clear, while its issuer is listed and its device is bound
└── never reverts

CredentialRegistry.updateStatus
├── by another than the issuer, of no hash, beyond the list, or undoing a revocation, it reverts
├── a revocation is final and burns the token; a suspension is neither
├── anchors the published list, whose bits are read in W3C's order
├── of another version than the next, or of a list that was anchored before, it reverts
└── of an issuer vouches for no list and for no credential of another

An issuer
├── has its DID alone while it is listed
└── that was struck off is known by its DID until another account has it

AttributeToken
└── is locked: it is neither moved nor approved, and only the registry mints and burns it
*/
contract CredentialRegistry_Test is Permits {
    uint96 private constant _BURN = 2 ether;
    string private constant _NAME = "W3bstreamProver";
    string private constant _DID = "did:web:issuer.example";
    string private constant _URL = "https://issuer.example/status";

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
        _credentials.addIssuer(_issuer.id, _DID);
        vm.startPrank(_issuer.id);
        _type = _credentials.defineType(_NAME, _BURN);
        _revocations = _credentials.createStatusList(ICredentialRegistry.StatusPurpose.Revocation, _URL);
        _suspensions = _credentials.createStatusList(ICredentialRegistry.StatusPurpose.Suspension, "ipfs://other");
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
        _update(list, set ? _some : _none, set ? _none : _some);
    }

    /// @dev Each version has a hash of its own.
    function _update(uint256 list, uint256[] memory set, uint256[] memory cleared) private {
        uint256 version = _next(list);
        vm.prank(_issuer.id);
        _credentials.updateStatus(list, version, set, cleared, keccak256(abi.encode(version)));
    }

    function _next(uint256 list) private view returns (uint256) {
        (,, uint256 version,,) = _credentials.statusListOf(list);
        return version + 1;
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

    function test_obtain_grantLeftLying_cannotReplaceNewer() public {
        ICredentialRegistry.Grant memory older = _grant(_revocations, 5);
        older.deadline = block.timestamp + 10 days;
        bytes memory signature = _sign(older);
        vm.warp(block.timestamp + 1 days);
        ICredentialRegistry.Grant memory newer = _grant(_revocations, 6);
        newer.hash = keccak256("newer");
        _obtain(newer);
        _expect(
            abi.encodeWithSelector(ICredentialRegistry.CredentialRegistryOlderGrant.selector, _id, _type),
            older,
            signature
        );
        assertEq(_credentials.credentialOf(_id, _type).hash, newer.hash);
        // What counts no longer gives way.
        _setBit(_revocations, 6, true);
        _obtain(older);
        assertTrue(_credentials.holds(_id, _type));
    }

    function test_obtain_whatHasEnded_reverts() public {
        ICredentialRegistry.Grant memory grant = _grant(_revocations, 5);
        grant.validUntil = uint64(block.timestamp - 1);
        _expect(
            abi.encodeWithSelector(ICredentialRegistry.CredentialRegistryGrantExpired.selector, grant.validUntil),
            grant,
            _sign(grant)
        );
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
        _credentials.updateStatus(_revocations, 2, _none, _some, keccak256("list"));
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
        emit ICredentialRegistry.StatusListAnchored(_revocations, 1, keccak256("list"));
        vm.prank(_issuer.id);
        _credentials.updateStatus(_revocations, 1, _some, _none, keccak256("list"));
        uint256[] memory words = _credentials.statusWords(_revocations, 0, 3);
        assertEq(words[0], 1 << 255);
        assertEq(words[1], 1 << 254);
        assertEq(words[2], 0);
        (address issuer,, uint256 version, bytes32 hash, string memory uri) = _credentials.statusListOf(_revocations);
        assertEq(issuer, _issuer.id);
        assertEq(version, 1);
        assertEq(hash, keccak256("list"));
        assertEq(uri, _URL);
        assertEq(_credentials.versionOf(_revocations, keccak256("list")), 1);
        assertEq(_credentials.versionOf(_suspensions, keccak256("list")), 0);
    }

    function test_updateStatus_refused_reverts() public {
        vm.expectRevert(
            abi.encodeWithSelector(ICredentialRegistry.CredentialRegistryNotOwner.selector, stranger)
        );
        vm.prank(stranger);
        _credentials.updateStatus(_revocations, 1, _none, _none, keccak256("list"));
        vm.startPrank(_issuer.id);
        vm.expectRevert(ICredentialRegistry.CredentialRegistryEmptyHash.selector);
        _credentials.updateStatus(_revocations, 1, _none, _none, 0);
        _some.push(131_072);
        vm.expectRevert(
            abi.encodeWithSelector(
                ICredentialRegistry.CredentialRegistryOutOfList.selector, _revocations, 131_072
            )
        );
        _credentials.updateStatus(_revocations, 1, _some, _none, keccak256("list"));
    }

    function test_updateStatus_overtakenOrReplayed_reverts() public {
        _update(_revocations, _none, _none);
        vm.startPrank(_issuer.id);
        for (uint256 version = 0; version < 4; ++version) {
            if (version == 2) continue;
            vm.expectRevert(
                abi.encodeWithSelector(
                    ICredentialRegistry.CredentialRegistryWrongVersion.selector, _revocations, version, 2
                )
            );
            _credentials.updateStatus(_revocations, version, _none, _none, keccak256("list"));
        }
        vm.stopPrank();
    }

    function test_updateStatus_rollbackToOldList_reverts() public {
        _update(_revocations, _none, _none);
        (,,, bytes32 old,) = _credentials.statusListOf(_revocations);
        _setBit(_revocations, 5, true);
        vm.startPrank(_issuer.id);
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    ICredentialRegistry.CredentialRegistryOldList.selector, _revocations, i == 0 ? 1 : 2
                )
            );
            _credentials.updateStatus(_revocations, 3, _none, _none, i == 0 ? old : keccak256(abi.encode(uint256(2))));
        }
        // Another list may have these bytes: it is at another place.
        _credentials.updateStatus(_suspensions, 1, _none, _none, old);
        vm.stopPrank();
    }

    function test_updateStatus_otherIssuersList_vouchesForNothing() public {
        _obtain(_grant(_revocations, 5));
        Device memory rogue = _device("rogue");
        _credentials.addIssuer(rogue.id, "did:web:rogue.example");
        vm.startPrank(rogue.id);
        // At the same place it has a list of its own, which is not the one that the credential's issuer leads to.
        uint256 own = _credentials.createStatusList(ICredentialRegistry.StatusPurpose.Revocation, _URL);
        assertEq(_credentials.statusListAt(rogue.id, _URL), own);
        assertEq(_credentials.statusListAt(_credentials.issuerOfDid(_DID), _URL), _revocations);
        vm.expectRevert(
            abi.encodeWithSelector(ICredentialRegistry.CredentialRegistryNotOwner.selector, rogue.id)
        );
        _credentials.updateStatus(_revocations, 1, _none, _none, keccak256("list"));
        _some.push(5);
        _credentials.updateStatus(own, 1, _some, _none, keccak256("list"));
        vm.stopPrank();
        assertTrue(_credentials.holds(_id, _type));
        // A grant of the true issuer's with the rogue's list, which only the rogue could revoke.
        ICredentialRegistry.Grant memory grant = _grant(own, 6);
        _expect(
            abi.encodeWithSelector(ICredentialRegistry.CredentialRegistryNotOwner.selector, _issuer.id),
            grant,
            _sign(grant)
        );
    }

    function test_obtain_otherIssuersSignature_reverts() public {
        Device memory rogue = _device("rogue");
        _credentials.addIssuer(rogue.id, "did:web:rogue.example");
        ICredentialRegistry.Grant memory grant = _grant(_revocations, 5);
        Device memory issuer = _issuer;
        _issuer = rogue;
        bytes memory forged = _sign(grant);
        _issuer = issuer;
        _expect(
            abi.encodeWithSelector(
                ICredentialRegistry.CredentialRegistryInvalidGrant.selector, issuer.id, _subject.id
            ),
            grant,
            forged
        );
    }

    function test_holds_falseInTheBlockOfTheAnchor() public {
        _obtain(_grant(_revocations, 5));
        _obtain(_grant(_revocations, 6));
        _setBit(_revocations, 6, true);
        assertFalse(_credentials.holds(_id, _type));
        assertFalse(_credentials.deviceHolds(_subject.id, _type));
        // Of the struck-off issuer, too.
        _obtain(_grant(_revocations, 7));
        _credentials.removeIssuer(_issuer.id);
        _setBit(_revocations, 7, true);
        _credentials.addIssuer(_issuer.id, _DID);
        assertFalse(_credentials.holds(_id, _type));
    }

    function test_createStatusList_refused_reverts() public {
        vm.startPrank(_issuer.id);
        vm.expectRevert(
            abi.encodeWithSelector(ICredentialRegistry.CredentialRegistryListExists.selector, _revocations)
        );
        _credentials.createStatusList(ICredentialRegistry.StatusPurpose.Suspension, _URL);
        vm.expectRevert(ICredentialRegistry.CredentialRegistryEmptyText.selector);
        _credentials.createStatusList(ICredentialRegistry.StatusPurpose.Revocation, "");
        assertEq(_credentials.statusListAt(_issuer.id, "https://issuer.example/none"), 0);
    }

    /* ISSUERS */

    function test_addIssuer_didIsOfOneAccount() public {
        vm.expectRevert(
            abi.encodeWithSelector(ICredentialRegistry.CredentialRegistryDidTaken.selector, _DID, _issuer.id)
        );
        _credentials.addIssuer(stranger, _DID);
        vm.expectRevert(ICredentialRegistry.CredentialRegistryEmptyText.selector);
        _credentials.addIssuer(stranger, "");

        // Struck off, it is still known: whoever verifies learns that it was.
        _credentials.removeIssuer(_issuer.id);
        assertEq(_credentials.issuerOfDid(_DID), _issuer.id);
        assertFalse(_credentials.isIssuer(_credentials.issuerOfDid(_DID)));

        _credentials.addIssuer(stranger, _DID);
        assertEq(_credentials.issuerOfDid(_DID), stranger);
        assertEq(_credentials.didOf(stranger), _DID);
        assertEq(_credentials.didOf(_issuer.id), "");

        // An account has one DID.
        _credentials.addIssuer(stranger, "did:web:new.example");
        assertEq(_credentials.issuerOfDid(_DID), address(0));
        assertEq(_credentials.issuerOfDid("did:web:new.example"), stranger);
    }

    function test_issuers_refused_revert() public {
        bytes memory notIssuer =
            abi.encodeWithSelector(ICredentialRegistry.CredentialRegistryNotIssuer.selector, stranger);
        vm.startPrank(stranger);
        vm.expectRevert(notIssuer);
        _credentials.defineType("T", _BURN);
        vm.expectRevert(notIssuer);
        _credentials.createStatusList(ICredentialRegistry.StatusPurpose.Revocation, _URL);
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
