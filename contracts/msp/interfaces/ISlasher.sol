// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {DimId} from "../../types/Types.sol";
import {IVault} from "./IVault.sol";

/// @title ISlasher
/// @notice Takes stake for offences: a DIM's enforcer requests, its resolver may veto, anyone executes.
/// @dev Bounded three times: by the DIM's maximum for the capture time, less what it has taken since then; and by what was in the
/// pool then and still is, less all that was slashed since. No bound ever grows as time passes. No call but the
/// vault's own {IVault.slash}, which calls nothing, is made in a slash: nobody's code can stop it.
interface ISlasher {
    enum Status {
        None,
        Requested,
        Vetoed,
        Executed
    }

    /// @param captureTime When the offence happened, in seconds since the epoch: stake as it stood then is slashed.
    /// @param amount In the vault's asset: what is asked for. Less is taken where less can be.
    struct Offence {
        DimId dim;
        IVault vault;
        address validator;
        uint16 basket;
        uint48 captureTime;
        uint256 amount;
    }

    /// @param resolver Who may veto it: the DIM's resolver when it was requested.
    /// @param vetoUntil Until when, in seconds since the epoch. It can be executed from then on.
    /// @param executeUntil Until when it can be executed.
    struct Request {
        Offence offence;
        address resolver;
        Status status;
        uint48 vetoUntil;
        uint48 executeUntil;
        bytes32 evidenceHash;
    }

    /* ERRORS */

    /// @notice Thrown when `caller` is not the enforcer of `dim`.
    error SlasherNotEnforcer(DimId dim, address caller);

    /// @notice Thrown when an offence is not in the past, or older than the DIM's evidence age.
    error SlasherBadCaptureTime(uint48 captureTime);

    /// @notice Thrown when nothing can be slashed for an offence.
    error SlasherNothingSlashable();

    /// @notice Thrown when the DIM's slashes can be vetoed, and have to be requested.
    error SlasherVetoable(DimId dim);

    /// @notice Thrown when a request is not open.
    error SlasherNotRequested(uint256 requestId, Status status);

    /// @notice Thrown when `caller` is not the resolver of a request.
    error SlasherNotResolver(uint256 requestId, address caller);

    /// @notice Thrown when a request can no longer be vetoed.
    error SlasherVetoEnded(uint256 requestId, uint48 vetoUntil);

    /// @notice Thrown when a request cannot be executed yet, or no longer.
    error SlasherNotExecutable(uint256 requestId, uint48 from, uint48 until);

    /* EVENTS */

    /// @notice Emitted when a slash is requested.
    event SlashRequested(
        uint256 indexed requestId, DimId indexed dim, address indexed validator, Request request, bytes evidence
    );

    /// @notice Emitted when a request is vetoed.
    event SlashVetoed(uint256 indexed requestId, address indexed resolver);

    /// @notice Emitted when `taken` is slashed. Without veto window, `requestId` is zero and `evidence` says why.
    event SlashExecuted(
        uint256 indexed requestId,
        DimId indexed dim,
        address indexed validator,
        Offence offence,
        uint256 taken,
        bytes evidence
    );

    /* FUNCTIONS */

    /// @notice Requests a slash. Only the DIM's enforcer may call.
    function requestSlash(Offence calldata offence, bytes calldata evidence) external returns (uint256 requestId);

    /// @notice Vetoes a request. Only its resolver may call.
    function vetoSlash(uint256 requestId) external;

    /// @notice Executes a request that was not vetoed. Anyone may call.
    function executeSlash(uint256 requestId) external returns (uint256 taken);

    /// @notice Slashes at once, in favour of a DIM whose slashes have no veto. Only its enforcer may call.
    /// @return taken Zero where nothing can be slashed.
    function slash(Offence calldata offence, bytes calldata evidence) external returns (uint256 taken);

    /// @notice Returns the most that `dim` can take from a pool now for an offence at `captureTime`.
    function slashableAt(DimId dim, IVault vault, address validator, uint16 basket, uint48 captureTime)
        external
        view
        returns (uint256);

    /// @notice Returns what open requests ask for of a pool: each what it could take when it was made, until the end of the day
    /// in which it lapses. Requests for one capture time count each, though they can take no more than one cap together.
    function pendingIn(IVault vault, address validator, uint16 basket) external view returns (uint256);

    /// @notice Returns what of a staker's stake in a pool nobody can take, and nobody is known to ask for: its stake, from which
    /// executed slashes are gone, less its part of what is pending, less the most that the basket's DIMs may take of it or
    /// the largest line, whichever is more. Rounded down. Costs the same however many stakers there are.
    function freeCollateralOf(IVault vault, address staker, address validator, uint16 basket)
        external
        view
        returns (uint256);

    /// @notice Returns a request.
    function requestOf(uint256 requestId) external view returns (Request memory);

    /// @notice Returns how many requests there were. Their ids begin with 1.
    function requests() external view returns (uint256);

    /// @notice Returns all that `dim` ever took from a pool, up to `time`.
    function takenAt(DimId dim, IVault vault, address validator, uint16 basket, uint48 time)
        external
        view
        returns (uint256);
}
