// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {EIP712Upgradeable} from "@openzeppelin/contracts-upgradeable/utils/cryptography/EIP712Upgradeable.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Governed} from "../governance/Governed.sol";
import {ProjectId} from "../types/Types.sol";
import {IIoID} from "./interfaces/IIoID.sol";
import {IIoIDRegistry} from "./interfaces/IIoIDRegistry.sol";
import {IIoIDStore} from "./interfaces/IIoIDStore.sol";
import {Did} from "./libraries/Did.sol";

/// @title IoIDRegistry
/// @notice See {IIoIDRegistry}.
contract IoIDRegistry is IIoIDRegistry, EIP712Upgradeable, ReentrancyGuardTransient, Governed {
    /// @inheritdoc IIoIDRegistry
    string public constant METHOD = Did.METHOD;

    /// @inheritdoc IIoIDRegistry
    bytes32 public constant EIP712DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    bytes32 private constant _PERMIT_TYPEHASH = keccak256("Permit(address owner,uint256 nonce)");
    ProjectId private constant _NO_PROJECT = ProjectId.wrap(0);

    /// @dev A device is registered while it has a token id.
    struct Record {
        uint256 tokenId;
        bytes32 hash;
        string uri;
    }

    struct Signature {
        uint8 v;
        bytes32 r;
        bytes32 s;
    }

    /// @inheritdoc IIoIDRegistry
    address public ioIDStore;

    /// @inheritdoc IIoIDRegistry
    address public ioID;

    mapping(address device => Record record) private _records;

    /// @inheritdoc IIoIDRegistry
    mapping(address device => uint256 nonce) public nonces;

    /// @inheritdoc IIoIDRegistry
    mapping(address deviceContract => mapping(uint256 tokenId => bool used)) public registeredNFT;

    /// @inheritdoc IIoIDRegistry
    mapping(address user => mapping(address relayer => bool allowed)) public isRelayer;

    constructor(address initialAuthority) Governed(initialAuthority) {}

    function initialize(address _ioIDStore, address _ioID) external initializer {
        if (_ioIDStore == address(0) || _ioID == address(0)) revert IoIDRegistryZeroAddress();
        __Governed_init();
        __EIP712_init("ioIDRegistry", "1");
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

    /* RELAYERS */

    /// @inheritdoc IIoIDRegistry
    function setRelayer(address relayer, bool allowed) external {
        isRelayer[msg.sender][relayer] = allowed;
        emit RelayerSet(msg.sender, relayer, allowed);
    }

    /* DEVICES */

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
        _register(deviceContract, tokenId, msg.sender, device, hash, uri, Signature(v, r, s));
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
        if (msg.sender != user && !isRelayer[user][msg.sender]) revert IoIDRegistryNotRelayer(user, msg.sender);
        _register(deviceContract, tokenId, user, device, hash, uri, Signature(v, r, s));
    }

    /// @dev The device contract is the only untrusted callee, and the last: the refund apart, nothing follows it.
    function _register(
        address deviceContract,
        uint256 tokenId,
        address user,
        address device,
        bytes32 hash,
        string calldata uri,
        Signature memory signature
    ) private {
        if (exists(device)) revert IoIDRegistryDeviceExists(device);
        if (registeredNFT[deviceContract][tokenId]) revert IoIDRegistryNFTUsed(deviceContract, tokenId);
        ProjectId projectId = IIoIDStore(ioIDStore).deviceContractProject(deviceContract);
        if (projectId == _NO_PROJECT) revert IoIDRegistryUnknownContract(deviceContract);
        _usePermit(device, user, signature);

        registeredNFT[deviceContract][tokenId] = true;
        _setDocument(device, hash, uri);
        uint256 rest = _activate(projectId);
        uint256 id = IIoID(ioID).mint(projectId, device, user);
        _records[device].tokenId = id;
        emit NewDevice(device, user, hash, uri);

        _moveNFT(deviceContract, tokenId, user, id);
        if (rest != 0 && !LowLevelCall.callNoReturn(msg.sender, rest, "")) {
            revert IoIDRegistryRefundFailed(msg.sender, rest);
        }
    }

    /// @return rest What was sent and is not spent, in wei.
    function _activate(ProjectId projectId) private returns (uint256 rest) {
        IIoIDStore store = IIoIDStore(ioIDStore);
        uint256 fee = store.activationFee(projectId);
        if (msg.value < fee) revert IoIDRegistryFeeTooLow(msg.value, fee);
        store.activeIoID{value: fee}(projectId);
        return msg.value - fee;
    }

    /// @dev Does not trust that the transfer happened: a broken token contract would leave the account empty.
    function _moveNFT(address deviceContract, uint256 tokenId, address from, uint256 id) private {
        (address wallet,) = IIoID(ioID).wallet(id);
        IERC721(deviceContract).safeTransferFrom(from, wallet, tokenId);
        if (IERC721(deviceContract).ownerOf(tokenId) != wallet) revert IoIDRegistryNFTNotMoved(deviceContract, tokenId);
    }

    /// @inheritdoc IIoIDRegistry
    function update(address device, bytes32 hash, string calldata uri, uint8 v, bytes32 r, bytes32 s)
        external
        nonReentrant
    {
        _checkOwner(device);
        _usePermit(device, msg.sender, Signature(v, r, s));
        _setDocument(device, hash, uri);
        emit UpdateDevice(device, msg.sender, hash, uri);
    }

    /// @inheritdoc IIoIDRegistry
    function remove(address device, uint8 v, bytes32 r, bytes32 s) external nonReentrant {
        _checkOwner(device);
        _usePermit(device, msg.sender, Signature(v, r, s));
        delete _records[device];
        IIoID(ioID).removeDID(device);
        emit RemoveDevice(device, msg.sender);
    }

    /// @inheritdoc IIoIDRegistry
    function migrate(address device, address user, uint8 v, bytes32 r, bytes32 s) external nonReentrant {
        _checkOwner(device);
        _usePermit(device, user, Signature(v, r, s));
        IIoID(ioID).migrate(_records[device].tokenId, user);
        emit Migrate(device, user);
    }

    function _checkOwner(address device) private view {
        if (IIoID(ioID).ownerOf(deviceTokenId(device)) != msg.sender) revert IoIDRegistryNotOwner(device, msg.sender);
    }

    /// @dev ECDSA refuses s in the upper half and the zero signer. Whatever proves a device's key otherwise comes here.
    function _usePermit(address device, address owner, Signature memory signature) private {
        bytes32 digest = _hashTypedDataV4(permitHash(owner, device));
        (address signer, ECDSA.RecoverError failure,) =
            ECDSA.tryRecover(digest, signature.v, signature.r, signature.s);
        if (failure != ECDSA.RecoverError.NoError || signer != device) {
            revert IoIDRegistryInvalidPermit(device, owner);
        }
        ++nonces[device];
    }

    function _setDocument(address device, bytes32 hash, string calldata uri) private {
        if (hash == bytes32(0)) revert IoIDRegistryEmptyHash();
        _records[device].hash = hash;
        _records[device].uri = uri;
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

    function _recordOf(address device) private view returns (Record storage) {
        if (!exists(device)) revert IoIDRegistryUnknownDevice(device);
        return _records[device];
    }

    /// @inheritdoc IIoIDRegistry
    function permitHash(address owner, address device) public view returns (bytes32) {
        return keccak256(abi.encode(_PERMIT_TYPEHASH, owner, nonces[device]));
    }

    /// @inheritdoc IIoIDRegistry
    function DOMAIN_SEPARATOR() external view returns (bytes32) {
        return _domainSeparatorV4();
    }
}
