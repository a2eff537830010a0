// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title IIdentityRegistry
/// @notice What W3bstream reads of the ioID registry: which token is a device's.
interface IIdentityRegistry {
    /// @notice Returns whether `device` is registered now.
    function exists(address device) external view returns (bool);

    /// @notice Returns the ioID token of a registered `device`.
    function deviceTokenId(address device) external view returns (uint256);
}

/// @title IIdentityToken
/// @notice What W3bstream reads of the ioID token: whose it is, of which project, and its account.
interface IIdentityToken {
    /// @notice Returns the project of `device`, or zero where it has none.
    function deviceProject(address device) external view returns (uint256);

    /// @notice Returns the owner of the ioID `tokenId`.
    function ownerOf(uint256 tokenId) external view returns (address);

    /// @notice Returns the ERC-6551 account and the DID of the ioID `tokenId`.
    function wallet(uint256 tokenId) external view returns (address wallet_, string memory did_);
}

/// @title IProjectToken
/// @notice What W3bstream reads of the project NFT: who owns a project, and who may act for its owner.
interface IProjectToken {
    /// @notice Returns the owner of the project `tokenId`. Reverts where there is none.
    function ownerOf(uint256 tokenId) external view returns (address);

    /// @notice Returns whether `owner` lets `operator` act for all of its projects (ERC-721).
    function isApprovedForAll(address owner, address operator) external view returns (bool);
}
