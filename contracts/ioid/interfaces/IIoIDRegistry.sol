// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ProjectId} from "../../types/Types.sol";

/// @title IIoIDRegistry
/// @notice Says which devices exist, and where and what their DID documents are. Selectors and events of the official
/// ioIDRegistry. What goes beyond them is in {IDevicePermits}.
/// @dev A device proves its key by an EIP-712 message of the domain `ioIDRegistry`, version `1`, this chain and this
/// contract, which uses up the device's next nonce.
///
/// The legacy permit, `Permit(address owner,uint256 nonce)`, binds neither a document, nor a device NFT, nor which of the
/// four functions it is for; secp256k1 only, s in the lower half. So it is taken only from an account that its owner
/// answers for, and only while the device's project accepts it:
/// - register: from the owner it names, or from a relayer that both this owner and the project allowed. The project's say
///   alone would not do: the permit names no project, so a thief would register the victim's device in one of his own.
/// - update, remove: from the owner it names, while that account holds the device's ioID.
/// - migrate: from the holder of the device's ioID; the permit names the new owner.
interface IIoIDRegistry {
    /* ERRORS */

    /// @notice Thrown when an address that must be set is zero.
    error IoIDRegistryZeroAddress();

    /// @notice Thrown when the permit was not signed by `device` for `owner`, these contents and the device's next nonce.
    error IoIDRegistryInvalidPermit(address device, address owner);

    /// @notice Thrown when `caller` registers for `user`, and not both of `user` and `projectId` allowed it as a relayer.
    error IoIDRegistryNotRelayer(ProjectId projectId, address user, address caller);

    /// @notice Thrown when the legacy permit is used for a device of `projectId`, which does not accept it.
    error IoIDRegistryLegacyPermitOff(ProjectId projectId);

    /// @notice Thrown when `caller` is neither the owner nor an operator of `projectId`.
    error IoIDRegistryNotOperator(ProjectId projectId, address caller);

    /// @notice Thrown when `caller` does not hold the ioID of `device`.
    error IoIDRegistryNotOwner(address device, address caller);

    /// @notice Thrown when `device` is registered already.
    error IoIDRegistryDeviceExists(address device);

    /// @notice Thrown when `device` is not registered.
    error IoIDRegistryUnknownDevice(address device);

    /// @notice Thrown when a document's hash is zero.
    error IoIDRegistryEmptyHash();

    /// @notice Thrown when this device NFT backs the ioID of a registered device.
    error IoIDRegistryNFTUsed(address deviceContract, uint256 tokenId);

    /// @notice Thrown when `deviceContract` belongs to no project.
    error IoIDRegistryUnknownContract(address deviceContract);

    /// @notice Thrown when the device NFT is not in the ioID's account after its transfer.
    error IoIDRegistryNFTNotMoved(address deviceContract, uint256 tokenId);

    /* EVENTS */

    /// @notice Emitted when governance names the store.
    event SetIoIdStore(address indexed store);

    /// @notice Emitted when `device` is registered to `owner`.
    event NewDevice(address indexed device, address owner, bytes32 hash, string uri);

    /// @notice Emitted when `owner` replaces the document of `device`.
    event UpdateDevice(address indexed device, address owner, bytes32 hash, string uri);

    /// @notice Emitted when `owner` removes `device`.
    event RemoveDevice(address indexed device, address owner);

    /// @notice Emitted when `device` moves to `owner`.
    event Migrate(address indexed device, address owner);

    /// @notice Emitted when `user` allows `relayer` to register devices for it, or no longer does.
    event RelayerSet(address indexed user, address indexed relayer, bool allowed);

    /// @notice Emitted when `projectId` allows `relayer` to register its devices by legacy permit, or no longer does.
    event ProjectRelayerSet(uint256 indexed projectId, address indexed relayer, bool allowed);

    /// @notice Emitted when `projectId` accepts the legacy permit for its devices, or no longer does.
    event LegacyPermitSet(uint256 indexed projectId, bool accepted);

    /* GOVERNANCE */

    /// @notice Names the store that is paid for ioIDs. Restricted.
    function setIoIDStore(address _ioIDStore) external;

