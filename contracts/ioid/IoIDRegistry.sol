// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {EIP712Upgradeable} from "@openzeppelin/contracts-upgradeable/utils/cryptography/EIP712Upgradeable.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Governed} from "../governance/Governed.sol";
import {ProjectId} from "../types/Types.sol";
import {IDevicePermits} from "./interfaces/IDevicePermits.sol";
import {IIoID} from "./interfaces/IIoID.sol";
import {IIoIDRegistry} from "./interfaces/IIoIDRegistry.sol";
import {IIoIDStore} from "./interfaces/IIoIDStore.sol";
import {IProject} from "./interfaces/IProject.sol";
import {BabyJubjub} from "./libraries/BabyJubjub.sol";
import {DeviceKeys} from "./libraries/DeviceKeys.sol";
import {Did} from "./libraries/Did.sol";

/// @title IoIDRegistry
/// @notice See {IIoIDRegistry} and {IDevicePermits}.
contract IoIDRegistry is IIoIDRegistry, IDevicePermits, EIP712Upgradeable, ReentrancyGuardTransient, Governed {
    /// @inheritdoc IIoIDRegistry
    string public constant METHOD = Did.METHOD;

    /// @inheritdoc IIoIDRegistry
    bytes32 public constant EIP712DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    /// @inheritdoc IDevicePermits
    bytes32 public constant DEVICE_PERMIT_TYPEHASH = keccak256(
        "DevicePermit(uint8 action,address device,address owner,bytes32 hash,string uri,address deviceContract,"
        "uint256 tokenId,bytes32 circuitKey,uint256 nonce,uint256 deadline)"
    );

    bytes32 private constant _PERMIT_TYPEHASH = keccak256("Permit(address owner,uint256 nonce)");
    bytes32 private constant _POSSESSION = keccak256("ioID BabyJubjub possession");
    bytes32 private constant _NOTHING = keccak256("");

    /// @dev A device is registered while it has a token id. Its nonce outlives its removal.
    struct Record {
        uint64 tokenId;
        uint64 nonce;
        uint64 projectId;
        bytes32 hash;
        string uri;
    }

    struct Point {
        uint256 x;
        uint256 y;
    }

    /// @dev What a device permit signs, in its order.
    struct Message {
        bytes32 typeHash;
        Action action;
        address device;
        address owner;
        bytes32 hash;
        bytes32 uriHash;
        address deviceContract;
        uint256 tokenId;
        bytes32 circuitKey;
        uint256 nonce;
        uint256 deadline;
    }

    /// @inheritdoc IIoIDRegistry
    address public ioIDStore;

    /// @inheritdoc IIoIDRegistry
    address public ioID;

    mapping(address device => Record record) private _records;
    mapping(address device => Point key) private _circuitKeys;

    /// @dev The ioID that was last registered with a device NFT.
    mapping(address deviceContract => mapping(uint256 tokenId => uint256 id)) private _backed;

    /// @inheritdoc IIoIDRegistry
    mapping(address user => mapping(address relayer => bool allowed)) public isRelayer;

    /// @inheritdoc IIoIDRegistry
    mapping(ProjectId projectId => mapping(address relayer => bool allowed)) public isProjectRelayer;

    mapping(ProjectId projectId => bool off) private _legacyOff;

    /// @inheritdoc IDevicePermits
    mapping(uint8 keyType => address verifier) public keyVerifier;

    modifier onlyOperator(ProjectId projectId) {
        IProject project = IProject(IIoIDStore(ioIDStore).project());
        if (msg.sender != project.ownerOf(ProjectId.unwrap(projectId)) && !project.isOperator(projectId, msg.sender)) {
            revert IoIDRegistryNotOperator(projectId, msg.sender);
        }
        _;
    }

    constructor(address initialAuthority) Governed(initialAuthority) {}

    function initialize(address _ioIDStore, address _ioID) external initializer {
        if (_ioIDStore == address(0) || _ioID == address(0)) revert IoIDRegistryZeroAddress();
        __Governed_init();
        ioIDStore = _ioIDStore;
        ioID = _ioID;
    }

    /* GOVERNANCE */

    /// @inheritdoc IIoIDRegistry
    function setIoIDStore(address _ioIDStore) external restricted {
        if (_ioIDStore == address(0)) revert IoIDRegistryZeroAddress();
        ioIDStore = _ioIDStore;
        emit SetIoIdStore(_ioIDStore);
    }

    /// @inheritdoc IDevicePermits
    function setKeyVerifier(uint8 keyType, address verifier) external restricted {
        if (keyType == DeviceKeys.SECP256K1) revert IoIDRegistryUnknownKeyType(keyType);
        keyVerifier[keyType] = verifier;
        emit KeyVerifierSet(keyType, verifier);
    }

    /* PROJECTS AND USERS */

    /// @inheritdoc IIoIDRegistry
    function setRelayer(address relayer, bool allowed) external {
        isRelayer[msg.sender][relayer] = allowed;
        emit RelayerSet(msg.sender, relayer, allowed);
    }

    /// @inheritdoc IIoIDRegistry
    function setProjectRelayer(ProjectId projectId, address relayer, bool allowed) external onlyOperator(projectId) {
        isProjectRelayer[projectId][relayer] = allowed;
        emit ProjectRelayerSet(ProjectId.unwrap(projectId), relayer, allowed);
    }

    /// @inheritdoc IIoIDRegistry
    function setLegacyPermit(ProjectId projectId, bool accepted) external onlyOperator(projectId) {
        _legacyOff[projectId] = !accepted;
        emit LegacyPermitSet(ProjectId.unwrap(projectId), accepted);
    }

    /* LEGACY PERMIT */

    /// @inheritdoc IIoIDRegistry
    function register(
        address deviceContract,
        uint256 tokenId,
        address device,
        bytes32 hash,
        string calldata uri,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external payable nonReentrant {
        _checkNew(device);
        ProjectId projectId = _activate(deviceContract, 1);
        _useLegacyPermit(projectId, device, msg.sender, v, r, s);
        _create(projectId, deviceContract, tokenId, msg.sender, device, msg.sender, hash, uri);
    }

    /// @inheritdoc IIoIDRegistry
    function register(
        address deviceContract,
        uint256 tokenId,
        address user,
        address device,
        bytes32 hash,
        string calldata uri,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external payable nonReentrant {
        _checkNew(device);
        ProjectId projectId = _activate(deviceContract, 1);
        if (msg.sender != user && !(isRelayer[user][msg.sender] && isProjectRelayer[projectId][msg.sender])) {
            revert IoIDRegistryNotRelayer(projectId, user, msg.sender);
        }
        _useLegacyPermit(projectId, device, user, v, r, s);
        _create(projectId, deviceContract, tokenId, user, device, user, hash, uri);
    }

    /// @inheritdoc IIoIDRegistry
    function update(address device, bytes32 hash, string calldata uri, uint8 v, bytes32 r, bytes32 s)
        external
        nonReentrant
    {
        _useHoldersLegacyPermit(device, msg.sender, v, r, s);
        _update(device, msg.sender, hash, uri);
    }

    /// @inheritdoc IIoIDRegistry
    function remove(address device, uint8 v, bytes32 r, bytes32 s) external nonReentrant {
        _useHoldersLegacyPermit(device, msg.sender, v, r, s);
        _remove(device, msg.sender);
    }

    /// @inheritdoc IIoIDRegistry
    function migrate(address device, address user, uint8 v, bytes32 r, bytes32 s) external nonReentrant {
        _useHoldersLegacyPermit(device, user, v, r, s);
        _migrate(device, user);
    }

    function _useHoldersLegacyPermit(address device, address named, uint8 v, bytes32 r, bytes32 s) private {
        if (_holderOf(device) != msg.sender) revert IoIDRegistryNotOwner(device, msg.sender);
        _useLegacyPermit(ProjectId.wrap(_records[device].projectId), device, named, v, r, s);
    }

    /// @dev ECDSA refuses s in the upper half and the zero signer.
    function _useLegacyPermit(ProjectId projectId, address device, address named, uint8 v, bytes32 r, bytes32 s) private {
        if (_legacyOff[projectId]) revert IoIDRegistryLegacyPermitOff(projectId);
        bytes32 digest = _hashTypedDataV4(permitHash(named, device));
        (address signer, ECDSA.RecoverError failure,) = ECDSA.tryRecover(digest, v, r, s);
        if (failure != ECDSA.RecoverError.NoError || signer != device) revert IoIDRegistryInvalidPermit(device, named);
        ++_records[device].nonce;
    }

    /* DEVICE PERMIT */

    /// @inheritdoc IDevicePermits
    function registerDevice(Registration calldata registration) external payable nonReentrant returns (uint256) {
        return _register(_activate(registration.deviceContract, 1), registration);
    }

    /// @inheritdoc IDevicePermits
    function registerDevices(Registration[] calldata registrations)
        external
        payable
        nonReentrant
        returns (uint256 firstId)
    {
        if (registrations.length == 0) revert IoIDRegistryEmptyBatch();
        address deviceContract = registrations[0].deviceContract;
        ProjectId projectId = _activate(deviceContract, registrations.length);
        firstId = _register(projectId, registrations[0]);
        for (uint256 i = 1; i < registrations.length; ++i) {
            if (registrations[i].deviceContract != deviceContract) {
                revert IoIDRegistryMixedBatch(deviceContract, registrations[i].deviceContract);
            }
            _register(projectId, registrations[i]);
        }
    }

    function _register(ProjectId projectId, Registration calldata registration) private returns (uint256) {
        address device = registration.device;
        address owner_ = registration.owner;
        _checkNew(device);
        Message memory message = _message(Action.Register, device, owner_, registration.permit);
        message.hash = registration.hash;
        message.uriHash = keccak256(bytes(registration.uri));
        message.deviceContract = registration.deviceContract;
        message.tokenId = registration.tokenId;
        message.circuitKey = _hashOf(registration.circuitKey);
        bytes32 digest = _usePermit(message, registration.permit);

        bool consents = msg.sender == owner_ || registration.ownerSignature.length != 0;
        if (consents) _checkConsent(owner_, digest, registration.ownerSignature);
        if (message.circuitKey != 0) _bindCircuitKey(device, registration.circuitKey);
        return _create(
            projectId,
            registration.deviceContract,
            registration.tokenId,
            consents ? owner_ : msg.sender,
            device,
            owner_,
            registration.hash,
            registration.uri
        );
    }

    /// @inheritdoc IDevicePermits
    function updateDevice(
        address device,
        bytes32 hash,
        string calldata uri,
        CircuitKey calldata key,
        DevicePermit calldata permit,
        bytes calldata holderSignature
    ) external nonReentrant {
        address holder = _holderOf(device);
        Message memory message = _message(Action.Update, device, holder, permit);
        message.hash = hash;
        message.uriHash = keccak256(bytes(uri));
        message.circuitKey = _hashOf(key);
        _checkConsent(holder, _usePermit(message, permit), holderSignature);
        if (message.circuitKey != 0) _bindCircuitKey(device, key);
        _update(device, holder, hash, uri);
    }

    /// @inheritdoc IDevicePermits
    function removeDevice(address device, DevicePermit calldata permit, bytes calldata holderSignature)
        external
        nonReentrant
    {
        address holder = _holderOf(device);
        Message memory message = _message(Action.Remove, device, holder, permit);
        _checkConsent(holder, _usePermit(message, permit), holderSignature);
        _remove(device, holder);
    }

    /// @inheritdoc IDevicePermits
    function migrateDevice(
        address device,
        address owner_,
        DevicePermit calldata permit,
        bytes calldata holderSignature
    ) external nonReentrant {
        address holder = _holderOf(device);
        Message memory message = _message(Action.Migrate, device, owner_, permit);
        _checkConsent(holder, _usePermit(message, permit), holderSignature);
        _migrate(device, owner_);
    }

    function _message(Action action, address device, address owner_, DevicePermit calldata permit)
        private
        view
        returns (Message memory message)
    {
        message.typeHash = DEVICE_PERMIT_TYPEHASH;
        message.action = action;
        message.device = device;
        message.owner = owner_;
        message.uriHash = _NOTHING;
        message.nonce = _records[device].nonce;
        message.deadline = permit.deadline;
    }

    /// @return digest What the device signed, and whoever else has to consent signs.
    function _usePermit(Message memory message, DevicePermit calldata permit) private returns (bytes32 digest) {
        address device = message.device;
        if (block.timestamp > permit.deadline) revert IoIDRegistryPermitExpired(device, permit.deadline);
        // All members are static: their encoding is the struct's of EIP-712.
        digest = _hashTypedDataV4(keccak256(abi.encode(message)));
        address verifier = address(0);
        if (permit.keyType != DeviceKeys.SECP256K1) {
            verifier = keyVerifier[permit.keyType];
            if (verifier == address(0)) revert IoIDRegistryUnknownKeyType(permit.keyType);
        }
        if (!DeviceKeys.isSigner(device, digest, verifier, permit.publicKey, permit.signature)) {
            revert IoIDRegistryInvalidPermit(device, message.owner);
        }
        ++_records[device].nonce;
    }

    function _checkConsent(address account, bytes32 digest, bytes calldata signature) private view {
        if (msg.sender == account || SignatureChecker.isValidSignatureNowCalldata(account, digest, signature)) return;
        revert IoIDRegistryNoConsent(account, msg.sender);
    }

    /// @dev The identity is (0, 1): no key has x = 0, so a key without x is none.
    function _hashOf(CircuitKey calldata key) private pure returns (bytes32) {
        return key.x == 0 && key.y == 0 ? bytes32(0) : keccak256(abi.encode(key.x, key.y));
    }

    function _bindCircuitKey(address device, CircuitKey calldata key) private {
        BabyJubjub.Proof memory proof = BabyJubjub.Proof({
            x: key.x,
            y: key.y,
            eighthX: key.eighthX,
            eighthY: key.eighthY,
            commitmentX: key.commitmentX,
            commitmentY: key.commitmentY,
            response: key.response
        });
        bytes32 challenge = keccak256(
            abi.encode(
                _POSSESSION,
                block.chainid,
                address(this),
                device,
                proof.x,
                proof.y,
                proof.commitmentX,
                proof.commitmentY
            )
        );
        if (!BabyJubjub.isInSubgroup(proof) || !BabyJubjub.isPossessed(proof, uint128(uint256(challenge)))) {
            revert IoIDRegistryInvalidCircuitKey(device);
        }
        _circuitKeys[device] = Point({x: proof.x, y: proof.y});
        emit CircuitKeyBound(device, proof.x, proof.y);
    }

    /* DEVICES */

    function _checkNew(address device) private view {
        if (exists(device)) revert IoIDRegistryDeviceExists(device);
    }

    /// @dev The store is paid, and gives back what is left, before anything else happens: it calls no one who is not
    /// governance's.
    function _activate(address deviceContract, uint256 amount) private returns (ProjectId) {
        return IIoIDStore(ioIDStore).activate{value: msg.value}(deviceContract, amount, msg.sender);
    }

    /// @dev The device contract is the only untrusted callee, and the last.
    function _create(
        ProjectId projectId,
        address deviceContract,
        uint256 tokenId,
        address from,
        address device,
        address to,
        bytes32 hash,
        string calldata uri
    ) private returns (uint256 id) {
        Record storage record = _records[device];
        if (registeredNFT(deviceContract, tokenId)) revert IoIDRegistryNFTUsed(deviceContract, tokenId);
        address account;
        (id, account) = IIoID(ioID).create(projectId, device, to);
        _backed[deviceContract][tokenId] = id;
        // Both are counted from 1 up: 64 bits hold them.
        record.tokenId = uint64(id);
        record.projectId = uint64(ProjectId.unwrap(projectId));
        _setDocument(record, hash, uri);
        emit NewDevice(device, to, hash, uri);

        // The account takes every token. That it was moved is not trusted: a broken token contract would leave it empty.
        IERC721(deviceContract).transferFrom(from, account, tokenId);
        if (IERC721(deviceContract).ownerOf(tokenId) != account) revert IoIDRegistryNFTNotMoved(deviceContract, tokenId);
    }

    function _update(address device, address holder, bytes32 hash, string calldata uri) private {
        _setDocument(_records[device], hash, uri);
        emit UpdateDevice(device, holder, hash, uri);
    }

    function _setDocument(Record storage record, bytes32 hash, string calldata uri) private {
        if (hash == bytes32(0)) revert IoIDRegistryEmptyHash();
        record.hash = hash;
        record.uri = uri;
    }

    function _remove(address device, address holder) private {
        uint64 nonce = _records[device].nonce;
        delete _records[device];
        delete _circuitKeys[device];
        _records[device].nonce = nonce;
        IIoID(ioID).removeDID(device);
        emit RemoveDevice(device, holder);
    }

    function _migrate(address device, address to) private {
        IIoID(ioID).migrate(_records[device].tokenId, to);
        emit Migrate(device, to);
    }

    function _holderOf(address device) private view returns (address) {
        return IIoID(ioID).ownerOf(deviceTokenId(device));
    }

    /* VIEWS */

    /// @inheritdoc IIoIDRegistry
    function exists(address device) public view returns (bool) {
        return _records[device].tokenId != 0;
    }

    /// @inheritdoc IIoIDRegistry
    function deviceTokenId(address device) public view returns (uint256) {
        return _recordOf(device).tokenId;
    }

    /// @inheritdoc IIoIDRegistry
    function documentID(address device) external pure returns (string memory) {
        return Did.fromDevice(device);
    }

    /// @inheritdoc IIoIDRegistry
    function documentHash(address device) external view returns (bytes32) {
        return _recordOf(device).hash;
    }

    /// @inheritdoc IIoIDRegistry
    function documentURI(address device) external view returns (string memory) {
        return _recordOf(device).uri;
    }

    /// @inheritdoc IDevicePermits
    function circuitKey(address device) external view returns (uint256 x, uint256 y) {
        _recordOf(device);
        Point memory key = _circuitKeys[device];
        return (key.x, key.y);
    }

    function _recordOf(address device) private view returns (Record storage) {
        if (!exists(device)) revert IoIDRegistryUnknownDevice(device);
        return _records[device];
    }

    /// @inheritdoc IIoIDRegistry
    function registeredNFT(address deviceContract, uint256 tokenId) public view returns (bool) {
        uint256 id = _backed[deviceContract][tokenId];
        return id != 0 && IIoID(ioID).deviceOf(id) != address(0);
    }

    /// @inheritdoc IIoIDRegistry
    function nonces(address device) public view returns (uint256) {
        return _records[device].nonce;
    }

    /// @inheritdoc IIoIDRegistry
    function acceptsLegacyPermit(ProjectId projectId) external view returns (bool) {
        return !_legacyOff[projectId];
    }

    /// @inheritdoc IIoIDRegistry
    function permitHash(address owner_, address device) public view returns (bytes32) {
        return keccak256(abi.encode(_PERMIT_TYPEHASH, owner_, nonces(device)));
    }

    /// @inheritdoc IIoIDRegistry
    function DOMAIN_SEPARATOR() external view returns (bytes32) {
        return _domainSeparatorV4();
    }

    /// @dev Constants: nothing of the domain is read from storage.
    function _EIP712Name() internal pure override returns (string memory) {
        return "ioIDRegistry";
    }

    function _EIP712Version() internal pure override returns (string memory) {
        return "1";
    }
}
