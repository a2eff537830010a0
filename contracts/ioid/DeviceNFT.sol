// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {OwnableUpgradeable} from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";
import {ERC721Upgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC721/ERC721Upgradeable.sol";
import {IDeviceNFT} from "./interfaces/IDeviceNFT.sol";

/// @title DeviceNFT
/// @notice See {IDeviceNFT}. Deployed once, and used through a clone or a proxy that each project owns.
contract DeviceNFT is IDeviceNFT, ERC721Upgradeable, OwnableUpgradeable {
    uint248 private constant _WITHOUT_END = type(uint248).max;

    /// @dev One slot. An allowance that does not fit in it is without end.
    struct Minter {
        bool appointed;
        uint248 allowance;
    }

    /// @inheritdoc IDeviceNFT
    uint256 public total;

    string private _uri;

    mapping(address account => Minter minter) private _minters;

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
        _setAllowance(_minter, _minterAllowedAmount);
        emit MinterConfigured(_minter, _minterAllowedAmount);
    }

    /// @inheritdoc IDeviceNFT
    function incrementMinterAllowance(address _minter, uint256 _allowanceIncrement) external onlyOwner {
        if (_allowanceIncrement == 0) revert DeviceNFTZeroIncrement();
        if (!isMinter(_minter)) revert DeviceNFTNotMinter(_minter);
        _setAllowance(_minter, minterAllowance(_minter) + _allowanceIncrement);
        emit MinterAllowanceIncremented(msg.sender, _minter, _allowanceIncrement);
    }

    function _setAllowance(address minter, uint256 amount) private {
        _minters[minter] =
            Minter({appointed: true, allowance: amount < _WITHOUT_END ? uint248(amount) : _WITHOUT_END});
    }

    /// @inheritdoc IDeviceNFT
    function removeMinter(address _minter) external onlyOwner {
        delete _minters[_minter];
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
        Minter memory minter = _minters[msg.sender];
        if (!minter.appointed) revert DeviceNFTNotMinter(msg.sender);
        if (minter.allowance == 0) revert DeviceNFTNoAllowance(msg.sender);
        if (minter.allowance != _WITHOUT_END) _minters[msg.sender].allowance = minter.allowance - 1;
        tokenId = ++total;
        _mint(_to, tokenId);
    }

    /* VIEWS */

    /// @inheritdoc IDeviceNFT
    function isMinter(address account) public view returns (bool) {
        return _minters[account].appointed;
    }

    /// @inheritdoc IDeviceNFT
    function minterAllowance(address minter) public view returns (uint256) {
        uint248 allowance = _minters[minter].allowance;
        return allowance == _WITHOUT_END ? type(uint256).max : allowance;
    }
}
