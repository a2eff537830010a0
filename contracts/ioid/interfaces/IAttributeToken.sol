// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

/// @title IERC5192
/// @notice Minimal soulbound NFTs, as ERC-5192 has them.
interface IERC5192 {
    /// @notice Emitted when `tokenId` is locked.
    event Locked(uint256 tokenId);

    /// @notice Emitted when `tokenId` is unlocked: never.
    event Unlocked(uint256 tokenId);

    /// @notice Returns whether an existing token is locked: always.
    function locked(uint256 tokenId) external view returns (bool);
}

/// @title IAttributeToken
/// @notice The credentials of ioIDs as soulbound tokens of the ioIDs' accounts, for dApps that read tokens. An account
/// moves with its ioID, a token never leaves its account.
/// @dev A token is there from `obtain` until the credential is revoked or cleared. Time and suspension do not burn it: who
/// must know whether a credential is held now asks {ICredentialRegistry.holds}.
interface IAttributeToken is IERC721, IERC5192 {
    /* ERRORS */

    /// @notice Thrown when `caller` is not the credential registry.
    error AttributeTokenNotRegistry(address caller);

    /// @notice Thrown when a token would be transferred or approved.
    error AttributeTokenSoulbound();

    /* FUNCTIONS */

    /// @notice Mints `tokenId` to `account`. Only the credential registry.
    function mint(address account, uint256 tokenId) external;

    /// @notice Burns `tokenId`. Only the credential registry.
    function burn(uint256 tokenId) external;

    /// @notice Returns the token of a credential: keccak256(abi.encode(ioID, credentialType)).
    function tokenIdOf(uint256 ioID, bytes32 credentialType) external pure returns (uint256);

    function credentialRegistry() external view returns (address);
}
