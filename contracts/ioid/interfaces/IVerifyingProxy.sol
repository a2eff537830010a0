// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title IVerifyingProxy
/// @notice Owns a project and its device NFT, and registers the devices that a verifier vouches for. Selectors and events
/// of the official VerifyingProxy.
/// @dev The device's legacy permit names this proxy, so it is worth nothing elsewhere. The verifier signs, as an Ethereum
/// signed message, keccak256's preimage abi.encodePacked(chain id, owner, device). Neither binds the document: so only the
/// owner-to-be, the verifier and the proxy's owner may bring them.
interface IVerifyingProxy {
    /* ERRORS */

    /// @notice Thrown when an address that must be set is zero.
    error VerifyingProxyZeroAddress();

    /// @notice Thrown when the verifier did not vouch for `owner` and `device`.
    error VerifyingProxyInvalidVerifierSignature(address owner, address device);

    /// @notice Thrown when `caller` registers a device for `owner` without being it, the verifier, or this proxy's owner.
    error VerifyingProxyNotPermitted(address owner, address caller);

    /// @notice Thrown when this proxy does not own `projectId` and `deviceNFT`.
    error VerifyingProxyNotOwnerOf(uint256 projectId, address deviceNFT);

    /// @notice Thrown when a gauge stakes another token than this proxy's device NFT.
    error VerifyingProxyWrongGauge(address gauge);

    /// @notice Thrown when less than the `fee` is sent.
    error VerifyingProxyFeeTooLow(uint256 sent, uint256 fee);

    /* EVENTS */

    /// @notice Emitted when `device`, whose NFT is `deviceTokenId`, is registered and its ioID is `owner`'s.
    event Registered(address indexed owner, address indexed device, uint256 deviceTokenId, uint256 ioIDTokenID);

    event VerifierChanged(address indexed oldVerifier, address indexed newVerifier);

    /// @notice Emitted when the owner names a gauge. The spelling is the official one.
    event DeviceGaugeSetted(address indexed gauge);

    /* OWNER */

    /// @notice Makes the project and its device NFT, and pays for `_amount` ioIDs of a hardware project. Once: by the
    /// factory, in the transaction that makes the clone.
    function initialize(
        uint8 _type,
        address _verifier,
        string calldata _projectName,
        string calldata _name,
        string calldata _symbol,
        uint256 _amount
    ) external payable;

    /// @notice Takes over a project and a device NFT that this proxy has been given. Only the owner.
    function initialize(uint256 _projectId, address _verifier, address _deviceNFT, uint256 _amount) external;

    /// @notice Allows `_amount` more devices. Only the owner.
    function incrementMinterAllowance(uint256 _amount) external;

    function changeVerifier(address _verifier) external;

    /// @notice Buys `_amount` ioIDs for the hardware project and allows as many more devices. Only the owner. What is
    /// overpaid goes back to the caller.
    function applyIoIDs(uint256 _amount) external payable;

    /// @notice Renames the project. Only the owner.
    function setName(string calldata _name) external;

    /// @notice Sets metadata of the project. Only the owner.
    function setMetadata(string calldata _name, bytes calldata _value) external;

    /// @notice Sets what the URIs of device NFTs start with. Only the owner.
    function setBaseURI(string calldata _uri) external;

    /// @notice Gives the project and its device NFT to `_owner`. Only the owner.
    function migrate(address _owner) external;

    /// @notice Lets `_to` move the project's NFT. Only the owner.
    function approveProjectNFT(address _to) external;

    /// @notice Names the gauge in which device NFTs are staked as devices are registered; zero for none. Only the owner.
    function setDeviceGauge(address _gauge) external;

    /* DEVICES */

    /// @notice Registers `_device` to `_owner`. Called by `_owner`, the verifier or the proxy's owner.
    /// @dev Mints a device NFT, registers it in this proxy's name, stakes it where there is a gauge, and hands the ioID
    /// over. What is sent above the fee goes back to the caller as {IRefunds} says.
    function register(
        bytes calldata _verifySignature,
        bytes32 _hash,
        string calldata _uri,
        address _owner,
        address _device,
        uint8 _v,
        bytes32 _r,
        bytes32 _s
    ) external payable;

    /* VIEWS */

    function VERSION() external view returns (string memory);
    function projectRegistry() external view returns (address);
    function ioIDStore() external view returns (address);
    function deviceNFTImplementation() external view returns (address);
    function verifier() external view returns (address);
    function projectId() external view returns (uint256);
    function deviceNFT() external view returns (address);
    function deviceGauge() external view returns (address);
}
