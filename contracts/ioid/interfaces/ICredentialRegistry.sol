// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title ICredentialRegistry
/// @notice Which verifiable credentials the ioIDs hold: the stamps in the passport. Obtaining one burns IOTX.
/// @dev An issuer that governance lists defines types and keeps status lists. A credential is granted by the issuer's
/// signature over the EIP-712 message of the domain `ioIDCredentials`, version `1`, this chain and this contract
///
///     Grant(address device,bytes32 credentialType,bytes32 hash,uint256 statusList,uint256 statusIndex,
///           uint64 validFrom,uint64 validUntil,uint256 deadline)
///
/// (without blanks or line breaks), by ECDSA or ERC-1271. An index of a status list is granted once, so a grant cannot be
/// replayed. The bits of a list are kept here, and the hash of the published W3C Bitstring Status List is anchored by the
/// same call that changes them: whoever reads the published list can compare it, and contracts need not. A list belongs to
/// its issuer and to the place where that issuer publishes it, and issuers to their DIDs: so whoever has a credential finds
/// the one list that counts by what the credential says ({issuerOfDid}, {statusListAt}).
interface ICredentialRegistry {
    /// @notice What a set bit of a status list means. A revocation is final, a suspension is not.
    enum StatusPurpose {
        Revocation,
        Suspension
    }

    /// @notice What an issuer grants.
    /// @param credentialType See {typeIdOf}.
    /// @param hash keccak256 of the credential's stored bytes.
    /// @param validFrom First block time, in seconds, at which it is held.
    /// @param validUntil Last block time at which it is held; 0 for no end.
    /// @param deadline Last block time at which it can be obtained.
    struct Grant {
        address device;
        bytes32 credentialType;
        bytes32 hash;
        uint256 statusList;
        uint256 statusIndex;
        uint64 validFrom;
        uint64 validUntil;
        uint256 deadline;
    }

    /// @notice A credential that an ioID obtained, for the device that was bound to it.
    /// @param hasToken Whether its soulbound token is there.
    struct Credential {
        address device;
        uint64 validFrom;
        bool hasToken;
        uint64 validUntil;
        uint64 statusList;
        uint32 statusIndex;
        bytes32 hash;
    }

    /* ERRORS */

    /// @notice Thrown when an address that must be set is zero.
    error CredentialRegistryZeroAddress();

    /// @notice Thrown when an issuer's DID or a list's place is empty.
    error CredentialRegistryEmptyText();

    /// @notice Thrown when `did` is that of `issuer`, which is listed.
    error CredentialRegistryDidTaken(string did, address issuer);

    /// @notice Thrown when governance has not listed `account` as an issuer.
    error CredentialRegistryNotIssuer(address account);

    /// @notice Thrown when a type is defined again.
    error CredentialRegistryTypeExists(bytes32 credentialType);

    /// @notice Thrown when no issuer defined `credentialType`.
    error CredentialRegistryUnknownType(bytes32 credentialType);

    /// @notice Thrown when `caller` does not own the type or list.
    error CredentialRegistryNotOwner(address caller);

    /// @notice Thrown when a type burns less than governance's minimum.
    error CredentialRegistryBurnTooLow(uint256 burn, uint256 minimum);

    /// @notice Thrown when less than the type burns is sent.
    error CredentialRegistryFeeTooLow(uint256 sent, uint256 burn);

    /// @notice Thrown when the issuer neither calls nor signed this grant.
    error CredentialRegistryInvalidGrant(address issuer, address device);

    /// @notice Thrown when a grant is brought after its `deadline`, or after what it grants has ended.
    error CredentialRegistryGrantExpired(uint256 deadline);

    /// @notice Thrown when a grant would take the place of one that begins later and still counts.
    error CredentialRegistryOlderGrant(uint256 ioID, bytes32 credentialType);

    /// @notice Thrown when an index is beyond the list.
    error CredentialRegistryOutOfList(uint256 statusList, uint256 statusIndex);

    /// @notice Thrown when an index was granted before, or its bit is set.
    error CredentialRegistryIndexTaken(uint256 statusList, uint256 statusIndex);

    /// @notice Thrown when a revocation would be undone.
    error CredentialRegistryFinal(uint256 statusList);

    /// @notice Thrown when a list's hash is zero.
    error CredentialRegistryEmptyHash();

    /// @notice Thrown when the caller has a list at this place already.
    error CredentialRegistryListExists(uint256 statusList);

    /// @notice Thrown when an update is not the next: it was overtaken, or is a replay.
    error CredentialRegistryWrongVersion(uint256 statusList, uint256 version, uint256 next);

    /// @notice Thrown when a list was anchored before, as `version`: nobody goes back to it.
    error CredentialRegistryOldList(uint256 statusList, uint256 version);

    /// @notice Thrown when a credential that has not ended for good would be cleared.
    error CredentialRegistryStillHeld(uint256 ioID, bytes32 credentialType);

    /* EVENTS */

    /// @notice Emitted when governance lists `issuer`, whose DID is `did`.
    event IssuerAdded(address indexed issuer, string did);

    /// @notice Emitted when governance strikes `issuer` off: no credential of its types is held any longer.
    event IssuerRemoved(address indexed issuer);

    event MinimumBurnSet(uint256 minimum);

    /// @notice Emitted when `issuer` defines a type, or changes what it burns, in wei.
    event TypeSet(bytes32 indexed credentialType, address indexed issuer, string name, uint256 burn);

    /// @notice Emitted when `issuer` opens a status list, which it publishes at `uri`.
    event StatusListCreated(uint256 indexed statusList, address indexed issuer, StatusPurpose purpose, string uri);

