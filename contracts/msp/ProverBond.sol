// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Governed} from "../governance/Governed.sol";
import {TaskId} from "../types/Types.sol";
import {IProverBond} from "./interfaces/IProverBond.sol";
import {IProverStake} from "./interfaces/IProverStake.sol";

/// @title ProverBond
contract ProverBond is IProverBond, Governed {
    using SafeCast for uint256;

    /// @inheritdoc IProverBond
    /// @dev Twice the longest task, so that a task missed by a day can still be recalled and slashed.
    uint48 public constant override MIN_DELAY = 2 days;

    /// @inheritdoc IProverBond
    uint256 public override penalty;

    /// @inheritdoc IProverBond
    uint256 public override slashedFunds;

    /// @inheritdoc IProverBond
    address public override beneficiary;

    /// @inheritdoc IProverBond
    uint48 public override withdrawalDelay;

    mapping(address prover => Bond bond) private _bonds;
    mapping(bytes32 offence => bool punished) private _punished;

    constructor(address authority_) Governed(authority_) {}

    /// @notice Sets the penalty in wei, the withdrawal delay in seconds, and who claims slashed funds. Called once, by the
    /// proxy's constructor.
    function initialize(uint256 penalty_, uint48 withdrawalDelay_, address beneficiary_) external initializer {
        __Governed_init();
        _setPenalty(penalty_);
        _setWithdrawalDelay(withdrawalDelay_);
        _setBeneficiary(beneficiary_);
    }

    /* BONDING */

    /// @inheritdoc IProverBond
    function deposit(address prover) external payable override {
        if (prover == address(0)) revert ProverBondZeroAddress();
        if (msg.value == 0) revert ProverBondZeroAmount();
        _bonds[prover].active += msg.value.toUint128();
        emit BondDeposited(prover, msg.sender, msg.value);
    }

    /// @inheritdoc IProverBond
    function setHolder(address prover, address holder) external override {
        _requireHolder(prover);
        if (holder == address(0)) revert ProverBondZeroAddress();
        _bonds[prover].holder = holder;
        emit BondHolderSet(prover, holder);
    }

    function _requireHolder(address prover) private view {
        if (msg.sender != _holderOf(prover)) revert ProverBondNotHolder(prover, msg.sender);
    }

    function _holderOf(address prover) private view returns (address) {
        address holder = _bonds[prover].holder;
        return holder == address(0) ? prover : holder;
    }

    /* LEAVING */

    /// @inheritdoc IProverBond
    function requestWithdrawal(address prover, uint256 amount) external override {
        _requireHolder(prover);
        if (amount == 0) revert ProverBondZeroAmount();
        Bond storage bond = _bonds[prover];
        if (bond.active < amount) revert ProverBondTooLow(prover, bond.active, amount);
        bond.active -= amount.toUint128();
        bond.leaving += amount.toUint128();
        bond.unlockTime = uint48(block.timestamp) + withdrawalDelay;
        emit BondWithdrawalRequested(prover, amount, bond.unlockTime);
    }

    /// @inheritdoc IProverBond
    function withdraw(address prover) external override returns (uint256 amount) {
        _requireHolder(prover);
        Bond storage bond = _bonds[prover];
        amount = bond.leaving;
        if (amount == 0) revert ProverBondNothingLeaving(prover);
        if (block.timestamp < bond.unlockTime) revert ProverBondLocked(prover, bond.unlockTime);
        bond.leaving = 0;
        emit BondWithdrawn(prover, msg.sender, amount);
        _send(msg.sender, amount);
    }

    function _send(address recipient, uint256 amount) private {
        (bool sent,) = recipient.call{value: amount}("");
        if (!sent) revert ProverBondTransferFailed(recipient);
    }

    /* SLASHING */

    /// @inheritdoc IProverStake
    function slash(address prover, TaskId taskId, uint48 captureTime)
        external
        override
        restricted
        returns (uint256 slashed)
    {
        bytes32 offence = keccak256(abi.encode(prover, taskId, captureTime));
        if (_punished[offence]) return 0;
        _punished[offence] = true;

        Bond storage bond = _bonds[prover];
        uint256 fromActive = _min(penalty, bond.active);
        uint256 fromLeaving = _min(penalty - fromActive, bond.leaving);
        // No cast loses anything: each is at most the uint128 that it is taken from.
        bond.active -= uint128(fromActive);
        bond.leaving -= uint128(fromLeaving);
        slashed = fromActive + fromLeaving;
        slashedFunds += slashed;
        emit BondSlashed(prover, TaskId.unwrap(taskId), captureTime, slashed);
    }

    function _min(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }

    /// @inheritdoc IProverBond
    function claimSlashed() external override returns (uint256 amount) {
        if (msg.sender != beneficiary) revert ProverBondNotBeneficiary(msg.sender);
        amount = slashedFunds;
        slashedFunds = 0;
        emit SlashedClaimed(msg.sender, amount);
        _send(msg.sender, amount);
    }

    /* GOVERNANCE */

    /// @inheritdoc IProverBond
    function setPenalty(uint256 penalty_) external override restricted {
        _setPenalty(penalty_);
    }

    function _setPenalty(uint256 penalty_) private {
        penalty = penalty_;
        emit PenaltySet(penalty_);
    }

    /// @inheritdoc IProverBond
    function setWithdrawalDelay(uint48 delay) external override restricted {
        _setWithdrawalDelay(delay);
    }

    function _setWithdrawalDelay(uint48 delay) private {
        if (delay < MIN_DELAY) revert ProverBondDelayTooShort(delay, MIN_DELAY);
        withdrawalDelay = delay;
        emit WithdrawalDelaySet(delay);
    }

    /// @inheritdoc IProverBond
    function setBeneficiary(address beneficiary_) external override restricted {
        _setBeneficiary(beneficiary_);
    }

    function _setBeneficiary(address beneficiary_) private {
        if (beneficiary_ == address(0)) revert ProverBondZeroAddress();
        beneficiary = beneficiary_;
        emit BeneficiarySet(beneficiary_);
    }

    /* VIEWS */

    /// @inheritdoc IProverStake
    function stakeOf(address prover) external view override returns (uint256) {
        return _bonds[prover].active;
    }

    /// @inheritdoc IProverBond
    function bondOf(address prover) external view override returns (Bond memory bond) {
        bond = _bonds[prover];
        bond.holder = _holderOf(prover);
    }
}
