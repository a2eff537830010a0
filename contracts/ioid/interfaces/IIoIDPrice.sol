// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ProjectId} from "../../types/Types.sol";

/// @title IIoIDPrice
/// @notice What an ioID costs, and where the money goes.
/// @dev The price follows the number of devices that were ever registered: a curve, which governance sets. It is fixed within
/// an epoch, so that `price() * amount` is what an ioID costs however many others buy meanwhile; a new curve, share or
/// price counts from the next epoch on.
///
/// Each payment is split into a share that is burnt and the rest, which is the DAO's: sent to `feeReceiver`, or held here
/// while there is none or it refuses. Together they are exactly what was paid. What a caller sends above that is sent back
/// at once where the caller has no code; where it has, it is credited, and the caller claims it: see {IRefunds}.
interface IIoIDPrice {
    /// @notice A point of the price curve. Between two points the price is on the line through them, rounded down; before
    /// the first and after the last it is theirs.
    /// @param devices Devices ever registered in the network.
    /// @param price Price of one ioID, in wei.
    struct CurvePoint {
        uint64 devices;
        uint128 price;
    }

    /* ERRORS */

    /// @notice Thrown when the price is above the `maximum` that the caller accepts.
    error IoIDStoreFeeTooHigh(uint256 fee, uint256 maximum);

    /// @notice Thrown when a curve has no point, too many, or points whose devices do not ascend.
    error IoIDStoreInvalidCurve();

    /// @notice Thrown when an epoch is shorter than an hour.
    error IoIDStoreEpochTooShort(uint256 lengthSeconds);

    /// @notice Thrown when more than all would be burnt.
    error IoIDStoreShareTooHigh(uint256 basisPoints);

    /* EVENTS */

    /// @notice Emitted when governance sets the price curve, from the next epoch on.
    event CurveSet(CurvePoint[] points);

    /// @notice Emitted when governance sets the length of epochs, from the next epoch on.
    event EpochLengthSet(uint256 lengthSeconds);

    /// @notice Emitted when governance sets the share that is burnt, from the next epoch on.
    event BurnShareSet(uint256 basisPoints);

    /// @notice Emitted when `payer` has paid: `burnt` + `toDao` wei.
    event Paid(address indexed payer, uint256 burnt, uint256 toDao);

    /* GOVERNANCE */

    /// @notice Sets the price curve, at most 16 points, from the next epoch on. Restricted.
    function setCurve(CurvePoint[] calldata points) external;

    /// @notice Sets how long epochs are, from the next epoch on; at least an hour. Restricted.
    function setEpochLength(uint32 lengthSeconds) external;

    /// @notice Sets the share of each payment that is burnt, in basis points, from the next epoch on. Restricted.
    function setBurnShare(uint16 basisPoints) external;

    /* PROJECTS */

    /// @notice Buys `amount` ioIDs for a hardware project, as {IIoIDStore.applyIoIDs} does, for at most `maximum` wei. What
    /// is sent above the price goes back to `payer`.
    function buyIoIDs(ProjectId projectId, uint256 amount, uint256 maximum, address payer) external payable;

    /* VIEWS */

    /// @notice Returns what `amount` ioIDs cost in this epoch, and which part of it is burnt and which is the DAO's, in wei.
    function quote(uint256 amount) external view returns (uint256 fee, uint256 burnt, uint256 toDao);

    /// @notice Returns what the curve that counts from the next epoch on says of a network of `devices`, in wei.
    function priceAt(uint256 devices) external view returns (uint256);

    /// @notice Returns when this epoch ends, in seconds, and the devices ever registered when it is asked.
    function epoch() external view returns (uint256 endsAt, uint256 devices);

    /// @notice Returns the curve that counts from the next epoch on.
    function curve() external view returns (CurvePoint[] memory);

    /// @notice Returns the share that is burnt in this epoch, in basis points.
    function burnShare() external view returns (uint256);

    /// @notice Returns what was burnt, what the DAO got, and what is held for it, since the beginning, in wei.
    function ledger() external view returns (uint256 burnt, uint256 toDao, uint256 held);
}