    /// @notice Emitted when a list is anchored; `hash` is keccak256 of the published list's bytes.
    event StatusListAnchored(uint256 indexed statusList, uint256 version, bytes32 hash);

    /// @notice Emitted when a bit of a list is set or cleared.
    event StatusChanged(uint256 indexed statusList, uint256 indexed statusIndex, bool set);

    /// @notice Emitted when the ioID of `device` obtains a credential and `burnt` wei are burnt for it.
    event CredentialObtained(
        uint256 indexed ioID, bytes32 indexed credentialType, address indexed device, bytes32 hash, uint256 burnt
    );

    /* GOVERNANCE */

    /// @notice Lists `issuer`, whose DID is `did`: what that DID signs and this account anchors is of one issuer. The DID of
    /// an account that was struck off may be given to another, so that an issuer can change its account. Restricted.
    function addIssuer(address issuer, string calldata did) external;

    /// @notice Strikes `issuer` off. Restricted.
    function removeIssuer(address issuer) external;

    /// @notice Sets the least that a credential burns, in wei. Types that burn less burn this. Restricted.
    function setMinimumBurn(uint256 minimum) external;

    /* ISSUERS */

    /// @notice Defines the type `name` of the caller, whose credentials burn `burn` wei each, and returns its id.
    function defineType(string calldata name, uint96 burn) external returns (bytes32 credentialType);

    /// @notice Changes what credentials of the caller's type `name` burn, in wei.
    function setBurn(string calldata name, uint96 burn) external;

    /// @notice Opens a status list of 131072 bits, all clear, and returns its id.
    /// @param uri Where the list is published, for good: credentials name it as their `statusListCredential`.
    function createStatusList(StatusPurpose purpose, string calldata uri) external returns (uint256 statusList);

    /// @notice Sets and clears bits of the caller's list and anchors the list that is published with them.
    /// @param version One above that of the list that is anchored now; the first is 1. Updates that overtake one another
    /// cannot bring an older list back.
    /// @param hash keccak256 of the published Bitstring Status List Credential's bytes, never anchored before.
    function updateStatus(
        uint256 statusList,
        uint256 version,
        uint256[] calldata set,
        uint256[] calldata cleared,
        bytes32 hash
    ) external;

    /* HOLDERS */

    /// @notice Gives the ioID of `grant.device` the credential, in place of the one it had of that type, unless that begins
    /// later and still counts, and burns what the type burns. Anyone may pay; what is sent above goes back to the caller as {IRefunds} says. Mints the soulbound token
    /// to the ioID's account.
    /// @param issuerSignature Empty where the issuer calls.
    function obtain(Grant calldata grant, bytes calldata issuerSignature) external payable;

    /// @notice Forgets a credential that has ended for good, because its time is over, it was revoked, or its device is bound
    /// to this ioID no longer, and burns its soulbound token. Anyone.
    function clear(uint256 ioID, bytes32 credentialType) external;

    /* VIEWS */

    /// @notice Returns whether `ioID` holds a credential of this type now: obtained for the device that is bound to it,
    /// within its time, its status bit clear, its issuer listed. Never reverts.
    function holds(uint256 ioID, bytes32 credentialType) external view returns (bool);

    /// @notice Returns whether the ioID of `device` holds a credential of this type now. Never reverts.
    function deviceHolds(address device, bytes32 credentialType) external view returns (bool);

    /// @notice Returns the credential that `ioID` obtained, all zeros where there is none.
    function credentialOf(uint256 ioID, bytes32 credentialType) external view returns (Credential memory);

    /// @notice Returns what obtaining a credential of this type burns now, in wei.
    function burnOf(bytes32 credentialType) external view returns (uint256);

    /// @notice Returns the DID that governance listed an issuer with; empty for none, or where another account has it now.
    function didOf(address issuer) external view returns (string memory);

    /// @notice Returns the account of the issuer with this DID, listed or struck off; zero for none.
    function issuerOfDid(string calldata did) external view returns (address);

    /// @notice Returns keccak256(abi.encode(issuer, name)).
    function typeIdOf(address issuer, string calldata name) external pure returns (bytes32);

    function issuerOf(bytes32 credentialType) external view returns (address);
    function isIssuer(address account) external view returns (bool);

    /// @notice Returns whether a bit of a status list is set.
    function statusOf(uint256 statusList, uint256 statusIndex) external view returns (bool);

    /// @notice Returns `count` words of a list's bits from the word `first` on. Index i is bit 255 - i % 256 of word i / 256:
    /// the words in order are the list's bytes as W3C orders them, index 0 leftmost.
    function statusWords(uint256 statusList, uint256 first, uint256 count) external view returns (uint256[] memory);

    /// @notice Returns who keeps a list, what it means, and the list that was last anchored; version 0 for none.
    function statusListOf(uint256 statusList)
        external
        view
        returns (address issuer, StatusPurpose purpose, uint256 version, bytes32 hash, string memory uri);

    /// @notice Returns the list that `issuer` publishes at `uri`, or zero.
    function statusListAt(address issuer, string calldata uri) external view returns (uint256);

    /// @notice Returns as which version a hash was anchored for a list, or zero.
    function versionOf(uint256 statusList, bytes32 hash) external view returns (uint256);

    function minimumBurn() external view returns (uint256);

    /// @notice Returns what was burnt for credentials since the beginning, in wei.
    function totalBurnt() external view returns (uint256);
    function ioID() external view returns (address);
    function ioIDRegistry() external view returns (address);

    /// @notice Returns the soulbound tokens: see {IAttributeToken}.
    function attributes() external view returns (address);
    function DOMAIN_SEPARATOR() external view returns (bytes32);
}
