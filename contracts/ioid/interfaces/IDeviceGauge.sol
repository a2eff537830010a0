// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title IDeviceGauge
/// @notice Where device NFTs are staked for their devices' owners. Selectors and events of the official gauge.
interface IDeviceGauge {
    /// @notice Emitted when `tokenId` is staked for `user`.
    event Deposit(address indexed user, uint256 tokenId);

    /// @notice Takes the caller's device NFT `_tokenId`, and counts it as `_recipient`'s.
    function deposit(uint256 _tokenId, address _recipient) external;

    /// @notice Returns the device NFT that it takes.
    function stakingToken() external view returns (address);
}
