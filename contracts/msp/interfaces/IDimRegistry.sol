// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {DimId} from "../../types/Types.sol";

/// @title IDimRegistry
/// @notice Which DePIN infrastructure modules (DIMs) restaked stake secures, and on what terms it can be slashed.
/// @dev A DIM's terms never change: who delegates to its basket knows the worst. Its resolver alone can be replaced, by
/// governance, for requests that are yet to come. A DIM's window is evidence age + veto window + execution window, and
/// stake takes longer to leave than the longest window of any admitted DIM: {admit} and {setExitDelay} keep it so.
interface IDimRegistry {
    enum Status {
        None,
        Proposed,
        Admitted,
        Leaving,
        Released
    }

    /// @param maximumSlash The most of the stake allocated to it that one offence can cost, in basis points.
    /// @param evidenceAge How long after an offence a slash can be requested, in seconds.
    /// @param vetoWindow How long a request can be vetoed, in seconds. Zero: slashes are executed at once.
    /// @param executionWindow How long a request can be executed after that, in seconds.
    /// @param enforcer Who requests slashes.
    /// @param resolver Who vetoes them; zero exactly if there is no veto window.
    /// @param beneficiary Who is credited what is slashed: the harmed party. Zero: it is burnt.
    struct Terms {
        uint16 maximumSlash;
        uint48 evidenceAge;
        uint48 vetoWindow;
        uint48 executionWindow;
        address enforcer;
        address resolver;
        address beneficiary;
    }

    /// @param bond In wei: the builder's own, held until the DIM has no obligations.
    /// @param admittedAt In seconds since the epoch; zero before admission.
    /// @param leftAt When it began to leave, in seconds since the epoch; zero before.
    struct Dim {
        address manager;
        Status status;
        uint48 admittedAt;
        uint48 leftAt;
        uint128 bond;
    }

    /* ERRORS */

    /// @notice Thrown when an address that must be set is zero.
    error DimRegistryZeroAddress();

    /// @notice Thrown when terms contradict themselves: no enforcer, no slash or above 100 %, no evidence age or no
    /// execution window, a time beyond {MAX_EXIT_DELAY}, or a veto window without resolver, or the reverse.
    error DimRegistryBadTerms();

    /// @notice Thrown when a proposal comes with less than the `minimum` bond.
    error DimRegistryBondTooLow(uint256 bond, uint256 minimum);

    /// @notice Thrown when `caller` does not manage `dim`.
    error DimRegistryNotManager(DimId dim, address caller);

    /// @notice Thrown when what is asked is not possible in the present `status` of `dim`.
    error DimRegistryWrongStatus(DimId dim, Status status);

    /// @notice Thrown when stake could leave within a DIM's `window`.
    error DimRegistryWindowTooLong(uint48 window, uint48 exitDelay);

    /// @notice Thrown when an exit delay above `maximum` is asked for.
    error DimRegistryDelayTooLong(uint48 delay, uint48 maximum);

    /// @notice Thrown when as many DIMs as there can be are admitted.
    error DimRegistryFull();

    /// @notice Thrown when offences of `dim` can still be slashed, until `obligedUntil`.
    error DimRegistryObliged(DimId dim, uint48 obligedUntil);

    /// @notice Thrown when `recipient` does not take the bond.
    error DimRegistryTransferFailed(address recipient);

    /* EVENTS */

    /// @notice Emitted when `manager` proposes a DIM.
    event DimProposed(DimId indexed dim, address indexed manager, Terms terms, string metadataUri, uint256 bond);

    /// @notice Emitted when governance admits `dim`.
    event DimAdmitted(DimId indexed dim);

    /// @notice Emitted when `dim` begins to leave: no later offence can be slashed.
    event DimLeaving(DimId indexed dim, uint48 obligedUntil);

    /// @notice Emitted when `dim` has no obligations any more, or its proposal was taken back.
    event DimReleased(DimId indexed dim);

    /// @notice Emitted when the bond of `dim` is paid back.
    event DimBondWithdrawn(DimId indexed dim, address indexed recipient, uint256 bond);

    /// @notice Emitted when `dim` has another manager.
    event DimManagerSet(DimId indexed dim, address indexed manager);

    /// @notice Emitted when later slashes of `dim` can be vetoed by another resolver.
    event DimResolverSet(DimId indexed dim, address indexed resolver);

    /// @notice Emitted when the least bond of a proposal changes, in wei.
    event MinimumBondSet(uint256 minimum);

    /// @notice Emitted when the time that stake takes to leave changes, in seconds.
    event ExitDelaySet(uint48 delay);

    /* FUNCTIONS */

    /// @notice Proposes a DIM of the caller's, with what is sent as its bond. Returns its id.
    function propose(Terms calldata terms, string calldata metadataUri) external payable returns (DimId);

    /// @notice Takes a proposal back. Only its manager may call.
    function retract(DimId dim) external;

    /// @notice Admits a proposed DIM. Restricted.
    function admit(DimId dim) external;

    /// @notice Lets `dim` leave. Only its manager may call; governance has {remove}.
    function retire(DimId dim) external;

    /// @notice Delists `dim`, as if it left. Restricted.
    function remove(DimId dim) external;

    /// @notice Ends a DIM that left, once no offence can be slashed any more. Anyone may call.
    function release(DimId dim) external;

    /// @notice Pays the bond of a released DIM to `recipient`. Only its manager may call.
    function withdrawBond(DimId dim, address recipient) external returns (uint256 bond);

    /// @notice Hands `dim` to `manager`. Only its present manager may call.
    function setManager(DimId dim, address manager) external;

    /// @notice Sets who may veto later requests of a DIM with a veto window. Restricted.
    function setResolver(DimId dim, address resolver) external;

    /// @notice Sets the least bond of a proposal, in wei. Restricted.
    function setMinimumBond(uint256 minimum) external;

    /// @notice Sets how long stake takes to leave, in seconds. Restricted. Exits under way keep their time.
    function setExitDelay(uint48 delay) external;

    /// @notice Returns `dim`.
    function dimOf(DimId dim) external view returns (Dim memory);

    /// @notice Returns the terms of `dim`.
    function termsOf(DimId dim) external view returns (Terms memory);

    /// @notice Returns how long after an offence a slash can be executed at most, in seconds.
    function windowOf(DimId dim) external view returns (uint48);

    /// @notice Returns whether `dim` was admitted, and had not left, at `time`.
    function isAdmittedAt(DimId dim, uint48 time) external view returns (bool);

    /// @notice Returns the longest window of all DIMs that can still slash, in seconds.
    function longestWindow() external view returns (uint48);

    /// @notice Returns the least bond of a proposal, in wei.
    function minimumBond() external view returns (uint256);

    /// @notice Returns how long stake takes to leave, in seconds.
    function exitDelay() external view returns (uint48);

    /// @notice Returns how many DIMs can be admitted at one time.
    function MAX_DIMS() external view returns (uint256);

    /// @notice Returns the longest exit delay that can be set, in seconds.
    function MAX_EXIT_DELAY() external view returns (uint48);
}
