// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title IDevicePermits
/// @notice What the registry takes beside the official, legacy permit: a device permit that binds all that is done, devices
/// with keys of any curve, a device's key for circuits, and registration by the batch.
/// @dev An EIP-712 message of the registry's domain: `ioIDRegistry`, version `1`, this chain and this contract. It uses up
/// the device's next nonce, as a legacy permit does.
///
/// The device permit binds all that is done:
///
///     DevicePermit(uint8 action,address device,address owner,bytes32 hash,string uri,address deviceContract,
///                  uint256 tokenId,bytes32 circuitKey,uint256 nonce,uint256 deadline)
///
/// (without blanks or line breaks), where `action` is an {Action}; `owner` gets the device on Register and Migrate and
/// holds it on Update and Remove; `hash` and `uri` are the document's on Register and Update; `deviceContract` and
/// `tokenId` are the device NFT's on Register; `circuitKey` is keccak256(abi.encode(x, y)) of the BabyJubjub key that is
/// bound, if any; what does not apply is zero or empty. The permit is good until the block time `deadline`. Anyone may
/// bring it: whoever is not the account that has to consent brings that account's signature of the same message, by
/// ECDSA or ERC-1271.
///
/// The device's address is the last 20 bytes of keccak256 of its public key: x ‖ y for secp256k1 (key type 0) and P-256
/// (key type 1), the 32 bytes of RFC 8032 for Ed25519 (key type 2).
interface IDevicePermits {
    /// @notice What a device permit is for.
    enum Action {
        Register,
        Update,
        Remove,
        Migrate
    }

    /// @notice A device's consent.
    /// @param deadline Last block time, in seconds, at which it is taken.
    /// @param keyType 0 for secp256k1; for any other, governance has named who verifies it: see {keyVerifier}.
    /// @param publicKey Empty for secp256k1, whose key is recovered from the signature.
    /// @param signature r ‖ s ‖ v for secp256k1; r ‖ s, s in the lower half, for P-256; what the verifier of the key type
    /// reads for others.
    struct DevicePermit {
        uint256 deadline;
        uint8 keyType;
        bytes publicKey;
        bytes signature;
    }

    /// @notice A device's BabyJubjub key, whose secret circuits use, with the proof that the device has that secret. All
    /// members are zero where no key is bound.
    /// @dev Points are of circomlib's twisted Edwards curve, B is its Base8, of prime order l; the key is P = k·B.
    /// @param x P, affine.
    /// @param eighthX P times the inverse of 8 modulo l: that 8 times it is P shows that P is in the prime subgroup.
    /// @param commitmentX R = r·B, for a random r below l.
    /// @param response r + c·k modulo l, where c is the lower 128 bits of keccak256(abi.encode(
    /// keccak256("ioID BabyJubjub possession"), chain id, this registry, device, P.x, P.y, R.x, R.y)).
    struct CircuitKey {
        uint256 x;
        uint256 y;
        uint256 eighthX;
        uint256 eighthY;
        uint256 commitmentX;
        uint256 commitmentY;
        uint256 response;
    }

    /// @notice All that {registerDevice} needs.
    /// @param owner Who gets the ioID.
    /// @param hash keccak256 of the stored document's bytes: this contract does not read them.
    /// @param uri Where the document is stored.
    /// @param ownerSignature Empty, or the owner's signature of the device permit's message. The device NFT is the
    /// owner's where the owner calls or signed, else the caller's.
    struct Registration {
        address deviceContract;
        uint256 tokenId;
        address device;
        address owner;
        bytes32 hash;
        string uri;
        CircuitKey circuitKey;
        DevicePermit permit;
        bytes ownerSignature;
    }

    /* ERRORS */

    /// @notice Thrown when a device permit is brought after its `deadline`.
    error IoIDRegistryPermitExpired(address device, uint256 deadline);

    /// @notice Thrown when no one verifies keys of `keyType`.
    error IoIDRegistryUnknownKeyType(uint8 keyType);

    /// @notice Thrown when `caller` brings no signature of `owner` over the device permit's message.
    error IoIDRegistryNoConsent(address owner, address caller);

    /// @notice Thrown when the BabyJubjub key of `device` is not a point of the curve, not in the prime subgroup, the
    /// identity, or not proven to be the device's.
    error IoIDRegistryInvalidCircuitKey(address device);

    /// @notice Thrown when a batch is empty.
    error IoIDRegistryEmptyBatch();

    /// @notice Thrown when a batch that began with `first` goes on with another device contract.
    error IoIDRegistryMixedBatch(address first, address other);

    /* EVENTS */

    /// @notice Emitted when governance names who verifies keys of `keyType`; zero for no one.
    event KeyVerifierSet(uint8 indexed keyType, address indexed verifier);

    /// @notice Emitted when the BabyJubjub key of `device` is bound.
    event CircuitKeyBound(address indexed device, uint256 x, uint256 y);

    /* GOVERNANCE */

    /// @notice Names the ERC-7913 verifier of keys of `keyType`, 0 excepted. Restricted.
    function setKeyVerifier(uint8 keyType, address verifier) external;

    /* DEVICES */

    /// @notice Registers a device to `registration.owner`, and returns the id of its ioID.
    /// @dev Whoever holds the device NFT has approved it to this registry. What is sent is the most that the caller pays:
    /// what is above the store's `activationFee` goes back as {IRefunds} says.
    function registerDevice(Registration calldata registration) external payable returns (uint256 id);

    /// @notice Registers devices of one device contract, all or none, and returns the id of the first's ioID; the others'
    /// follow in order.
    function registerDevices(Registration[] calldata registrations) external payable returns (uint256 firstId);

    /// @notice Replaces the document of `device`, and its BabyJubjub key where one is given. The permit names the holder
    /// of its ioID, who calls or signed.
    function updateDevice(
        address device,
        bytes32 hash,
        string calldata uri,
        CircuitKey calldata circuitKey,
        DevicePermit calldata permit,
        bytes calldata holderSignature
    ) external;

    /// @notice Removes `device`. The permit names the holder of its ioID, who calls or signed.
    function removeDevice(address device, DevicePermit calldata permit, bytes calldata holderSignature) external;

    /// @notice Moves `device` with its ioID to `owner`, whom the permit names. The holder of the ioID calls or signed.
    function migrateDevice(
        address device,
        address owner,
        DevicePermit calldata permit,
        bytes calldata holderSignature
    ) external;

    /* VIEWS */

    /// @notice Returns the BabyJubjub key of a registered device, or zeros where none is bound.
    function circuitKey(address device) external view returns (uint256 x, uint256 y);

    /// @notice Returns the ERC-7913 verifier of keys of `keyType`, or zero. secp256k1, type 0, needs none.
    function keyVerifier(uint8 keyType) external view returns (address);

    function DEVICE_PERMIT_TYPEHASH() external view returns (bytes32);
}
