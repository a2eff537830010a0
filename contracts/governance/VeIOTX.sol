// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC6372} from "@openzeppelin/contracts/interfaces/IERC6372.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {IVeIOTX} from "./interfaces/IVeIOTX.sol";
import {VoteCurve} from "./libraries/VoteCurve.sol";

/// @title VeIOTX
contract VeIOTX is IVeIOTX, EIP712, Nonces {
    using SafeCast for uint256;
    using VoteCurve for VoteCurve.Curve;

    /// @inheritdoc IVeIOTX
    uint48 public constant override MIN_DURATION = 91 days;

    /// @inheritdoc IVeIOTX
    uint48 public constant override MAX_DURATION = 4 * 365 days;

    bytes32 private constant _DELEGATION_TYPEHASH =
        keccak256("Delegation(address delegatee,uint256 nonce,uint256 expiry)");

    mapping(address account => Lock lock) private _locks;
    mapping(address account => address delegatee) private _delegatees;
    mapping(address delegatee => VoteCurve.Curve curve) private _curves;
    VoteCurve.Curve private _total;

    constructor() EIP712("Vote-escrowed IOTX", "1") {}

    /* LOCKS */

    /// @inheritdoc IVeIOTX
    function lock(uint48 end) external payable override {
        if (msg.value == 0) revert VeIOTXZeroAmount();
        if (_locks[msg.sender].amount != 0) revert VeIOTXLocked(msg.sender);
        _requireLongEnough(end);
        _requireEnd(end);
        _setLock(Lock({amount: msg.value.toUint128(), end: end}));
    }

    function _requireLongEnough(uint48 end) private view {
        uint48 earliest = clock() + MIN_DURATION;
        if (end < earliest) revert VeIOTXTooShort(end, earliest);
    }

    function _requireEnd(uint48 end) private view {
        if (end % VoteCurve.WEEK != 0) revert VeIOTXNotAtWeek(end);
        uint48 latest = clock() + MAX_DURATION;
        if (end > latest) revert VeIOTXTooLong(end, latest);
    }

    /// @dev Replaces the caller's lock, in the curve of its delegatee and in that of all.
    function _setLock(Lock memory next) private {
        Lock memory current = _locks[msg.sender];
        _locks[msg.sender] = next;
        _total.replace(_slope(current), current.end, _slope(next), next.end);
        _replace(delegates(msg.sender), current, next);
        emit LockSet(msg.sender, next.amount, next.end);
    }

    /// @dev Rounds down: the one place where votes are rounded.
    function _slope(Lock memory lock_) private pure returns (uint256) {
        return lock_.amount / MAX_DURATION;
    }

    function _replace(address delegatee, Lock memory current, Lock memory next) private {
        (uint256 before, uint256 afterwards) =
            _curves[delegatee].replace(_slope(current), current.end, _slope(next), next.end);
        if (before != afterwards) emit DelegateVotesChanged(delegatee, before, afterwards);
    }

    /// @inheritdoc IVeIOTX
    function increase() external payable override {
        if (msg.value == 0) revert VeIOTXZeroAmount();
        Lock memory current = _liveLock();
        _requireLongEnough(current.end);
        _setLock(Lock({amount: (current.amount + msg.value).toUint128(), end: current.end}));
    }

    function _liveLock() private view returns (Lock memory current) {
        current = _existingLock();
        if (current.end <= clock()) revert VeIOTXExpired(msg.sender, current.end);
    }

    function _existingLock() private view returns (Lock memory current) {
        current = _locks[msg.sender];
        if (current.amount == 0) revert VeIOTXNothingLocked(msg.sender);
    }

    /// @inheritdoc IVeIOTX
    function extend(uint48 end) external override {
        Lock memory current = _liveLock();
        if (end <= current.end) revert VeIOTXNotLonger(end, current.end);
        _requireEnd(end);
        _setLock(Lock({amount: current.amount, end: end}));
    }

    /// @inheritdoc IVeIOTX
    /// @dev A lock that ended is in no curve any more: nothing but the lock is left to remove.
    function withdraw(address payable recipient) external override {
        if (recipient == address(0)) revert VeIOTXZeroAddress();
        Lock memory current = _existingLock();
        if (current.end > clock()) revert VeIOTXNotExpired(msg.sender, current.end);
        delete _locks[msg.sender];
        emit LockWithdrawn(msg.sender, recipient, current.amount);
        (bool sent,) = recipient.call{value: current.amount}("");
        if (!sent) revert VeIOTXTransferFailed(recipient);
    }

    /* DELEGATION */

    /// @inheritdoc IVotes
    function delegate(address delegatee) external override {
        _delegate(msg.sender, delegatee);
    }

    /// @inheritdoc IVotes
    function delegateBySig(address delegatee, uint256 nonce, uint256 expiry, uint8 v, bytes32 r, bytes32 s)
        external
        override
    {
        if (block.timestamp > expiry) revert VotesExpiredSignature(expiry);
        bytes32 digest = _hashTypedDataV4(keccak256(abi.encode(_DELEGATION_TYPEHASH, delegatee, nonce, expiry)));
        address account = ECDSA.recover(digest, v, r, s);
        _useCheckedNonce(account, nonce);
        _delegate(account, delegatee);
    }

    /// @dev Moves the line of the account's own lock, and nothing that was delegated to the account: no loop can form.
    function _delegate(address account, address delegatee) private {
        if (delegatee == address(0)) revert VeIOTXZeroAddress();
        address former = delegates(account);
        _delegatees[account] = delegatee;
        emit DelegateChanged(account, former, delegatee);
        Lock memory current = _locks[account];
        if (former == delegatee || current.amount == 0) return;
        Lock memory none;
        _replace(former, current, none);
        _replace(delegatee, none, current);
    }

    /* VIEWS */

    /// @inheritdoc IVeIOTX
    function name() external pure override returns (string memory) {
        return "Vote-escrowed IOTX";
    }

    /// @inheritdoc IVeIOTX
    function symbol() external pure override returns (string memory) {
        return "veIOTX";
    }

    /// @inheritdoc IVeIOTX
    function decimals() external pure override returns (uint8) {
        return 18;
    }

    /// @inheritdoc IVotes
    function delegates(address account) public view override returns (address) {
        address delegatee = _delegatees[account];
        return delegatee == address(0) ? account : delegatee;
    }

    /// @inheritdoc IVotes
    function getVotes(address account) external view override returns (uint256) {
        return _curves[account].votesAt(clock());
    }

    /// @inheritdoc IVotes
    function getPastVotes(address account, uint256 timepoint) external view override returns (uint256) {
        return _curves[account].votesAt(_past(timepoint));
    }

    /// @inheritdoc IVotes
    function getPastTotalSupply(uint256 timepoint) external view override returns (uint256) {
        return _total.votesAt(_past(timepoint));
    }

    function _past(uint256 timepoint) private view returns (uint48) {
        uint48 present = clock();
        if (timepoint >= present) revert ERC5805FutureLookup(timepoint, present);
        return uint48(timepoint);
    }

    /// @inheritdoc IVeIOTX
    function totalSupply() external view override returns (uint256) {
        return _total.votesAt(clock());
    }

    /// @inheritdoc IVeIOTX
    function balanceOf(address account) external view override returns (uint256) {
        Lock memory lock_ = _locks[account];
        uint48 present = clock();
        return lock_.end > present ? _slope(lock_) * (lock_.end - present) : 0;
    }

    /// @inheritdoc IVeIOTX
    function lockOf(address account) external view override returns (Lock memory) {
        return _locks[account];
    }

    /// @inheritdoc IERC6372
    function clock() public view override returns (uint48) {
        return uint48(block.timestamp);
    }

    /// @inheritdoc IERC6372
    function CLOCK_MODE() external pure override returns (string memory) {
        return "mode=timestamp";
    }
}
