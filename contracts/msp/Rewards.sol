// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {DimId} from "../types/Types.sol";
import {IAllocation} from "./interfaces/IAllocation.sol";
import {IDimRegistry} from "./interfaces/IDimRegistry.sol";
import {IRewards} from "./interfaces/IRewards.sol";
import {IValidatorRegistry} from "./interfaces/IValidatorRegistry.sol";
import {IVault} from "./interfaces/IVault.sol";
import {EpochSet} from "./libraries/EpochSet.sol";
import {EpochTrace} from "./libraries/EpochTrace.sol";
import {Epochs} from "./libraries/Epochs.sol";
import {Spans} from "./libraries/Spans.sol";

/// @title Rewards
contract Rewards is IRewards, ReentrancyGuardTransient {
    using Checkpoints for Checkpoints.Trace208;
    using EpochSet for EpochSet.Set;
    using EpochTrace for Checkpoints.Trace208;
    using SafeCast for uint256;
    using SafeERC20 for IERC20;
    using Spans for Checkpoints.Trace208;

    /// @param lines Those of its basket.
    /// @param counted By epoch: 1 where it counts for the DIM.
    struct Pool {
        Weight weight;
        Line[] lines;
        mapping(DimId dim => Checkpoints.Trace208) counted;
    }

    /// @param held What it weighs in `epoch`, that of the last change; in a later one, `next`.
    struct Weight {
        uint32 epoch;
        uint112 held;
        uint112 next;
    }

    /// @param share In basis points.
    /// @param since The epoch from which on `counts` holds; before it, `counted` did.
    struct Line {
        uint64 dim;
        uint16 share;
        uint48 since;
        bool counts;
        bool counted;
    }

    /// @param rates By epoch: the sum, over all epochs up to it, of what a unit of weight earned. With {_RATE_BITS} bits after
    /// the point.
    /// @param epochs Those that were ever funded.
    /// @param orphaned What was forfeited after the DIM had left.
    /// @param commissions With {_RATE_BITS} bits after the point.
    struct Book {
        Balance balance;
        Checkpoints.Trace208 rates;
        EpochSet.Set epochs;
        uint256 orphaned;
        mapping(uint48 epoch => uint256 amount) funded;
        mapping(uint48 epoch => mapping(address funder => uint256 amount)) contributions;
        mapping(address validator => uint256 scaled) commissions;
        mapping(bytes32 positionHash => Cursor) cursors;
    }

    /// @param epoch The first that is not claimed.
    /// @param remainder The part of a unit that was earned beyond what was paid, with {_RATE_BITS} bits: however often one
    /// claims, nothing is lost.
    struct Cursor {
        uint48 epoch;
        uint104 remainder;
    }

    /// @dev What a position earned. With {_RATE_BITS} bits after the point.
    struct Earnings {
        uint48 until;
        uint256 staker;
        uint256 validator;
        uint256 forfeited;
    }

    /// @dev What holds of a pool and a DIM, before `until`; zero where nothing was asked.
    struct Terms {
        bool counts;
        bool serves;
        uint16 commission;
        uint48 until;
    }

    /// @inheritdoc IRewards
    uint48 public constant override HORIZON = 366;

    /// @dev 100 %, in basis points.
    uint256 private constant _WHOLE = 10_000;

    /// @dev A pot's `issued` is below 2^104, and a total that it is divided by is 1 at least: so the sum of rates is below 2^208,
    /// as is any weight times what it earned.
    uint256 private constant _RATE_BITS = 104;

    /// @dev Where tokens go that are burnt and cannot burn themselves.
    address private constant _BURNT = address(0xdead);

    /// @dev How many epochs are shared out along with a claim or funding.
    uint256 private constant _STEPS = 16;

    IAllocation private immutable _ALLOCATION;
    IDimRegistry private immutable _DIMS;
    IValidatorRegistry private immutable _VALIDATORS;

    mapping(IVault vault => mapping(address validator => mapping(uint16 basket => Pool))) private _pools;

    /// @dev By epoch: the stake that backs the DIM.
    mapping(IVault vault => mapping(DimId dim => Checkpoints.Trace208)) private _totals;

    mapping(DimId dim => mapping(IVault vault => mapping(IERC20 token => Book))) private _books;

    constructor(IAllocation allocation, IDimRegistry dims, IValidatorRegistry validators) {
        _ALLOCATION = allocation;
        _DIMS = dims;
        _VALIDATORS = validators;
    }

    /* WEIGHING */

    /// @inheritdoc IRewards
    /// @dev Calls nothing. A total is the sum of what its pools weigh, to the wei, so no subtraction fails; of pools below 2^112
    /// each, so no sum does; and time only passes, so no entry comes before another. At most {IAllocation.MAX_LINES} lines.
    function weigh(address validator, uint16 basket, uint112 held, uint112 next) external override {
        IVault vault = IVault(msg.sender);
        _weigh(_pools[vault][validator][basket], vault, held, next);
    }

    function _weigh(Pool storage pool, IVault vault, uint112 held, uint112 next) private {
        uint48 epoch = Epochs.current();
        Weight memory old = pool.weight;
        if (old.epoch != epoch) old.held = old.next;
        // No cast loses anything: epochs are days.
        pool.weight = Weight(uint32(epoch), held, next);
        uint256 length = pool.lines.length;
        for (uint256 i; i < length; ++i) {
            Line memory line = pool.lines[i];
            bool counts = epoch < line.since ? line.counted : line.counts;
            if (!counts && !line.counts) continue;
            Checkpoints.Trace208 storage total = _totals[vault][DimId.wrap(line.dim)];
            (uint256 totalHeld, uint256 totalNext) = total.present(epoch);
            if (counts) totalHeld = totalHeld + _part(held, line) - _part(old.held, line);
            if (line.counts) totalNext = totalNext + _part(next, line) - _part(old.next, line);
            total.write(epoch, totalHeld, totalNext);
        }
    }

    function _part(uint256 weight, Line memory line) private pure returns (uint256) {
        return weight * line.share / _WHOLE;
    }

    /// @inheritdoc IRewards
    function join(address validator, uint16 basket, uint112 held, uint112 next) external override {
        IVault vault = IVault(msg.sender);
        Pool storage pool = _pools[vault][validator][basket];
        if (pool.lines.length == 0) _open(pool, validator, basket);
        _weigh(pool, vault, held, next);
        _sync(vault, validator, basket, true);
    }

    /// @dev A basket's lines never change.
    function _open(Pool storage pool, address validator, uint16 basket) private {
        IAllocation.Line[] memory lines = _ALLOCATION.linesOf(validator, basket);
        for (uint256 i; i < lines.length; ++i) {
            uint64 dim = DimId.unwrap(lines[i].dim).toUint64();
            pool.lines.push(Line({dim: dim, share: lines[i].share, since: 0, counts: false, counted: false}));
        }
    }

    /* COUNTING */

    /// @inheritdoc IRewards
    function sync(IVault vault, address validator, uint16 basket) external override {
        _sync(vault, validator, basket, false);
    }

    /// @dev Both sides' agreements count from the next epoch on, as this does: so who opts out is counted no longer than it
    /// serves if anyone calls by the end of the epoch. Whether it served is asked once more when it claims.
    function _sync(IVault vault, address validator, uint16 basket, bool onlyIn) private {
        Pool storage pool = _pools[vault][validator][basket];
        uint256 length = pool.lines.length;
        for (uint256 i; i < length; ++i) {
            Line memory line = pool.lines[i];
            if (onlyIn && line.counts) continue;
            DimId dim = DimId.wrap(line.dim);
            bool counts = _DIMS.isAdmittedAt(dim, uint48(block.timestamp))
                && _VALIDATORS.servesAt(validator, dim, Epochs.next());
            if (counts == line.counts) continue;
            pool.lines[i] = _count(pool, _totals[vault][dim], line, counts);
            emit PoolCounted(vault, validator, dim, basket, counts, Epochs.current() + 1);
        }
    }

    function _count(Pool storage pool, Checkpoints.Trace208 storage total, Line memory line, bool counts)
        private
        returns (Line memory)
    {
        uint48 epoch = Epochs.current();
        if (line.since <= epoch) line.counted = line.counts;
        (line.since, line.counts) = (epoch + 1, counts);
        pool.counted[DimId.wrap(line.dim)].push(epoch + 1, counts ? 1 : 0);
        (uint256 held, uint256 next) = total.present(epoch);
        uint256 part = _part(pool.weight.next, line);
        total.write(epoch, held, counts ? next + part : next - part);
        return line;
    }

    /* FUNDING */

    /// @inheritdoc IRewards
    function fund(Pot calldata pot, uint48 firstEpoch, uint48 count, uint256 amount)
        external
        override
        nonReentrant
        returns (uint256 received)
    {
        uint48 epoch = Epochs.current();
        if (firstEpoch <= epoch || count == 0 || uint256(firstEpoch) + count > epoch + HORIZON + 1) {
            revert RewardsBadEpochs(firstEpoch, count);
        }
        if (!_DIMS.isAdmittedAt(pot.dim, uint48(block.timestamp))) revert RewardsNotAdmitted(pot.dim);
        received = _pull(pot.token, amount * count);
        (uint256 each, uint256 extra) = (received / count, received % count);
        if (each == 0) revert RewardsZeroAmount();

        Book storage book = _bookOf(pot);
        Balance memory balance = book.balance;
        if (balance.advanced == 0) balance.advanced = epoch;
        balance.left += received.toUint104();
        balance.issued += received.toUint104();
        book.balance = balance;
        for (uint48 i; i < count; ++i) {
            _allot(book, firstEpoch + i, msg.sender, i == count - 1 ? each + extra : each);
        }
        emit PotFunded(pot.dim, pot.vault, pot.token, msg.sender, firstEpoch, count, each, extra);
        _advance(book, pot, _STEPS);
    }

    /// @dev Returns what arrived.
    function _pull(IERC20 token, uint256 amount) private returns (uint256) {
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        return token.balanceOf(address(this)) - before;
    }

    function _bookOf(Pot calldata pot) private view returns (Book storage) {
        return _books[pot.dim][pot.vault][pot.token];
    }

    function _allot(Book storage book, uint48 epoch, address funder, uint256 amount) private {
        book.epochs.add(epoch);
        book.funded[epoch] += amount;
        book.contributions[epoch][funder] += amount;
    }

    /// @inheritdoc IRewards
    /// @dev An epoch that is over without a weight, or that the DIM did not see the end of, never gets a rate.
    function refund(Pot calldata pot, uint48 epoch, address funder)
        external
        override
        nonReentrant
        returns (uint256 amount)
    {
        Book storage book = _bookOf(pot);
        amount = book.contributions[epoch][funder];
        if (amount == 0) revert RewardsZeroAmount();
        if (_lastEpochOf(pot.dim) > epoch && !_isEmpty(pot, epoch)) revert RewardsNotRefundable(epoch);
        _takeBack(book, pot, epoch, funder, amount);
        _giveBack(book, pot, funder, amount);
    }

    function _takeBack(Book storage book, Pot calldata pot, uint48 epoch, address funder, uint256 amount) private {
        book.contributions[epoch][funder] = 0;
        book.funded[epoch] -= amount;
        if (funder != address(0)) emit PotRefunded(pot.dim, pot.vault, pot.token, funder, epoch, amount);
    }

    function _giveBack(Book storage book, Pot calldata pot, address funder, uint256 amount) private {
        if (funder == address(0)) {
            _forfeit(book, pot, amount);
            return;
        }
        // No cast loses anything: it was added before.
        book.balance.issued -= uint104(amount);
        book.balance.left -= uint104(amount);
        pot.token.safeTransfer(funder, amount);
    }

    /// @inheritdoc IRewards
    /// @dev The gas is bounded by the number of epochs in the range that the pot was funded for.
    function refundRange(Pot calldata pot, uint48 firstEpoch, uint48 count, address funder)
        external
        override
        nonReentrant
        returns (uint256 amount)
    {
        Book storage book = _bookOf(pot);
        uint48 last = _lastEpochOf(pot.dim);
        uint48 end = firstEpoch + count;
        for (uint48 epoch = book.epochs.next(firstEpoch, end); epoch < end; epoch = book.epochs.next(epoch + 1, end)) {
            uint256 given = book.contributions[epoch][funder];
            if (given == 0 || (last > epoch && !_isEmpty(pot, epoch))) continue;
            _takeBack(book, pot, epoch, funder, given);
            amount += given;
        }
        if (amount == 0) revert RewardsZeroAmount();
        _giveBack(book, pot, funder, amount);
    }

    /// @dev Whether `epoch` is over, and nothing weighed in it.
    function _isEmpty(Pot calldata pot, uint48 epoch) private view returns (bool) {
        return epoch < Epochs.current() && _totals[pot.vault][pot.dim].heldIn(epoch) == 0;
    }

    /// @dev The first epoch that `dim` was not admitted all through, once it has left: the last one it saw.
    function _lastEpochOf(DimId dim) private view returns (uint48) {
        uint48 leftAt = _DIMS.dimOf(dim).leftAt;
        return leftAt == 0 ? type(uint48).max : Epochs.numberOf(leftAt);
    }

    /* SHARING OUT */

    /// @inheritdoc IRewards
    function advance(Pot calldata pot, uint256 maxEpochs) external override {
        _advance(_bookOf(pot), pot, maxEpochs);
    }

    function _advance(Book storage book, Pot calldata pot, uint256 maxEpochs) private {
        uint48 epoch = book.balance.advanced;
        if (epoch == 0 || epoch >= Epochs.current()) return;
        uint48 end = _endOf(pot.dim);
        while (true) {
            epoch = book.epochs.next(epoch, end);
            if (epoch == end || maxEpochs == 0) break;
            uint256 rate = _rateIn(book, pot, epoch);
            if (rate != 0) book.rates.push(epoch, (book.rates.latest() + rate).toUint208());
            ++epoch;
            --maxEpochs;
        }
        book.balance.advanced = epoch;
    }

    /// @dev Epochs before it are over, and `dim` was admitted all through them.
    function _endOf(DimId dim) private view returns (uint48) {
        return uint48(Math.min(Epochs.current(), _lastEpochOf(dim)));
    }

    /// @dev What a unit of weight earns in `epoch`. Rounded down.
    function _rateIn(Book storage book, Pot calldata pot, uint48 epoch) private view returns (uint256) {
        uint256 total = _totals[pot.vault][pot.dim].heldIn(epoch);
        return total == 0 ? 0 : (book.funded[epoch] << _RATE_BITS) / total;
    }

    /* CLAIMING */

    /// @inheritdoc IRewards
    function claim(Pot calldata pot, Position calldata position, uint256 maxSegments)
        external
        override
        nonReentrant
        returns (uint256 amount)
    {
        Book storage book = _bookOf(pot);
        _advance(book, pot, _STEPS);
        Earnings memory earned = _earnings(book, pot, position, book.balance.advanced, maxSegments);
        amount = earned.staker >> _RATE_BITS;
        // The cast keeps the bits after the point.
        book.cursors[_hash(position)] = Cursor(earned.until, uint104(earned.staker));
        if (earned.validator != 0) book.commissions[position.validator] += earned.validator;
        if (earned.forfeited != 0) _forfeit(book, pot, earned.forfeited >> _RATE_BITS);
        emit RewardClaimed(
            pot.dim,
            pot.vault,
            pot.token,
            position.staker,
            position.validator,
            position.basket,
            earned.until,
            amount
        );
        _pay(book, pot, position.staker, amount);
    }

    /// @dev See {claim}. Epochs before `end` alone are looked at.
    function _earnings(Book storage book, Pot calldata pot, Position calldata position, uint48 end, uint256 maxSegments)
        private
        view
        returns (Earnings memory earned)
    {
        Cursor memory cursor = book.cursors[_hash(position)];
        earned.staker = cursor.remainder;
        uint48 first = book.rates.length() == 0 ? book.balance.advanced : book.rates.pos(0)._key;
        uint48 epoch = uint48(Math.max(cursor.epoch, first));
        uint256 share = _ALLOCATION.shareOf(position.validator, position.basket, pot.dim);
        while (epoch < end) {
            epoch = book.epochs.next(epoch, end);
            if (epoch == end || maxSegments == 0) break;
            --maxSegments;
            epoch = _earn(book, pot, position, epoch, end, share, earned);
        }
        earned.until = epoch;
    }

    function _hash(Position calldata position) private pure returns (bytes32) {
        return keccak256(abi.encode(position));
    }

    /// @dev Adds what one segment earned, from `epoch` on, and returns the first epoch after it.
    function _earn(
        Book storage book,
        Pot calldata pot,
        Position calldata position,
        uint48 epoch,
        uint48 end,
        uint256 share,
        Earnings memory earned
    ) private view returns (uint48 until) {
        uint256 weight;
        (weight, until) =
            pot.vault.weightOf(position.staker, position.validator, position.basket, position.generation, epoch);
        // A vault that lies does not hold the loop.
        until = uint48(Math.max(until, epoch + 1));
        weight = weight * share / _WHOLE;
        Terms memory terms;
        if (weight != 0) terms = _termsIn(pot, position, epoch);
        if (terms.until != 0 && terms.until < until) until = terms.until;
        if (until > end) until = end;
        if (!terms.counts) return until;
        // Below 2^208: no weight exceeds the total that its rates were divided by.
        uint256 scaled = weight * _riseOver(book, pot, epoch, until);
        if (!terms.serves) {
            earned.forfeited += scaled;
            return until;
        }
        uint256 commission = scaled * terms.commission / _WHOLE;
        earned.validator += commission;
        earned.staker += scaled - commission;
    }

    function _termsIn(Pot calldata pot, Position calldata position, uint48 epoch)
        private
        view
        returns (Terms memory terms)
    {
        (uint208 counted, uint48 until) =
            _pools[pot.vault][position.validator][position.basket].counted[pot.dim].spanAt(epoch);
        (terms.counts, terms.until) = (counted == 1, until);
        if (!terms.counts) return terms;
        // What changes takes effect when an epoch begins.
        (terms.serves, until) = _VALIDATORS.servingSpan(position.validator, pot.dim, epoch * Epochs.LENGTH);
        terms.until = uint48(Math.min(terms.until, Epochs.numberOf(until)));
        (terms.commission, until) = _VALIDATORS.commissionSpan(position.validator, epoch * Epochs.LENGTH);
        terms.until = uint48(Math.min(terms.until, Epochs.numberOf(until)));
    }

    /// @dev What a unit of weight earned in [from, until), epochs included that are not shared out yet.
    function _riseOver(Book storage book, Pot calldata pot, uint48 from, uint48 until) private view returns (uint256 rise) {
        rise = book.rates.upperLookup(until - 1) - book.rates.upperLookup(from - 1);
        from = uint48(Math.max(from, book.balance.advanced));
        while (from < until) {
            from = book.epochs.next(from, until);
            if (from != until) rise += _rateIn(book, pot, from++);
        }
    }

    /// @dev What stake would have earned that counted and could not be slashed, for nobody had called {sync}.
    function _forfeit(Book storage book, Pot calldata pot, uint256 amount) private {
        if (amount == 0) return;
        uint48 epoch = Epochs.current() + 1;
        if (_lastEpochOf(pot.dim) > epoch) _allot(book, epoch, address(0), amount);
        else book.orphaned += amount;
        emit RewardForfeited(pot.dim, pot.vault, pot.token, epoch, amount);
    }

    /// @dev The pot's own money at most.
    function _pay(Book storage book, Pot calldata pot, address recipient, uint256 amount) private {
        if (amount == 0) return;
        book.balance.left -= amount.toUint104();
        pot.token.safeTransfer(recipient, amount);
    }

    /// @inheritdoc IRewards
    function claimEach(Pot[] calldata pots, Position calldata position, uint256 maxSegments, uint256 gasEach)
        external
        override
        returns (uint256[] memory amounts)
    {
        amounts = new uint256[](pots.length);
        for (uint256 i; i < pots.length; ++i) {
            try this.claim{gas: gasEach}(pots[i], position, maxSegments) returns (uint256 amount) {
                amounts[i] = amount;
            } catch {}
        }
    }

    /// @inheritdoc IRewards
    function claimCommission(Pot calldata pot, address validator)
        external
        override
        nonReentrant
        returns (uint256 amount)
    {
        Book storage book = _bookOf(pot);
        amount = book.commissions[validator] >> _RATE_BITS;
        if (amount == 0) revert RewardsZeroAmount();
        book.commissions[validator] -= amount << _RATE_BITS;
        emit CommissionClaimed(pot.dim, pot.vault, pot.token, validator, amount);
        _pay(book, pot, validator, amount);
    }

    /// @inheritdoc IRewards
    function collectOrphaned(Pot calldata pot) external override nonReentrant returns (uint256 amount) {
        Book storage book = _bookOf(pot);
        // A vault that lies can have more forfeited than there is.
        amount = Math.min(book.orphaned, book.balance.left);
        if (amount == 0) revert RewardsZeroAmount();
        book.orphaned -= amount;
        address beneficiary = _DIMS.termsOf(pot.dim).beneficiary;
        emit OrphanedCollected(pot.dim, pot.vault, pot.token, beneficiary, amount);
        _pay(book, pot, beneficiary == address(0) ? _BURNT : beneficiary, amount);
    }

    /* VIEWS */

    /// @inheritdoc IRewards
    function pending(Pot calldata pot, Position calldata position, uint256 maxSegments)
        external
        view
        override
        returns (uint256)
    {
        return _earnings(_bookOf(pot), pot, position, _endOf(pot.dim), maxSegments).staker >> _RATE_BITS;
    }

    /// @inheritdoc IRewards
    function claimedUntil(Pot calldata pot, Position calldata position) external view override returns (uint48) {
        return _bookOf(pot).cursors[_hash(position)].epoch;
    }

    /// @inheritdoc IRewards
    function commissionOf(Pot calldata pot, address validator) external view override returns (uint256) {
        return _bookOf(pot).commissions[validator] >> _RATE_BITS;
    }

    /// @inheritdoc IRewards
    function balanceOf(Pot calldata pot) external view override returns (Balance memory) {
        return _bookOf(pot).balance;
    }

    /// @inheritdoc IRewards
    function fundedFor(Pot calldata pot, uint48 epoch) external view override returns (uint256) {
        return _bookOf(pot).funded[epoch];
    }

    /// @inheritdoc IRewards
    function contributionOf(Pot calldata pot, uint48 epoch, address funder) external view override returns (uint256) {
        return _bookOf(pot).contributions[epoch][funder];
    }

    /// @inheritdoc IRewards
    function orphanedIn(Pot calldata pot) external view override returns (uint256) {
        return _bookOf(pot).orphaned;
    }

    /// @inheritdoc IRewards
    function isRefundable(Pot calldata pot, uint48 epoch) external view override returns (bool) {
        return _lastEpochOf(pot.dim) <= epoch || _isEmpty(pot, epoch);
    }

    /// @inheritdoc IRewards
    function totalIn(DimId dim, IVault vault, uint48 epoch) external view override returns (uint256) {
        return _totals[vault][dim].heldIn(epoch);
    }

    /// @inheritdoc IRewards
    function isCounted(IVault vault, address validator, uint16 basket, DimId dim, uint48 epoch)
        external
        view
        override
        returns (bool)
    {
        return _pools[vault][validator][basket].counted[dim].upperLookup(epoch) == 1;
    }
}
