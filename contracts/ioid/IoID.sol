// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC721Upgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC721/ERC721Upgradeable.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IERC721Enumerable} from "@openzeppelin/contracts/token/ERC721/extensions/IERC721Enumerable.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IERC6551Registry} from "erc6551/interfaces/IERC6551Registry.sol";
import {Governed} from "../governance/Governed.sol";
import {ProjectId} from "../types/Types.sol";
import {IIoID} from "./interfaces/IIoID.sol";
import {DeviceOrder} from "./libraries/DeviceOrder.sol";
import {Did} from "./libraries/Did.sol";
import {IdList} from "./libraries/IdList.sol";

/// @title IoID
/// @notice See {IIoID}.
/// @dev ioIDs are never burnt, and their ids run from 1: what OpenZeppelin's enumerable token stores in seven slots is in
/// two here (docs/adr/0021).
contract IoID is IIoID, ERC721Upgradeable, Governed {
    using DeviceOrder for DeviceOrder.Order;
    using IdList for IdList.List;

    bytes32 private constant _WALLET_SALT = 0;
    ProjectId private constant _NO_PROJECT = ProjectId.wrap(0);

    /// @dev Code of an ERC-6551 account: an ERC-1167 proxy, then salt, chain, token contract and token id, 32 bytes each.
    uint256 private constant _ACCOUNT_SIZE = 173;
    uint256 private constant _ACCOUNT_CHAIN_ID = 77;

    /// @dev Below it, a page's start is a place in the order; no device has an address with so many leading zeros.
    uint160 private constant _PLACES = 1 << 64;

    /// @dev `index` is the id's in the list of its holder.
    struct Token {
        address holder;
        uint64 index;
    }

    /// @dev `place` is the device's in the order of its project.
    struct Device {
        uint64 id;
        uint64 projectId;
        uint64 place;
    }

    /// @inheritdoc IIoID
    address public minter;

    /// @dev How many ioIDs were minted.
    uint64 private _minted;

    /// @inheritdoc IIoID
    address public walletRegistry;

    /// @inheritdoc IIoID
    address public walletImplementation;

    mapping(uint256 id => Token token) private _tokens;
    mapping(address holder => IdList.List ids) private _held;

    /// @inheritdoc IIoID
    mapping(uint256 id => address device) public deviceOf;

    mapping(address device => Device record) private _records;
    mapping(ProjectId projectId => DeviceOrder.Order order) private _orders;
    mapping(uint256 id => address resolver) private _resolvers;

    modifier onlyMinter() {
        if (msg.sender != minter) revert IoIDNotMinter(msg.sender);
        _;
    }

    constructor(address initialAuthority) Governed(initialAuthority) {}

    /// @param _minter The registry, or zero: then no one mints until governance has named it.
    function initialize(
        address _minter,
        address _walletRegistry,
        address _walletImplementation,
        string calldata _name,
        string calldata _symbol
    ) external initializer {
        if (_walletRegistry == address(0) || _walletImplementation == address(0)) revert IoIDZeroAddress();
        __Governed_init();
        __ERC721_init(_name, _symbol);
        minter = _minter;
        walletRegistry = _walletRegistry;
        walletImplementation = _walletImplementation;
        emit SetMinter(_minter);
    }

    /* GOVERNANCE */

    /// @inheritdoc IIoID
    function setMinter(address _minter) external restricted {
        if (_minter == address(0)) revert IoIDZeroAddress();
        minter = _minter;
        emit SetMinter(_minter);
    }

    /* MINTER */

    /// @inheritdoc IIoID
    function mint(ProjectId _projectId, address _device, address _owner) external onlyMinter returns (uint256 id) {
        (id,) = _create(_projectId, _device, _owner);
    }

    /// @inheritdoc IIoID
    function create(ProjectId projectId, address device, address holder)
        external
        onlyMinter
        returns (uint256 id, address account)
    {
        return _create(projectId, device, holder);
    }

    function _create(ProjectId projectId, address device, address holder)
        private
        returns (uint256 id, address account)
    {
        if (device == address(0)) revert IoIDZeroAddress();
        if (_records[device].id != 0) revert IoIDDeviceExists(device);
        uint64 id_ = ++_minted;
        id = id_;
        account =
            IERC6551Registry(walletRegistry).createAccount(
                walletImplementation, _WALLET_SALT, block.chainid, address(this), id
            );
        _mint(holder, id);

        deviceOf[id] = device;
        // Project ids are counted from 1 up: 64 bits hold them.
        _records[device] = Device({
            id: id_, projectId: uint64(ProjectId.unwrap(projectId)), place: _orders[projectId].append(id_)
        });
        emit CreateIoID(holder, id, account, Did.fromDevice(device));
    }

    /// @inheritdoc IIoID
    function removeDID(address _device) external onlyMinter {
        Device memory record = _records[_device];
        if (record.id == 0) revert IoIDUnknownDevice(_device);
        _orders[ProjectId.wrap(record.projectId)].remove(record.place);
        delete deviceOf[record.id];
        delete _records[_device];
        emit RemoveDIDWallet(_accountOf(record.id), Did.fromDevice(_device));
    }

    /// @inheritdoc IIoID
    function migrate(uint256 _id, address _owner) external onlyMinter {
        address oldOwner = _requireOwned(_id);
        _transfer(oldOwner, _owner, _id);
        emit Migrate(oldOwner, _owner, _id);
    }

    /* TOKEN */

    /// @dev Mints and transfers; nothing burns. The account of an ioID exists before the ioID has a holder.
    function _update(address to, uint256 id, address auth) internal override returns (address from) {
        Token memory token = _tokens[id];
        from = token.holder;
        if (auth != address(0)) _checkAuthorized(from, auth, id);
        if (to.code.length != 0) _checkHolder(to, id);
        if (from != address(0)) {
            _approve(address(0), id, address(0), false);
            uint64 moved = _held[from].removeAt(token.index);
            if (moved != 0) _tokens[moved].index = token.index;
        }
        _tokens[id] = Token({holder: to, index: _held[to].append(uint64(id))});
        emit Transfer(from, to, id);
    }

    /// @dev Goes from holder to holder up to one that is no account of an ioID. It ends, because no ioID owns itself yet.
    function _checkHolder(address holder, uint256 id) private view {
        for (uint256 held = _heldBy(holder); held != 0; held = _heldBy(holder)) {
            if (held == id) revert IoIDOwnsItself(id, holder);
            holder = _tokens[held].holder;
        }
    }

    /// @dev Returns the ioID whose account this is, or zero. A token has an account for each salt and implementation, and
    /// its holder commands all of them; what that may change is behind the proxy, whose own code names its token for good.
    function _heldBy(address account) private view returns (uint256 held) {
        if (account.code.length != _ACCOUNT_SIZE) return 0;
        uint256 chainId = 0;
        address token = address(0);
        assembly ("memory-safe") {
            // Above the free memory pointer, which stays: nothing is kept.
            let data := mload(0x40)
            extcodecopy(account, data, _ACCOUNT_CHAIN_ID, 96)
            chainId := mload(data)
            token := mload(add(data, 32))
            held := mload(add(data, 64))
        }
        if (chainId != block.chainid || token != address(this)) held = 0;
    }

    function _accountOf(uint256 id) private view returns (address) {
        return IERC6551Registry(walletRegistry).account(
            walletImplementation, _WALLET_SALT, block.chainid, address(this), id
        );
    }

    function _ownerOf(uint256 id) internal view override returns (address) {
        return _tokens[id].holder;
    }

    function balanceOf(address holder) public view override(ERC721Upgradeable, IERC721) returns (uint256) {
        if (holder == address(0)) revert ERC721InvalidOwner(address(0));
        return _held[holder].length();
    }

    function totalSupply() public view returns (uint256) {
        return _minted;
    }

    function tokenByIndex(uint256 index) external view returns (uint256) {
        if (index >= _minted) revert IoIDOutOfBounds(address(0), index);
        return index + 1;
    }

    function tokenOfOwnerByIndex(address holder, uint256 index) external view returns (uint256) {
        if (index >= balanceOf(holder)) revert IoIDOutOfBounds(holder, index);
        return _held[holder].idAt(index);
    }

    function supportsInterface(bytes4 interfaceId) public view override(ERC721Upgradeable, IERC165) returns (bool) {
        return interfaceId == type(IERC721Enumerable).interfaceId || super.supportsInterface(interfaceId);
    }

    /* HOLDER */

    /// @inheritdoc IIoID
    function setResolver(uint256 _id, address _resolver) external {
        _checkAuthorized(_requireOwned(_id), msg.sender, _id);
        _resolvers[_id] = _resolver;
        emit SetResolver(_id, _resolver);
    }

    /* VIEWS */

    /// @inheritdoc IIoID
    function did(address _device) external pure returns (string memory) {
        return Did.fromDevice(_device);
    }

    /// @inheritdoc IIoID
    function wallet(uint256 _id) external view returns (address wallet_, string memory did_) {
        _requireOwned(_id);
        wallet_ = _accountOf(_id);
        address device = deviceOf[_id];
        if (device != address(0)) did_ = Did.fromDevice(device);
    }

    /// @inheritdoc IIoID
    function wallet(string calldata _did) external view returns (address) {
        uint256 id = _records[Did.toDevice(_did)].id;
        return id == 0 ? address(0) : _accountOf(id);
    }

    /// @inheritdoc IIoID
    function idOf(address device) external view returns (uint256) {
        return _records[device].id;
    }

    /// @inheritdoc IIoID
    function deviceProject(address device) external view returns (ProjectId) {
        return ProjectId.wrap(_records[device].projectId);
    }

    /// @inheritdoc IIoID
    function projectDeviceCount(ProjectId projectId) external view returns (uint256) {
        return _orders[projectId].count();
    }

    /// @inheritdoc IIoID
    function projectIDs(ProjectId _projectId, address _start, uint256 _pageSize)
        external
        view
        returns (address[] memory array, address next)
    {
        (uint64[] memory ids, uint256 place) = _orders[_projectId].page(_placeOf(_projectId, _start), _pageSize);
        array = new address[](ids.length);
        for (uint256 i = 0; i < ids.length; ++i) {
            array[i] = deviceOf[ids[i]];
        }
        next = address(uint160(place));
    }

    function _placeOf(ProjectId projectId, address start) private view returns (uint256) {
        if (start == address(0)) return 1;
        if (uint160(start) < _PLACES) return uint160(start);
        Device memory record = _records[start];
        if (record.id == 0 || ProjectId.wrap(record.projectId) != projectId) revert IoIDNotInProject(projectId, start);
        return record.place;
    }

    /// @inheritdoc IIoID
    function resolver(uint256 _id) external view returns (address) {
        return _resolvers[_id];
    }
}
