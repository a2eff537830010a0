// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {ERC721Holder} from "@openzeppelin/contracts/token/ERC721/utils/ERC721Holder.sol";
import {IDeviceGauge} from "../ioid/interfaces/IDeviceGauge.sol";

/// @title DummyDeviceGauge
/// @notice Keeps device NFTs and whose they count as. Nothing is earned in it.
contract DummyDeviceGauge is IDeviceGauge, ERC721Holder {
    address public deviceNFT;
    mapping(uint256 tokenId => address owner) public deviceOwner;

    constructor(address _deviceNFT) {
        deviceNFT = _deviceNFT;
    }

    function deposit(uint256 _tokenId, address _recipient) external {
        deviceOwner[_tokenId] = _recipient;
        IERC721(deviceNFT).safeTransferFrom(msg.sender, address(this), _tokenId);
        emit Deposit(_recipient, _tokenId);
    }

    function stakingToken() external view returns (address) {
        return deviceNFT;
    }
}
