// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title IUniversalFactory
/// @notice Makes a project in one transaction: its NFT, its device NFT, its ioIDs, and the {IVerifyingProxy} that owns them
/// for the caller. Selectors and events of the official UniversalFactory and UniversalFactoryV2.
/// @dev The clone's salt is keccak256(abi.encodePacked(caller, type, name)): nobody takes another's address. A clone is
/// initialized in the transaction that makes it.
interface IUniversalFactory {
    /* ERRORS */

    /// @notice Thrown when the implementation to clone is not a contract.
    error UniversalFactoryNoCode(address implementation);

    /* EVENTS */

    /// @notice Emitted when a proxy is made, whose owner is the caller.
    event CreatedProxy(address indexed proxy);

    /* FUNCTIONS */

    /// @notice Makes a project and the proxy that registers its devices, and returns the proxy.
    /// @dev What is sent above the price of `_amount` ioIDs goes back to the caller as {IRefunds} says.
    /// @param _type 0 for hardware, any other for virtual.
    /// @param _verifier Who vouches for devices.
    /// @param _name Name of the device NFT; `_symbol` is its symbol.
    /// @param _amount How many devices may be registered; in a hardware project, ioIDs that are paid for.
    function create(
        uint8 _type,
        address _verifier,
        string calldata _projectName,
        string calldata _name,
        string calldata _symbol,
        uint256 _amount
    ) external payable returns (address);

    /// @notice Returns what is cloned.
    function proxyImplementation() external view returns (address);
}
