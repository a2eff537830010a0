// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {OwnableUpgradeable} from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";
import {ERC721Upgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC721/ERC721Upgradeable.sol";
import {IDeviceNFT} from "./interfaces/IDeviceNFT.sol";

/// @title DeviceNFT
/// @notice See {IDeviceNFT}. Deployed once, and used through a clone or a proxy that each project owns.
contract DeviceNFT is IDeviceNFT, ERC721Upgradeable, OwnableUpgradeable {
    /// @inheritdoc IDeviceNFT
    uint256 public total;

    string private _uri;

    /// @inheritdoc IDeviceNFT
    mapping(address account => bool minter) public isMinter;

    /// @inheritdoc IDeviceNFT
    mapping(address minter => uint256 amount) public minterAllowance;

    constructor() {
        _disableInitializers();
    }

    /// @inheritdoc IDeviceNFT
    function initialize(string calldata _name, string calldata _symbol) external initializer {
        __ERC721_init(_name, _symbol);
        __Ownable_init(msg.sender);
    }

    /* OWNER */

    /// @inheritdoc IDeviceNFT
    function configureMinter(address _minter, uint256 _minterAllowedAmount) external onlyOwner {
        isMinter[_minter] = true;
        minterAllowance[_minter] = _minterAllowedAmount;
        emit MinterConfigured(_minter, _minterAllowedAmount);
    }

    /// @inheritdoc IDeviceNFT
    function incrementMinterAllowance(address _minter, uint256 _allowanceIncrement) external onlyOwner {
        if (_allowanceIncrement == 0) revert DeviceNFTZeroIncrement();
        if (!isMinter[_minter]) revert DeviceNFTNotMinter(_minter);
        minterAllowance[_minter] += _allowanceIncrement;
        emit MinterAllowanceIncremented(msg.sender, _minter, _allowanceIncrement);
    }

    /// @inheritdoc IDeviceNFT
    function removeMinter(address _minter) external onlyOwner {
        delete isMinter[_minter];
        delete minterAllowance[_minter];
        emit MinterRemoved(_minter);
    }

    /// @inheritdoc IDeviceNFT
    function setBaseURI(string calldata uri) external onlyOwner {
        _uri = uri;
        emit SetBaseURI(uri);
    }

    function _baseURI() internal view override returns (string memory) {
        return _uri;
    }

    function owner() public view override(IDeviceNFT, OwnableUpgradeable) returns (address) {
        return super.owner();
    }

    function transferOwnership(address newOwner) public override(IDeviceNFT, OwnableUpgradeable) {
        super.transferOwnership(newOwner);
    }

    /* MINTERS */

    /// @inheritdoc IDeviceNFT
    function mint(address _to) external returns (uint256 tokenId) {
        if (!isMinter[msg.sender]) revert DeviceNFTNotMinter(msg.sender);
        uint256 allowance = minterAllowance[msg.sender];
        if (allowance == 0) revert DeviceNFTNoAllowance(msg.sender);
        minterAllowance[msg.sender] = allowance - 1;
        tokenId = ++total;
        _mint(_to, tokenId);
    }
}
