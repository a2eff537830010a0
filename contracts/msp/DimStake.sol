// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Governed} from "../governance/Governed.sol";
import {DimId, TaskId} from "../types/Types.sol";
import {IAllocation} from "./interfaces/IAllocation.sol";
import {IDimStake} from "./interfaces/IDimStake.sol";
import {IProverStake} from "./interfaces/IProverStake.sol";
import {ISlasher} from "./interfaces/ISlasher.sol";
import {IVault} from "./interfaces/IVault.sol";

/// @title DimStake
contract DimStake is IDimStake, Governed {
    IAllocation private immutable _ALLOCATION;
    ISlasher private immutable _SLASHER;
    IVault private immutable _VAULT;

    /// @inheritdoc IDimStake
    DimId public override dim;

    /// @inheritdoc IDimStake
    uint256 public override penalty;

    /// @inheritdoc IDimStake
    mapping(address prover => uint16 basket) public override basketOf;

    mapping(bytes32 offence => bool punished) private _punished;

    constructor(address authority_, IAllocation allocation, ISlasher slasher, IVault vault) Governed(authority_) {
        _ALLOCATION = allocation;
        _SLASHER = slasher;
        _VAULT = vault;
    }

    /// @notice Sets the penalty in wei. Called once, by the proxy's constructor.
    function initialize(uint256 penalty_) external initializer {
        __Governed_init();
        _setPenalty(penalty_);
    }

    /* COMMITTING */

    /// @inheritdoc IDimStake
    function commitBasket(uint16 basket) external override {
        if (basketOf[msg.sender] != 0) revert DimStakeCommitted(msg.sender, basketOf[msg.sender]);
        if (_ALLOCATION.shareOf(msg.sender, basket, dim) == 0) revert DimStakeNotAllocated(msg.sender, basket);
        basketOf[msg.sender] = basket;
        emit BasketCommitted(msg.sender, basket);
    }

    /* SLASHING */

    /// @inheritdoc IProverStake
    /// @dev What the prover lets leave stays slashable, so that asking to leave is no escape.
    function slash(address prover, TaskId taskId, uint48 captureTime)
        external
        override
        restricted
        returns (uint256 slashed)
    {
        bytes32 offence = keccak256(abi.encode(prover, taskId, captureTime));
        if (_punished[offence]) return 0;
        _punished[offence] = true;
        slashed = _SLASHER.slash(
            ISlasher.Offence(dim, _VAULT, prover, basketOf[prover], captureTime, penalty), abi.encode(taskId)
        );
        emit StakeSlashed(prover, TaskId.unwrap(taskId), captureTime, slashed);
    }

    /* GOVERNANCE */

    /// @inheritdoc IDimStake
    function bindDim(DimId dim_) external override restricted {
        if (DimId.unwrap(dim) != 0) revert DimStakeBound(dim);
        dim = dim_;
        emit DimBound(dim_);
    }

    /// @inheritdoc IDimStake
    function setPenalty(uint256 penalty_) external override restricted {
        _setPenalty(penalty_);
    }

    function _setPenalty(uint256 penalty_) private {
        penalty = penalty_;
        emit PenaltySet(penalty_);
    }

    /* VIEWS */

    /// @inheritdoc IProverStake
    function stakeOf(address prover) external view override returns (uint256) {
        return _ALLOCATION.stakeAt(dim, _VAULT, prover, basketOf[prover], uint48(block.timestamp));
    }
}
