// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

/// @title IDeviceNFT
/// @notice One ERC-721 token a device of one project, minted within allowances that the project's owner gives.
/// Selectors and events of the official DeviceNFT.
interface IDeviceNFT is IERC721 {
    /* ERRORS */

    /// @notice Thrown when `account` is not a minter.
    error DeviceNFTNotMinter(address account);

    /// @notice Thrown when `minter` has minted all that it was allowed.
    error DeviceNFTNoAllowance(address minter);

    /// @notice Thrown when an allowance is incremented by zero.
    error DeviceNFTZeroIncrement();

    /* EVENTS */

    /// @notice Emitted when `minter` is allowed to mint `minterAllowedAmount` tokens from now on.
    event MinterConfigured(address indexed minter, uint256 minterAllowedAmount);

    /// @notice Emitted when `owner` allows `minter` to mint `allowanceIncrement` more tokens.
    event MinterAllowanceIncremented(address indexed owner, address indexed minter, uint256 allowanceIncrement);

    /// @notice Emitted when `minter` may mint no longer.
    event MinterRemoved(address indexed minter);

    /// @notice Emitted when token URIs start with `uri`.
    event SetBaseURI(string uri);

    /* OWNER */

    /// @notice Names the token. The caller becomes the owner: create and initialize in one transaction.
    function initialize(string calldata _name, string calldata _symbol) external;

    /// @notice Allows `_minter` to mint `_minterAllowedAmount` tokens, whatever it was allowed before. Only the owner.
    function configureMinter(address _minter, uint256 _minterAllowedAmount) external;

    /// @notice Allows the minter `_minter` to mint `_allowanceIncrement` more tokens. Only the owner.
    function incrementMinterAllowance(address _minter, uint256 _allowanceIncrement) external;

    /// @notice Takes the right to mint and all allowance from `_minter`. Only the owner.
    function removeMinter(address _minter) external;

    /// @notice Sets what token URIs start with. Only the owner.
    function setBaseURI(string calldata _uri) external;

    /* MINTERS */

    /// @notice Mints the next token to `_to`, within the caller's allowance.
    function mint(address _to) external returns (uint256);

    /* VIEWS */

    function owner() external view returns (address);
    function transferOwnership(address newOwner) external;

    function isMinter(address account) external view returns (bool);

    /// @notice Returns how many tokens `minter` may still mint. 2^248 - 1 and more are without end, and stay 2^256 - 1.
    function minterAllowance(address minter) external view returns (uint256);

    /// @notice Returns how many tokens were minted. Ids run from 1 to this number.
    function total() external view returns (uint256);
}
