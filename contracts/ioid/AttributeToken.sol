// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IAttributeToken, IERC5192} from "./interfaces/IAttributeToken.sol";

/// @title AttributeToken
/// @notice See {IAttributeToken}.
contract AttributeToken is IAttributeToken, ERC721 {
    /// @inheritdoc IAttributeToken
    address public immutable credentialRegistry;

    modifier onlyRegistry() {
        if (msg.sender != credentialRegistry) revert AttributeTokenNotRegistry(msg.sender);
        _;
    }

    constructor(address registry) ERC721("ioID Attribute", "IOATTR") {
        credentialRegistry = registry;
    }

    /// @inheritdoc IAttributeToken
    function mint(address account, uint256 tokenId) external onlyRegistry {
        _mint(account, tokenId);
        emit Locked(tokenId);
    }

    /// @inheritdoc IAttributeToken
    function burn(uint256 tokenId) external onlyRegistry {
        _burn(tokenId);
    }

    /// @dev An approval's or a transfer's authority is never zero; the registry's is.
    function _update(address to, uint256 tokenId, address auth) internal override returns (address) {
        if (auth != address(0)) revert AttributeTokenSoulbound();
        return super._update(to, tokenId, auth);
    }

    function _approve(address, uint256, address auth, bool) internal pure override {
        if (auth != address(0)) revert AttributeTokenSoulbound();
    }

    function _setApprovalForAll(address, address, bool) internal pure override {
        revert AttributeTokenSoulbound();
    }

    /* VIEWS */

    /// @inheritdoc IERC5192
    function locked(uint256 tokenId) external view returns (bool) {
        _requireOwned(tokenId);
        return true;
    }

    /// @inheritdoc IAttributeToken
    function tokenIdOf(uint256 ioID, bytes32 credentialType) external pure returns (uint256) {
        return uint256(keccak256(abi.encode(ioID, credentialType)));
    }

    function supportsInterface(bytes4 interfaceId) public view override(ERC721, IERC165) returns (bool) {
        return interfaceId == type(IERC5192).interfaceId || super.supportsInterface(interfaceId);
    }
}
