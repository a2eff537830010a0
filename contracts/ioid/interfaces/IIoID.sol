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

    /// @notice Thrown when a page starts from a `device` that is not in `projectId`.
    error IoIDNotInProject(ProjectId projectId, address device);

    /// @notice Thrown when `holder`, or the whole contract where it is zero, has no token at `index`.
    error IoIDOutOfBounds(address holder, uint256 index);

    /// @notice Thrown when the ioID `id` would come to be held by its own `account`, at first hand or through the accounts of
    /// other ioIDs: no one could command it any more.
    error IoIDOwnsItself(uint256 id, address account);

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

    /// @notice Does the same, and returns the account too. Only the minter.
    function create(ProjectId projectId, address device, address holder)
        external
        returns (uint256 id, address account);

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

    /// @notice Returns the device that is bound to the ioID `id`, or zero where it was removed.
    function deviceOf(uint256 id) external view returns (address);

    /// @notice Returns the ioID that `device` is bound to, or zero.
    function idOf(address device) external view returns (uint256);

    /// @notice Returns the project that `device` is registered in, or zero.
    function deviceProject(address device) external view returns (ProjectId);

    /// @notice Returns how many devices are registered in the project.
    function projectDeviceCount(ProjectId projectId) external view returns (uint256);

    /// @notice Returns the project's devices by pages, in the order of registration.
    /// @dev Following `next` until it is zero returns every device that stays registered meanwhile exactly once, whatever
    /// else is registered and removed. A device that is registered again moves to the end. `next` names a place in the
    /// order, not a device: it stays good when devices are removed. One call passes at most 4096 places, so that a page may
    /// hold fewer than `_pageSize` devices, or none, where many were removed.
    /// @param _start Zero or 0x…01 for the first page; after it, the `next` of the page before. A device of the project
    /// starts a page too, with itself.
    /// @return array At most `_pageSize` devices.
    /// @return next Where the next page starts, or zero where there is none.
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
