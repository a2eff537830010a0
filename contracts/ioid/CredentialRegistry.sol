// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {EIP712Upgradeable} from "@openzeppelin/contracts-upgradeable/utils/cryptography/EIP712Upgradeable.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Governed} from "../governance/Governed.sol";
import {AttributeToken} from "./AttributeToken.sol";
import {Refunds} from "./Refunds.sol";
import {IAttributeToken} from "./interfaces/IAttributeToken.sol";
import {ICredentialRegistry} from "./interfaces/ICredentialRegistry.sol";
import {IIoID} from "./interfaces/IIoID.sol";
import {IIoIDRegistry} from "./interfaces/IIoIDRegistry.sol";

/// @title CredentialRegistry
/// @notice See {ICredentialRegistry}.
contract CredentialRegistry is ICredentialRegistry, Refunds, EIP712Upgradeable, Governed {
    bytes32 private constant _GRANT_TYPEHASH = keccak256(
        "Grant(address device,bytes32 credentialType,bytes32 hash,uint256 statusList,uint256 statusIndex,"
        "uint64 validFrom,uint64 validUntil,uint256 deadline)"
    );

    /// @dev W3C: a list shorter than this tells too much about whom it is asked for.
    uint256 private constant _LIST_BITS = 131_072;

    /// @dev No one has its key.
    address private constant _BURN = address(0);

    struct Type {
        address issuer;
        uint96 burn;
    }

    struct StatusList {
        address issuer;
        StatusPurpose purpose;
        uint64 version;
        bytes32 hash;
        string uri;
        mapping(uint256 word => uint256 bits) words;
        mapping(uint256 index => Holding holding) granted;
        mapping(bytes32 hash => uint256 version) versions;
    }

    /// @dev Whose credential an index of a list is for.
    struct Holding {
        uint64 ioID;
        bytes32 credentialType;
    }

    /// @inheritdoc ICredentialRegistry
    address public ioIDRegistry;

    /// @inheritdoc ICredentialRegistry
    address public ioID;

    /// @inheritdoc ICredentialRegistry
    address public attributes;

    /// @inheritdoc ICredentialRegistry
    uint256 public minimumBurn;

    /// @inheritdoc ICredentialRegistry
    uint256 public totalBurnt;

    uint256 private _listCount;

    /// @inheritdoc ICredentialRegistry
    mapping(address account => bool issuer) public isIssuer;

    mapping(address issuer => string did) private _dids;

    /// @dev Outlives a removal: whoever was struck off is known to have been, until governance gives the DID to another.
    mapping(bytes32 didHash => address issuer) private _issuersOfDids;

    mapping(bytes32 credentialType => Type definition) private _types;
    mapping(uint256 statusList => StatusList list) private _lists;
    mapping(bytes32 place => uint256 statusList) private _listsAt;
    mapping(uint256 ioID => mapping(bytes32 credentialType => Credential credential)) private _credentials;

    constructor(address initialAuthority) Governed(initialAuthority) {}

    /// @param minimum The least that a credential burns, in wei.
    function initialize(address registry, uint256 minimum) external initializer {
        if (registry == address(0)) revert CredentialRegistryZeroAddress();
        __Governed_init();
        __EIP712_init("ioIDCredentials", "1");
        ioIDRegistry = registry;
        ioID = IIoIDRegistry(registry).ioID();
        attributes = address(new AttributeToken(address(this)));
        minimumBurn = minimum;
        emit MinimumBurnSet(minimum);
    }

    /* GOVERNANCE */

    /// @inheritdoc ICredentialRegistry
    function addIssuer(address issuer, string calldata did) external restricted {
        if (issuer == address(0)) revert CredentialRegistryZeroAddress();
        if (bytes(did).length == 0) revert CredentialRegistryEmptyText();
        bytes32 didHash = keccak256(bytes(did));
        address former = _issuersOfDids[didHash];
        if (former != issuer && isIssuer[former]) revert CredentialRegistryDidTaken(did, former);
        delete _issuersOfDids[keccak256(bytes(_dids[issuer]))];
        if (former != address(0)) delete _dids[former];
        isIssuer[issuer] = true;
        _dids[issuer] = did;
        _issuersOfDids[didHash] = issuer;
        emit IssuerAdded(issuer, did);
    }

    /// @inheritdoc ICredentialRegistry
    function removeIssuer(address issuer) external restricted {
        if (!isIssuer[issuer]) revert CredentialRegistryNotIssuer(issuer);
        isIssuer[issuer] = false;
        emit IssuerRemoved(issuer);
    }

    /// @inheritdoc ICredentialRegistry
    function setMinimumBurn(uint256 minimum) external restricted {
        minimumBurn = minimum;
        emit MinimumBurnSet(minimum);
    }

    /* ISSUERS */

    modifier onlyIssuer() {
        if (!isIssuer[msg.sender]) revert CredentialRegistryNotIssuer(msg.sender);
        _;
    }

    /// @inheritdoc ICredentialRegistry
    function defineType(string calldata name, uint96 burn) external onlyIssuer returns (bytes32 credentialType) {
        credentialType = typeIdOf(msg.sender, name);
        if (_types[credentialType].issuer != address(0)) revert CredentialRegistryTypeExists(credentialType);
        _setType(credentialType, name, burn);
    }

    /// @inheritdoc ICredentialRegistry
    function setBurn(string calldata name, uint96 burn) external onlyIssuer {
        bytes32 credentialType = typeIdOf(msg.sender, name);
        if (_types[credentialType].issuer == address(0)) revert CredentialRegistryUnknownType(credentialType);
        _setType(credentialType, name, burn);
    }

    function _setType(bytes32 credentialType, string calldata name, uint96 burn) private {
        if (burn < minimumBurn) revert CredentialRegistryBurnTooLow(burn, minimumBurn);
        _types[credentialType] = Type({issuer: msg.sender, burn: burn});
        emit TypeSet(credentialType, msg.sender, name, burn);
    }

    /// @inheritdoc ICredentialRegistry
    function createStatusList(StatusPurpose purpose, string calldata uri)
        external
        onlyIssuer
        returns (uint256 statusList)
    {
        if (bytes(uri).length == 0) revert CredentialRegistryEmptyText();
        bytes32 place = _placeOf(msg.sender, uri);
        if (_listsAt[place] != 0) revert CredentialRegistryListExists(_listsAt[place]);
        statusList = ++_listCount;
        _listsAt[place] = statusList;
        StatusList storage list = _lists[statusList];
        list.issuer = msg.sender;
        list.purpose = purpose;
        list.uri = uri;
        emit StatusListCreated(statusList, msg.sender, purpose, uri);
    }

    /// @dev An issuer that was struck off may still revoke.
    /// @inheritdoc ICredentialRegistry
    function updateStatus(
        uint256 statusList,
        uint256 version,
        uint256[] calldata set,
        uint256[] calldata cleared,
        bytes32 hash
    ) external {
        StatusList storage list = _lists[statusList];
        if (msg.sender != list.issuer) revert CredentialRegistryNotOwner(msg.sender);
        if (hash == bytes32(0)) revert CredentialRegistryEmptyHash();
        if (version != ++list.version) revert CredentialRegistryWrongVersion(statusList, version, list.version);
        if (list.versions[hash] != 0) revert CredentialRegistryOldList(statusList, list.versions[hash]);
        bool isFinal = list.purpose == StatusPurpose.Revocation;
        if (isFinal && cleared.length != 0) revert CredentialRegistryFinal(statusList);
        for (uint256 i = 0; i < set.length; ++i) {
            _setBit(list, statusList, set[i], true);
            if (isFinal) _revoke(list.granted[set[i]], statusList, set[i]);
        }
        for (uint256 i = 0; i < cleared.length; ++i) {
            _setBit(list, statusList, cleared[i], false);
        }
        list.hash = hash;
        list.versions[hash] = version;
        emit StatusListAnchored(statusList, version, hash);
    }

    function _setBit(StatusList storage list, uint256 statusList, uint256 index, bool set) private {
        if (index >= _LIST_BITS) revert CredentialRegistryOutOfList(statusList, index);
        (uint256 word, uint256 bit) = _bitOf(index);
        uint256 before = list.words[word];
        uint256 later = set ? before | bit : before & ~bit;
        if (later == before) return;
        list.words[word] = later;
        emit StatusChanged(statusList, index, set);
    }

    /// @dev The credential stays, so that its status can be read; its token goes, unless the ioID has another by now.
    function _revoke(Holding memory holding, uint256 statusList, uint256 index) private {
        Credential storage credential = _credentials[holding.ioID][holding.credentialType];
        if (holding.ioID == 0 || credential.statusList != statusList || credential.statusIndex != index) return;
        _burnToken(holding.ioID, holding.credentialType);
    }

    function _burnToken(uint256 id, bytes32 credentialType) private {
        Credential storage credential = _credentials[id][credentialType];
        if (!credential.hasToken) return;
        credential.hasToken = false;
        IAttributeToken(attributes).burn(_tokenOf(id, credentialType));
    }

    /* HOLDERS */

    /// @inheritdoc ICredentialRegistry
    function obtain(Grant calldata grant, bytes calldata issuerSignature) external payable {
        address issuer = _types[grant.credentialType].issuer;
        if (issuer == address(0)) revert CredentialRegistryUnknownType(grant.credentialType);
        if (!isIssuer[issuer]) revert CredentialRegistryNotIssuer(issuer);
        if (block.timestamp > grant.deadline) revert CredentialRegistryGrantExpired(grant.deadline);
        if (_isOver(grant.validUntil)) revert CredentialRegistryGrantExpired(grant.validUntil);
        if (msg.sender != issuer && !_isSigned(issuer, grant, issuerSignature)) {
            revert CredentialRegistryInvalidGrant(issuer, grant.device);
        }
        uint256 id = IIoIDRegistry(ioIDRegistry).deviceTokenId(grant.device);
        _takeIndex(issuer, grant, id);

        bool hadToken = _replace(id, grant);
        // _takeIndex has bounded the list and its index.
        _credentials[id][grant.credentialType] = Credential({
            device: grant.device,
            validFrom: grant.validFrom,
            hasToken: true,
            validUntil: grant.validUntil,
            statusList: uint64(grant.statusList),
            statusIndex: uint32(grant.statusIndex),
            hash: grant.hash
        });
        uint256 burnt = burnOf(grant.credentialType);
        if (msg.value < burnt) revert CredentialRegistryFeeTooLow(msg.value, burnt);
        totalBurnt += burnt;
        emit CredentialObtained(id, grant.credentialType, grant.device, grant.hash, burnt);

        if (!hadToken) {
            (address account,) = IIoID(ioID).wallet(id);
            IAttributeToken(attributes).mint(account, _tokenOf(id, grant.credentialType));
        }
        _send(_BURN, burnt);
        _refund(msg.sender, msg.value - burnt);
    }

    function _isSigned(address issuer, Grant calldata grant, bytes calldata signature) private view returns (bool) {
        // All members are static: their encoding is the struct's of EIP-712.
        bytes32 digest = _hashTypedDataV4(keccak256(abi.encode(_GRANT_TYPEHASH, grant)));
        return SignatureChecker.isValidSignatureNowCalldata(issuer, digest, signature);
    }

    /// @dev Anyone may bring a grant that was left lying: it must not take the place of a newer one that still counts.
    function _replace(uint256 id, Grant calldata grant) private view returns (bool hadToken) {
        Credential memory former = _credentials[id][grant.credentialType];
        if (grant.validFrom < former.validFrom && !_isOver(former.validUntil) && !_isRevoked(former)) {
            revert CredentialRegistryOlderGrant(id, grant.credentialType);
        }
        return former.hasToken;
    }

    /// @dev 0 is no end.
    function _isOver(uint256 validUntil) private view returns (bool) {
        return validUntil != 0 && block.timestamp > validUntil;
    }

    function _takeIndex(address issuer, Grant calldata grant, uint256 id) private {
        StatusList storage list = _lists[grant.statusList];
        if (list.issuer != issuer) revert CredentialRegistryNotOwner(issuer);
        if (grant.statusIndex >= _LIST_BITS) revert CredentialRegistryOutOfList(grant.statusList, grant.statusIndex);
        Holding storage holding = list.granted[grant.statusIndex];
        if (holding.ioID != 0 || statusOf(grant.statusList, grant.statusIndex)) {
            revert CredentialRegistryIndexTaken(grant.statusList, grant.statusIndex);
        }
        // ioIDs are counted from 1 up: 64 bits hold them.
        holding.ioID = uint64(id);
        holding.credentialType = grant.credentialType;
    }

    /// @inheritdoc ICredentialRegistry
    function clear(uint256 id, bytes32 credentialType) external {
        Credential memory credential = _credentials[id][credentialType];
        if (!_isOver(credential.validUntil) && IIoID(ioID).deviceOf(id) == credential.device && !_isRevoked(credential)) {
            revert CredentialRegistryStillHeld(id, credentialType);
        }
        _burnToken(id, credentialType);
        delete _credentials[id][credentialType];
    }

    function _isRevoked(Credential memory credential) private view returns (bool) {
        return _lists[credential.statusList].purpose == StatusPurpose.Revocation
            && statusOf(credential.statusList, credential.statusIndex);
    }

    /* VIEWS */

    /// @inheritdoc ICredentialRegistry
    function holds(uint256 id, bytes32 credentialType) public view returns (bool) {
        Credential memory credential = _credentials[id][credentialType];
        return credential.device != address(0) && block.timestamp >= credential.validFrom
            && !_isOver(credential.validUntil) && isIssuer[_types[credentialType].issuer]
            && !statusOf(credential.statusList, credential.statusIndex)
            && IIoID(ioID).deviceOf(id) == credential.device;
    }

    /// @inheritdoc ICredentialRegistry
    function deviceHolds(address device, bytes32 credentialType) external view returns (bool) {
        return holds(IIoID(ioID).idOf(device), credentialType);
    }

    /// @inheritdoc ICredentialRegistry
    function credentialOf(uint256 id, bytes32 credentialType) external view returns (Credential memory) {
        return _credentials[id][credentialType];
    }

    /// @inheritdoc ICredentialRegistry
    function burnOf(bytes32 credentialType) public view returns (uint256) {
        uint256 burn = _types[credentialType].burn;
        return burn < minimumBurn ? minimumBurn : burn;
    }

    /// @inheritdoc ICredentialRegistry
    function issuerOf(bytes32 credentialType) external view returns (address) {
        return _types[credentialType].issuer;
    }

    /// @inheritdoc ICredentialRegistry
    function didOf(address issuer) external view returns (string memory) {
        return _dids[issuer];
    }

    /// @inheritdoc ICredentialRegistry
    function issuerOfDid(string calldata did) external view returns (address) {
        return _issuersOfDids[keccak256(bytes(did))];
    }

    /// @inheritdoc ICredentialRegistry
    function typeIdOf(address issuer, string calldata name) public pure returns (bytes32) {
        return keccak256(abi.encode(issuer, name));
    }

    /// @inheritdoc ICredentialRegistry
    function statusOf(uint256 statusList, uint256 statusIndex) public view returns (bool) {
        (uint256 word, uint256 bit) = _bitOf(statusIndex);
        return _lists[statusList].words[word] & bit != 0;
    }

    function _bitOf(uint256 index) private pure returns (uint256 word, uint256 bit) {
        return (index >> 8, (1 << 255) >> (index & 255));
    }

    /// @inheritdoc ICredentialRegistry
    function statusWords(uint256 statusList, uint256 first, uint256 count)
        external
        view
        returns (uint256[] memory words)
    {
        words = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) {
            words[i] = _lists[statusList].words[first + i];
        }
    }

    /// @inheritdoc ICredentialRegistry
    function statusListOf(uint256 statusList)
        external
        view
        returns (address issuer, StatusPurpose purpose, uint256 version, bytes32 hash, string memory uri)
    {
        StatusList storage list = _lists[statusList];
        return (list.issuer, list.purpose, list.version, list.hash, list.uri);
    }

    /// @inheritdoc ICredentialRegistry
    function statusListAt(address issuer, string calldata uri) external view returns (uint256) {
        return _listsAt[_placeOf(issuer, uri)];
    }

    /// @dev Lists of two issuers at one place are two: nobody takes a place from another.
    function _placeOf(address issuer, string calldata uri) private pure returns (bytes32) {
        return keccak256(abi.encode(issuer, uri));
    }

    /// @inheritdoc ICredentialRegistry
    function versionOf(uint256 statusList, bytes32 hash) external view returns (uint256) {
        return _lists[statusList].versions[hash];
    }

    function _tokenOf(uint256 id, bytes32 credentialType) private view returns (uint256) {
        return IAttributeToken(attributes).tokenIdOf(id, credentialType);
    }

    /// @inheritdoc ICredentialRegistry
    function DOMAIN_SEPARATOR() external view returns (bytes32) {
        return _domainSeparatorV4();
    }
}
