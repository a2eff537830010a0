// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC721Enumerable} from "@openzeppelin/contracts/token/ERC721/extensions/IERC721Enumerable.sol";
import {ProjectId} from "../../types/Types.sol";

/// @title IIoID
/// @notice An ioID is an ERC-721 token with an ERC-6551 account that holds what the device owns: its device NFT first.
/// Whoever holds the token commands the account. Selectors and events of the official ioID.
/// @dev The account's salt is 0. An ioID outlives its device's removal: token and account stay, the DID is unbound.
interface IIoID is IERC721Enumerable {
    /* ERRORS */

    /// @notice Thrown when `caller` is not the minter.
    error IoIDNotMinter(address caller);

    /// @notice Thrown when an address that must be set is zero.
    error IoIDZeroAddress();

    /// @notice Thrown when `device` has an ioID already.
    error IoIDDeviceExists(address device);

    /// @notice Thrown when `device` has no ioID.
    error IoIDUnknownDevice(address device);

    /// @notice Thrown when a page starts from a `device` that is not in `projectId`, or no longer.
    error IoIDNotInProject(ProjectId projectId, address device);

    /* EVENTS */

    /// @notice Emitted when governance names the minter.
    event SetMinter(address indexed minter);

    /// @notice Emitted when the device whose DID is `did` gets the ioID `id`, whose account is `wallet`.
    event CreateIoID(address indexed owner, uint256 id, address wallet, string did);

    /// @notice Emitted when `did` is unbound from its ioID, whose account is `wallet`.
    event RemoveDIDWallet(address indexed wallet, string did);

    /// @notice Emitted when a device moves with its ioID `id` to `newOwner`.
    event Migrate(address indexed oldOwner, address indexed newOwner, uint256 id);

    /// @notice Emitted when the holder of `id` sets its resolver.
    event SetResolver(uint256 id, address indexed resolver);

    /* GOVERNANCE */

    /// @notice Names the registry, the only account that mints. Restricted.
    function setMinter(address _minter) external;

    /* MINTER */

    /// @notice Mints the ioID of `_device` to `_owner` and creates its account. Only the minter.
    /// @dev Calls no hook of `_owner`.
    function mint(ProjectId _projectId, address _device, address _owner) external returns (uint256);

    /// @notice Unbinds `_device` from its ioID and its project. Only the minter.
    function removeDID(address _device) external;

    /// @notice Moves the ioID `_id` to `_owner`. Only the minter.
    function migrate(uint256 _id, address _owner) external;

    /* HOLDER */

    /// @notice Sets the contract that resolves more about the ioID. Only its holder, or whom the holder approved.
    /// @dev It stays set when the token moves: readers must trust the holder, not the resolver.
    function setResolver(uint256 _id, address _resolver) external;

    /* VIEWS */

    /// @notice Returns the DID that `_device` has, or would have.
    function did(address _device) external view returns (string memory);

    /// @notice Returns the account of `_id`, and the DID bound to it, empty where its device was removed.
    function wallet(uint256 _id) external view returns (address wallet_, string memory did_);

    /// @notice Returns the account of the ioID that `_did` is bound to, or zero.
    function wallet(string calldata _did) external view returns (address);

    /// @notice Returns the project that `device` is registered in, or zero.
    function deviceProject(address device) external view returns (ProjectId);

    /// @notice Returns how many devices are registered in the project.
    function projectDeviceCount(ProjectId projectId) external view returns (uint256);

    /// @notice Returns the project's devices by pages, in the order of registration.
    /// @dev Following `next` returns every device that stays registered meanwhile exactly once. A device that is
    /// registered again moves to the end.
    /// @param _start Zero or 0x…01 for the first page; after it, the `next` of the page before.
    /// Reverts with IoIDNotInProject where that device was removed meanwhile: start again.
    /// @return array At most `_pageSize` devices; `_start`, where it is a device, is the first of them.
    /// @return next The first device after them, or zero where there is none.
    function projectIDs(ProjectId _projectId, address _start, uint256 _pageSize)
        external
        view
        returns (address[] memory array, address next);

    /// @notice Returns the resolver of `_id`, or zero.
    function resolver(uint256 _id) external view returns (address);

    /// @notice Returns the account that mints, or zero where none may.
    function minter() external view returns (address);

    /// @notice Returns the ERC-6551 registry: 0x000000006551c19487814612e58FE06813775758 on public networks.
    function walletRegistry() external view returns (address);

    /// @notice Returns the implementation behind every ERC-6551 account.
    function walletImplementation() external view returns (address);
}
