// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {DimId} from "../../types/Types.sol";

/// @title IValidatorRegistry
/// @notice Who runs nodes, and for which DIMs: a validator is an address that opted in and that the DIM accepted.
/// @dev Every change counts from the next epoch on, and what counted at any past time can be asked. So opting out right
/// after an offence, even within the same second, changes nothing for that offence.
interface IValidatorRegistry {
    /* ERRORS */

    /// @notice Thrown when the caller is registered already.
    error ValidatorRegistryAlreadyRegistered(address validator);

    /// @notice Thrown when `validator` is not registered.
    error ValidatorRegistryNotRegistered(address validator);

    /// @notice Thrown when `tokenId` is not the ioID of `validator`.
    error ValidatorRegistryNotItsIoID(address validator, uint256 tokenId);

    /// @notice Thrown when a commission above 100 % is asked for.
    error ValidatorRegistryCommissionTooHigh(uint16 commission);

    /// @notice Thrown when `caller` does not manage `dim`.
    error ValidatorRegistryNotManager(DimId dim, address caller);

    /* EVENTS */

    /// @notice Emitted when `validator` registers, with the token id of its ioID, or zero.
    event ValidatorRegistered(address indexed validator, uint256 indexed tokenId);

    /// @notice Emitted when the commission of `validator` changes from `time` on, in basis points.
    event CommissionSet(address indexed validator, uint16 commission, uint48 time);

    /// @notice Emitted when `validator` serves, or no longer serves, `dim` from `time` on, as far as it is concerned.
    event ValidatorOpted(address indexed validator, DimId indexed dim, bool optedIn, uint48 time);

    /// @notice Emitted when `dim` accepts, or no longer accepts, `validator` from `time` on.
    event ValidatorAccepted(address indexed validator, DimId indexed dim, bool accepted, uint48 time);

    /* FUNCTIONS */

    /// @notice Registers the caller as a validator.
    /// @param tokenId The ioID whose device is the caller, or zero for a key without one.
    /// @param commission Its part of the rewards of stake behind it, in basis points.
    function register(uint256 tokenId, uint16 commission) external;

    /// @notice Sets the caller's commission from the next epoch on, in basis points.
    function setCommission(uint16 commission) external;

    /// @notice Offers the caller's stake to `dim`, or withdraws the offer, from the next epoch on.
    function opt(DimId dim, bool in_) external;

    /// @notice Accepts `validator` for `dim`, or expels it, from the next epoch on. Only the DIM's manager may call.
    function accept(DimId dim, address validator, bool accepted) external;

    /// @notice Returns whether `validator` is registered.
    function isRegistered(address validator) external view returns (bool);

    /// @notice Returns the ioID of `validator`, or zero.
    function ioIDOf(address validator) external view returns (uint256);

    /// @notice Returns the commission of `validator` at `time`, in basis points.
    function commissionAt(address validator, uint48 time) external view returns (uint16);

    /// @notice Returns whether, at `time`, `validator` had opted in to `dim` and `dim` accepted it.
    function servesAt(address validator, DimId dim, uint48 time) external view returns (bool);

    /// @notice Returns the commission of `validator` at `time`, in basis points, and until when it stays so at least.
    function commissionSpan(address validator, uint48 time) external view returns (uint16 commission, uint48 until);

    /// @notice Returns whether `validator` serves `dim` at `time`, and until when that stays so at least.
    function servingSpan(address validator, DimId dim, uint48 time) external view returns (bool serves, uint48 until);
}
