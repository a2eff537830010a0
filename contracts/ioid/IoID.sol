// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {
    ERC721EnumerableUpgradeable
} from "@openzeppelin/contracts-upgradeable/token/ERC721/extensions/ERC721EnumerableUpgradeable.sol";
import {IERC6551Registry} from "erc6551/interfaces/IERC6551Registry.sol";
import {Governed} from "../governance/Governed.sol";
import {ProjectId} from "../types/Types.sol";
import {IIoID} from "./interfaces/IIoID.sol";
import {DeviceList} from "./libraries/DeviceList.sol";
import {Did} from "./libraries/Did.sol";

/// @title IoID
/// @notice See {IIoID}.
contract IoID is IIoID, ERC721EnumerableUpgradeable, Governed {
    using DeviceList for DeviceList.List;

    bytes32 private constant _WALLET_SALT = 0;
    ProjectId private constant _NO_PROJECT = ProjectId.wrap(0);

    /// @dev Where the official clients start paging.
    address private constant _SENTINEL = address(1);

    /// @inheritdoc IIoID
    address public minter;

    /// @inheritdoc IIoID
    address public walletRegistry;

    /// @inheritdoc IIoID
    address public walletImplementation;

    /// @dev How many ioIDs were minted: they are never burnt, and ids run from 1 to this number.
    uint256 private _minted;

    mapping(uint256 id => address device) private _devices;
    mapping(address device => uint256 id) private _ids;
    mapping(bytes32 didHash => address wallet) private _wallets;
    mapping(uint256 id => address resolver) private _resolvers;
    mapping(ProjectId projectId => DeviceList.List devices) private _projectDevices;

    /// @inheritdoc IIoID
    mapping(address device => ProjectId projectId) public deviceProject;

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
        if (_ids[_device] != 0) revert IoIDDeviceExists(_device);
        if (_device == address(0)) revert IoIDZeroAddress();
        id = ++_minted;
        _mint(_owner, id);

        address wallet_ =
            IERC6551Registry(walletRegistry).createAccount(
                walletImplementation, _WALLET_SALT, block.chainid, address(this), id
            );
        string memory did_ = Did.fromDevice(_device);
        _wallets[keccak256(bytes(did_))] = wallet_;
        _devices[id] = _device;
        _ids[_device] = id;
        deviceProject[_device] = _projectId;
        _projectDevices[_projectId].append(_device);
        emit CreateIoID(_owner, id, wallet_, did_);
    }

    /// @inheritdoc IIoID
    function removeDID(address _device) external onlyMinter {
        uint256 id = _ids[_device];
        if (id == 0) revert IoIDUnknownDevice(_device);
        string memory did_ = Did.fromDevice(_device);
        bytes32 didHash = keccak256(bytes(did_));
        address wallet_ = _wallets[didHash];

        _projectDevices[deviceProject[_device]].remove(_device);
        deviceProject[_device] = _NO_PROJECT;
        delete _wallets[didHash];
        delete _devices[id];
        delete _ids[_device];
        emit RemoveDIDWallet(wallet_, did_);
    }

    /// @inheritdoc IIoID
    function migrate(uint256 _id, address _owner) external onlyMinter {
        address oldOwner = _requireOwned(_id);
        _transfer(oldOwner, _owner, _id);
        emit Migrate(oldOwner, _owner, _id);
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
        wallet_ = IERC6551Registry(walletRegistry).account(
            walletImplementation, _WALLET_SALT, block.chainid, address(this), _id
        );
        address device = _devices[_id];
        if (device != address(0)) did_ = Did.fromDevice(device);
    }

    /// @inheritdoc IIoID
    function wallet(string calldata _did) external view returns (address) {
        return _wallets[keccak256(bytes(_did))];
    }

    /// @inheritdoc IIoID
    function projectDeviceCount(ProjectId projectId) external view returns (uint256) {
        return _projectDevices[projectId].length;
    }

    /// @inheritdoc IIoID
    function projectIDs(ProjectId _projectId, address _start, uint256 _pageSize)
        external
        view
        returns (address[] memory array, address next)
    {
        DeviceList.List storage devices = _projectDevices[_projectId];
        if (_start == address(0) || _start == _SENTINEL) return devices.page(devices.first, _pageSize);
        if (deviceProject[_start] != _projectId) revert IoIDNotInProject(_projectId, _start);
        return devices.page(_start, _pageSize);
    }

    /// @inheritdoc IIoID
    function resolver(uint256 _id) external view returns (address) {
        return _resolvers[_id];
    }
}
