// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {DimId} from "../../types/Types.sol";
import {IProverStake} from "./IProverStake.sol";

/// @title IDimStake
/// @notice W3bstream's fleet as a DIM: a prover is a validator of the same address, backed by restaked IOTX.
/// @dev A prover commits one basket, once: were it to choose again, it could leave an offence behind. This contract is
/// the DIM's enforcer, and the DIM has no veto window: a missed deadline is on chain.
interface IDimStake is IProverStake {
    /* ERRORS */

    /// @notice Thrown when the caller has committed a basket.
    error DimStakeCommitted(address prover, uint16 basket);

    /// @notice Thrown when the caller has no such basket, or nothing of it backs the DIM.
    error DimStakeNotAllocated(address prover, uint16 basket);

    /// @notice Thrown when the DIM that the stake backs is set already.
    error DimStakeBound(DimId dim);

    /* EVENTS */

    /// @notice Emitted when the DIM that the stake backs is set.
    event DimBound(DimId indexed dim);

    /// @notice Emitted when `prover` commits a basket.
    event BasketCommitted(address indexed prover, uint16 indexed basket);

    /// @notice Emitted when `prover` loses stake for a task that it missed.
    event StakeSlashed(address indexed prover, bytes32 indexed taskId, uint48 captureTime, uint256 amount);

    /// @notice Emitted when the penalty for a missed task changes, in wei.
    event PenaltySet(uint256 penalty);

    /* FUNCTIONS */

    /// @notice Backs the caller, a prover, with the stake in this basket of its own from now on.
    function commitBasket(uint16 basket) external;

    /// @notice Sets the DIM that the stake backs, once: it has to be proposed with this contract as its enforcer first. Restricted.
    function bindDim(DimId dim) external;

    /// @notice Sets the penalty for a missed task, in wei. Restricted.
    function setPenalty(uint256 penalty) external;

    /// @notice Returns the DIM that the stake backs.
    function dim() external view returns (DimId);

    /// @notice Returns the basket that `prover` committed, or zero.
    function basketOf(address prover) external view returns (uint16);

    /// @notice Returns the penalty for a missed task, in wei. Less is taken where the terms allow less.
    function penalty() external view returns (uint256);
}