    /* LEGACY PERMIT */

    /// @notice Allows `relayer` to register devices whose legacy permit names the caller, or forbids it again. Effective
    /// in projects that allow the relayer too.
    /// @dev Allow only a relayer that checks its own caller: it chooses the document, and any device NFT that the caller
    /// approved to this registry.
    function setRelayer(address relayer, bool allowed) external;

    /// @notice Allows `relayer` to register devices of `projectId` for users who allowed it too, or forbids it again. Only
    /// the project's owner or an operator.
    function setProjectRelayer(ProjectId projectId, address relayer, bool allowed) external;

    /// @notice Switches the legacy permit off, or on again, for all devices of `projectId`. Only the project's owner or an
    /// operator.
    function setLegacyPermit(ProjectId projectId, bool accepted) external;

    /// @notice Registers `device` to the caller: mints its ioID and moves its device NFT into the ioID's account.
    /// @dev The caller holds the device NFT, and has approved it to this registry. What is sent above the store's
    /// `activationFee` goes back to the caller as {IRefunds} says.
    /// @param hash keccak256 of the stored document's bytes: this contract does not read them.
    /// @param uri Where the document is stored.
    function register(
        address deviceContract,
        uint256 tokenId,
        address device,
        bytes32 hash,
        string calldata uri,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external payable;

    /// @notice Registers `device` to `user`. The caller, who pays, is `user` or a relayer that `user` and the project allow.
    /// @dev `user` holds the device NFT, and has approved it to this registry.
    function register(
        address deviceContract,
        uint256 tokenId,
        address user,
        address device,
        bytes32 hash,
        string calldata uri,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external payable;

    /// @notice Replaces the document of `device`. The caller holds its ioID, and the permit names the caller.
    function update(address device, bytes32 hash, string calldata uri, uint8 v, bytes32 r, bytes32 s) external;

    /// @notice Removes `device`. The caller holds its ioID, and the permit names the caller.
    /// @dev The ioID and its account stay the caller's. The device may be registered again, and so may its device NFT.
    function remove(address device, uint8 v, bytes32 r, bytes32 s) external;

    /// @notice Moves `device` with its ioID to `user`. The caller holds the ioID, and the permit names `user`.
    function migrate(address device, address user, uint8 v, bytes32 r, bytes32 s) external;

    /* VIEWS */

    /// @notice Returns whether `device` is registered.
    function exists(address device) external view returns (bool);

    /// @notice Returns the id of the ioID of a registered device.
    function deviceTokenId(address device) external view returns (uint256);

    /// @notice Returns the DID that `device` has, or would have: `did:io:` and its address in lower case.
    function documentID(address device) external pure returns (string memory);

    /// @notice Returns keccak256 of the document of a registered device.
    function documentHash(address device) external view returns (bytes32);

    /// @notice Returns where the document of a registered device is stored.
    function documentURI(address device) external view returns (string memory);

    /// @notice Returns whether this device NFT backs the ioID of a registered device.
    function registeredNFT(address deviceContract, uint256 tokenId) external view returns (bool);

    /// @notice Returns the nonce of the device's next permit, of either kind. It outlives the device's removal.
    function nonces(address device) external view returns (uint256);

    /// @notice Returns the EIP-712 struct hash, not the digest, of the device's next legacy permit for `owner`.
    function permitHash(address owner, address device) external view returns (bytes32);

    /// @notice Returns whether `user` allows `relayer` to register devices for it.
    function isRelayer(address user, address relayer) external view returns (bool);

    /// @notice Returns whether `projectId` allows `relayer` to register its devices by legacy permit.
    function isProjectRelayer(ProjectId projectId, address relayer) external view returns (bool);

    /// @notice Returns whether `projectId` accepts the legacy permit. It does until it switches it off.
    function acceptsLegacyPermit(ProjectId projectId) external view returns (bool);

    function ioIDStore() external view returns (address);
    function ioID() external view returns (address);
    function METHOD() external view returns (string memory);
    function DOMAIN_SEPARATOR() external view returns (bytes32);
    function EIP712DOMAIN_TYPEHASH() external view returns (bytes32);
}
