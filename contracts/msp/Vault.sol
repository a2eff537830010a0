// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {IAllocation} from "./interfaces/IAllocation.sol";
import {IDimRegistry} from "./interfaces/IDimRegistry.sol";
import {IRewards} from "./interfaces/IRewards.sol";
import {IVault} from "./interfaces/IVault.sol";
import {EpochSet} from "./libraries/EpochSet.sol";
import {EpochTrace} from "./libraries/EpochTrace.sol";
import {Epochs} from "./libraries/Epochs.sol";

/// @title Vault
/// @notice What all vaults share: pools, exits, slashes. What stake is made of, and how it is paid, is the derived contract's.
abstract contract Vault is IVault, ReentrancyGuardTransient {
    using Checkpoints for Checkpoints.Trace208;
    using EpochSet for EpochSet.Set;
    using EpochTrace for Checkpoints.Trace208;
    using SafeCast for uint256;

    /// @param assets By time: all of the pool, what is leaving included.
    /// @param shares By time: of all of the pool.
    /// @param requested By time: all shares that ever asked to leave.
    /// @param unlocked By unlock time: the same, so that its value at a time is what has matured by then.
    /// @param settled By time: all shares that were moved out of the pool.
    /// @param batches By the value of `settled` that they led to.
    /// @param epochs Those in which assets or shares changed.
    /// @param eves By those: how long the traces were before.
    /// @param prices By epoch: what a share weighs ({_weight}).
    /// @param sums Of all positions.
    /// @param positions By epoch: the shares of each staker that are not leaving.
    struct Generation {
        Checkpoints.Trace208 assets;
        Checkpoints.Trace208 shares;
        Checkpoints.Trace208 requested;
        Checkpoints.Trace208 unlocked;
        Checkpoints.Trace208 settled;
        mapping(uint256 settled => Batch) batches;
        EpochSet.Set epochs;
        mapping(uint48 epoch => Lengths) eves;
        Checkpoints.Trace208 prices;
        Sums sums;
        mapping(address staker => Checkpoints.Trace208) positions;
    }

    /// @dev Exits that matured between two slashes are of one price.
    struct Batch {
        uint128 assets;
        uint208 shares;
    }

    /// @dev Of traces: where they stood.
    struct Lengths {
        uint32 assets;
        uint32 shares;
        uint32 settled;
    }

    /// @param held In `epoch`, that of the last change; in a later one, `active`.
    /// @param active All that is not leaving.
    /// @param unlockedBefore Entries of `unlocked` before it are settled.
    struct Sums {
        uint48 epoch;
        uint208 held;
        uint208 active;
        uint32 unlockedBefore;
    }

    /// @param current By time: the number of the generation.
    /// @param slashed By time: all that was ever slashed.
    struct Pool {
        Checkpoints.Trace208 current;
        Checkpoints.Trace208 slashed;
        mapping(uint256 number => Generation) generations;
    }

    /// @dev Of no one, in every pool, with one asset of their own: what a first depositor's tricks would be paid to.
    uint256 private constant _VIRTUAL_SHARES = 1000;

    /// @dev Below this part of the first price a pool takes no new stake. Shares stay below 2^(112 + 10 + 32).
    uint256 private constant _RUIN = 1 << 32;

    /// @dev The most that a pool can hold.
    uint256 private constant _MAX_ASSETS = type(uint112).max;

    /// @dev Prices have so many bits after the point, and are in multiples of the first. Shares times price stay below
    /// 2^(113 + 10 + 96).
    uint256 private constant _PRICE_BITS = 96;

    /// @dev A price that rose by more than 2^-32 of it, by roundings in the pool's favour, is taken over.
    uint256 private constant _DRIFT_BITS = 32;

    /// @dev The longest that an exit takes, whatever the registry says, in seconds.
    uint48 private constant _MAX_EXIT_DELAY = 60 days;

    /// @dev What the registry may use to answer.
    uint256 private constant _REGISTRY_GAS = 100_000;

    IAllocation private immutable _ALLOCATION;
    IDimRegistry private immutable _DIMS;
    address private immutable _SLASHER;
    IRewards private immutable _REWARDS;

    /// @inheritdoc IVault
    uint256 public override owed;

    /// @inheritdoc IVault
    uint256 public override exits;

    uint48 private _lastExitDelay;

    /// @inheritdoc IVault
    mapping(address staker => uint256 balance) public override balanceOf;

    /// @inheritdoc IVault
    mapping(address beneficiary => uint256 amount) public override collectable;

    mapping(address validator => mapping(uint16 basket => Pool)) private _pools;
    mapping(uint256 exitId => Exit) private _exits;

    constructor(IAllocation allocation, IDimRegistry dims, address slasher, IRewards rewards) {
        _ALLOCATION = allocation;
        _DIMS = dims;
        _SLASHER = slasher;
        _REWARDS = rewards;
        _lastExitDelay = dims.exitDelay();
    }

    /* BALANCES */

    function _credit(address staker, uint256 received) internal {
        if (staker == address(0)) revert VaultZeroAddress();
        if (received == 0) revert VaultZeroAmount();
        balanceOf[staker] += received;
        owed += received;
        emit Deposited(staker, msg.sender, received);
    }

    function _debit(address staker, uint256 amount) internal {
        if (amount == 0) revert VaultZeroAmount();
        uint256 balance = balanceOf[staker];
        if (balance < amount) revert VaultBalanceTooLow(staker, balance, amount);
        balanceOf[staker] = balance - amount;
    }

    /* DELEGATING */

    /// @inheritdoc IVault
    function delegate(address validator, uint16 basket, uint256 amount)
        external
        override
        nonReentrant
        returns (uint256 shares)
    {
        if (!_ALLOCATION.isOpen(validator, basket)) revert VaultBasketNotOpen(validator, basket);
        _debit(msg.sender, amount);
        uint48 number = generationOf(validator, basket);
        Generation storage generation = _poolOf(validator, basket).generations[number];
        (uint256 assets, uint256 total) = (generation.assets.latest(), generation.shares.latest());
        if (total + _VIRTUAL_SHARES > (assets + 1) * _VIRTUAL_SHARES * _RUIN) revert VaultPoolRuined(validator, basket);
        if (assets + amount > _MAX_ASSETS) revert VaultPoolFull(_MAX_ASSETS);
        shares = Math.mulDiv(amount, total + _VIRTUAL_SHARES, assets + 1);
        if (shares == 0) revert VaultZeroAmount();
        _write(generation, assets + amount, total + shares);
        _join(generation, validator, basket, shares);
        _delegated(validator, basket, number, amount);
        emit Delegated(msg.sender, validator, basket, amount, shares);
    }

    /// @dev Told that the caller delegated `amount`.
    function _delegated(address validator, uint16 basket, uint48 generation, uint256 amount) internal virtual {}

    function _poolOf(address validator, uint16 basket) private view returns (Pool storage) {
        return _pools[validator][basket];
    }

    function _present(address validator, uint16 basket) private view returns (Generation storage) {
        Pool storage pool = _poolOf(validator, basket);
        return pool.generations[pool.current.latest()];
    }

    function _write(Generation storage generation, uint256 assets, uint256 shares) private {
        _mark(generation);
        generation.assets.push(uint48(block.timestamp), assets.toUint208());
        generation.shares.push(uint48(block.timestamp), shares.toUint208());
    }

    /// @dev Before the first change of an epoch: so what was there on its eve is found without a search, however many changed it.
    function _mark(Generation storage generation) private {
        uint48 epoch = Epochs.current();
        if (generation.epochs.has(epoch)) return;
        generation.epochs.add(epoch);
        generation.eves[epoch] = _lengthsOf(generation);
    }

    /// @dev No cast loses anything: a trace has an entry a second at most.
    function _lengthsOf(Generation storage generation) private view returns (Lengths memory) {
        return Lengths(
            uint32(generation.assets.length()),
            uint32(generation.shares.length()),
            uint32(generation.settled.length())
        );
    }

    /// @dev Counts `shares` of the caller's from the next epoch on.
    function _join(Generation storage generation, address validator, uint16 basket, uint256 shares) private {
        uint48 epoch = Epochs.current();
        Checkpoints.Trace208 storage position = generation.positions[msg.sender];
        (uint256 held, uint256 next) = position.present(epoch);
        position.write(epoch, held, next + shares);

        (uint256 heldPrice, uint256 nextPrice) = generation.prices.present(epoch);
        uint256 price = _price(generation.assets.latest(), generation.shares.latest());
        if (price > nextPrice + (nextPrice >> _DRIFT_BITS)) {
            nextPrice = price;
            generation.prices.write(epoch, heldPrice, price);
        }
        (held, next) = _sumsIn(generation, epoch);
        next += shares;
        _setSums(generation, epoch, held, next);
        _REWARDS.join(validator, basket, _weight(held, heldPrice), _weight(next, nextPrice));
    }

    /// @dev Of a share, rounded down.
    function _price(uint256 assets, uint256 total) private pure returns (uint256) {
        uint256 price = ((assets + 1) * _VIRTUAL_SHARES << _PRICE_BITS) / (total + _VIRTUAL_SHARES);
        return Math.min(price, type(uint208).max);
    }

    function _setSums(Generation storage generation, uint48 epoch, uint256 held, uint256 active) private {
        Sums storage sums = generation.sums;
        (sums.epoch, sums.held, sums.active) = (epoch, held.toUint208(), active.toUint208());
    }

    function _sumsIn(Generation storage generation, uint48 epoch) private view returns (uint256 held, uint256 active) {
        Sums storage sums = generation.sums;
        active = sums.active;
        held = sums.epoch == epoch ? sums.held : active;
    }

    /// @dev Rounded down. What `shares` of a pool are worth at `price` is at most what is in the pool, if they are in it and
    /// the price is at most its price: so the cast loses nothing.
    function _weight(uint256 shares, uint256 price) private pure returns (uint112) {
        return uint112(shares * price / (_VIRTUAL_SHARES << _PRICE_BITS));
    }

    /* LEAVING */

    /// @inheritdoc IVault
    function requestExit(address validator, uint16 basket, uint256 shares)
        external
        override
        nonReentrant
        returns (uint256 exitId)
    {
        return _requestExit(msg.sender, validator, basket, shares);
    }

    function _requestExit(address staker, address validator, uint16 basket, uint256 shares)
        internal
        returns (uint256 exitId)
    {
        if (shares == 0) revert VaultZeroAmount();
        uint48 number = generationOf(validator, basket);
        Generation storage generation = _poolOf(validator, basket).generations[number];
        uint256 stays = _leave(generation, staker, validator, basket, shares);
        _lastExitDelay = exitDelay();
        uint48 unlockTime = uint48(block.timestamp) + _lastExitDelay;
        // Where the delay was shortened: first in, first out.
        (bool any, uint48 last,) = generation.unlocked.latestCheckpoint();
        if (any && last > unlockTime) unlockTime = last;
        uint208 requested = (generation.requested.latest() + shares).toUint208();
        generation.requested.push(uint48(block.timestamp), requested);
        generation.unlocked.push(unlockTime, requested);

        exitId = ++exits;
        Exit memory exit = Exit(staker, unlockTime, number, validator, basket, shares.toUint208());
        _exits[exitId] = exit;
        _leaving(exitId, exit, stays);
        emit ExitRequested(exitId, staker, validator, basket, shares, unlockTime);
    }

    /// @dev Told of a new exit, and of the shares that stay in its position.
    function _leaving(uint256 exitId, Exit memory exit, uint256 stays) internal virtual {}

    /// @dev Takes `shares` of a staker's: what joined in this epoch first, then what was held since before it. Returns what stays.
    function _leave(Generation storage generation, address staker, address validator, uint16 basket, uint256 shares)
        private
        returns (uint256 stays)
    {
        uint48 epoch = Epochs.current();
        Checkpoints.Trace208 storage position = generation.positions[staker];
        (uint256 held, uint256 next) = position.present(epoch);
        if (next < shares) revert VaultBalanceTooLow(staker, next, shares);
        stays = next - shares;
        uint256 lost = Math.saturatingSub(held, stays);
        position.write(epoch, held - lost, stays);

        (held, next) = _sumsIn(generation, epoch);
        (held, next) = (held - lost, next - shares);
        _setSums(generation, epoch, held, next);
        (uint256 heldPrice, uint256 nextPrice) = generation.prices.present(epoch);
        _REWARDS.weigh(validator, basket, _weight(held, heldPrice), _weight(next, nextPrice));
    }

    /// @inheritdoc IVault
    /// @dev A registry that reverts, burns its gas or answers nonsense cannot keep anyone in: the last known delay holds.
    /// Nor can a caller starve it of gas to leave sooner: what remains after a call that ran out of gas does not suffice
    /// for the rest of the exit. Never zero, so that nothing matures within the second of a settlement.
    function exitDelay() public view override returns (uint48) {
        address registry = address(_DIMS);
        bytes4 selector = IDimRegistry.exitDelay.selector;
        bool answered;
        uint256 delay;
        assembly ("memory-safe") {
            mstore(0, selector)
            answered := staticcall(_REGISTRY_GAS, registry, 0, 4, 0, 32)
            answered := and(answered, gt(returndatasize(), 31))
            delay := mload(0)
        }
        if (!answered) return _lastExitDelay;
        return uint48(Math.max(1, Math.min(delay, _MAX_EXIT_DELAY)));
    }

    /// @inheritdoc IVault
    function claim(uint256 exitId) external override nonReentrant returns (uint256 amount) {
        Exit memory exit = exitOf(exitId);
        if (exit.owner == address(0)) revert VaultUnknownExit(exitId);
        if (block.timestamp < exit.unlockTime) revert VaultExitLocked(exitId, exit.unlockTime);
        delete _exits[exitId];
        Pool storage pool = _poolOf(exit.validator, exit.basket);
        Generation storage generation = pool.generations[exit.generation];
        if (exit.generation == pool.current.latest()) _settle(generation, exit.validator, exit.basket);
        (, amount) = _settledValue(generation, exit);
        balanceOf[exit.owner] += amount;
        _left(exitId, exit.owner, amount);
        emit ExitClaimed(exitId, exit.owner, amount);
    }

    /// @dev Told what an exit was worth at last.
    function _left(uint256 exitId, address staker, uint256 amount) internal virtual {}

    /// @dev Moves what has matured out of the pool, at the price of now: which it had when it matured, or better, for a
    /// slash settles first.
    function _settle(Generation storage generation, address validator, uint16 basket) private {
        (uint256 assets, uint256 total, uint256 matured) = _maturing(generation);
        if (matured == 0) return;
        (, generation.sums.unlockedBefore) = _unlocked(generation);
        uint256 amount = _value(matured, assets, total);
        _write(generation, assets - amount, total - matured);
        uint208 settled = (generation.settled.latest() + matured).toUint208();
        generation.settled.push(uint48(block.timestamp), settled);
        generation.batches[settled] = Batch(amount.toUint128(), matured.toUint208());
        emit ExitsSettled(validator, basket, matured, amount);
    }

    /// @dev Returns the pool as it was written last, and the shares in it that have matured.
    function _maturing(Generation storage generation)
        private
        view
        returns (uint256 assets, uint256 total, uint256 matured)
    {
        assets = generation.assets.latest();
        total = generation.shares.latest();
        (uint256 unlocked,) = _unlocked(generation);
        matured = unlocked - generation.settled.latest();
    }

    /// @dev Returns all shares that ever unlocked, and how many entries that is. Looks on from what is settled, further each
    /// time: so what it costs is the logarithm of what unlocked since then, and next to nothing where nothing did.
    function _unlocked(Generation storage generation) private view returns (uint256 shares, uint32 count) {
        Checkpoints.Trace208 storage trace = generation.unlocked;
        uint256 low = generation.sums.unlockedBefore;
        uint256 high = trace.length();
        for (uint256 step = 1; low < high; step *= 2) {
            uint256 probe = Math.min(low + step, high) - 1;
            if (trace.pos(uint32(probe))._key <= block.timestamp) {
                low = probe + 1;
            } else {
                high = probe;
                break;
            }
        }
        while (low < high) {
            uint256 middle = (low + high) / 2;
            if (trace.pos(uint32(middle))._key <= block.timestamp) low = middle + 1;
            else high = middle;
        }
        // No cast loses anything: a trace has an entry a second at most.
        count = uint32(low);
        shares = _entry(trace, count);
    }

    /// @dev Rounded down; never more than `assets`, for `shares` is at most `total`.
    function _value(uint256 shares, uint256 assets, uint256 total) private pure returns (uint256) {
        return Math.mulDiv(shares, assets + 1, total + _VIRTUAL_SHARES);
    }

    /// @dev The first batch after its unlock time is the one with its shares; there is none if all was slashed before.
    function _settledValue(Generation storage generation, Exit memory exit)
        private
        view
        returns (bool settled, uint256 amount)
    {
        Batch memory batch = generation.batches[generation.settled.lowerLookup(exit.unlockTime)];
        settled = batch.shares != 0;
        if (settled) amount = Math.mulDiv(exit.shares, batch.assets, batch.shares);
    }

    /* SLASHING */

    /// @inheritdoc IVault
    /// @dev Calls nothing but the rewards, which call nothing then and refuse nothing (docs/adr/0052); it is not guarded
    /// against reentrance: nobody's callback can stop it.
    function slash(address validator, uint16 basket, uint256 amount, address beneficiary)
        external
        override
        returns (uint256 taken)
    {
        if (msg.sender != _SLASHER) revert VaultNotSlasher(msg.sender);
        Pool storage pool = _poolOf(validator, basket);
        uint256 number = pool.current.latest();
        Generation storage generation = pool.generations[number];
        _settle(generation, validator, basket);
        uint256 assets = generation.assets.latest();
        taken = Math.min(amount, assets);
        if (taken == 0) return 0;
        _mark(generation);
        generation.assets.push(uint48(block.timestamp), (assets - taken).toUint208());
        pool.slashed.push(uint48(block.timestamp), (pool.slashed.latest() + taken).toUint208());
        if (taken == assets) pool.current.push(uint48(block.timestamp), (number + 1).toUint208());
        collectable[beneficiary] += taken;
        _slashed(beneficiary, taken);
        _devalue(generation, validator, basket, assets - taken);
        emit PoolSlashed(validator, basket, beneficiary, taken, assets - taken);
    }

    /// @dev Told what a slash took. Calls nothing and refuses nothing.
    function _slashed(address beneficiary, uint256 amount) internal virtual {}

    /// @dev What the slash left is what shares weigh all through this epoch.
    function _devalue(Generation storage generation, address validator, uint16 basket, uint256 assets) private {
        uint48 epoch = Epochs.current();
        (uint256 heldPrice,) = generation.prices.present(epoch);
        uint256 price = assets == 0 ? 0 : _price(assets, generation.shares.latest());
        heldPrice = Math.min(heldPrice, price);
        generation.prices.write(epoch, heldPrice, price);
        (uint256 held, uint256 next) = _sumsIn(generation, epoch);
        _REWARDS.weigh(validator, basket, _weight(held, heldPrice), _weight(next, price));
    }

    /* VIEWS */

    /// @inheritdoc IVault
    function activeAt(address validator, uint16 basket, uint48 time) external view override returns (uint256) {
        Pool storage pool = _poolOf(validator, basket);
        Generation storage generation = pool.generations[pool.current.upperLookupRecent(time)];
        uint256 total = generation.shares.upperLookupRecent(time);
        uint256 leaving =
            generation.requested.upperLookupRecent(time) - generation.settled.upperLookupRecent(time);
        return _value(total - leaving, generation.assets.upperLookupRecent(time), total);
    }

    /// @inheritdoc IVault
    function standingAt(address validator, uint16 basket, uint48 time)
        external
        view
        override
        returns (uint256 standing, uint256 slashedSince)
    {
        Pool storage pool = _poolOf(validator, basket);
        slashedSince = pool.slashed.latest() - pool.slashed.upperLookupRecent(time);
        uint256 number = pool.current.upperLookupRecent(time);
        if (number != pool.current.latest()) return (0, slashedSince);
        Generation storage generation = pool.generations[number];
        (uint256 matured,) = _unlocked(generation);
        standing = _standingAt(generation, time, matured);
    }

    function _standingAt(Generation storage generation, uint48 time, uint256 matured)
        private
        view
        returns (uint256)
    {
        return _standing(
            generation.assets.upperLookupRecent(time),
            generation.shares.upperLookupRecent(time),
            generation.settled.upperLookupRecent(time),
            matured
        );
    }

    /// @inheritdoc IVault
    /// @dev Where nothing was slashed between the two times, no less stood at the second, and it is not looked for: shares that
    /// have not matured only join, and their price does not fall.
    function standingThrough(address validator, uint16 basket, uint48 time)
        external
        view
        override
        returns (uint256 standing, uint256 left)
    {
        Pool storage pool = _poolOf(validator, basket);
        uint48 eve = Epochs.eveOf(time);
        uint256 number = pool.current.latest();
        if (pool.current.upperLookupRecent(eve) != number) return (0, 0);
        Generation storage generation = pool.generations[number];
        (uint256 matured,) = _unlocked(generation);
        standing = _standingBefore(generation, Epochs.numberOf(time), matured);
        uint256 slashed = pool.slashed.latest();
        uint256 slashedBefore = pool.slashed.upperLookupRecent(eve);
        uint256 slashedThen = pool.slashed.upperLookupRecent(time);
        left = Math.saturatingSub(standing, slashed - slashedBefore);
        if (slashedThen == slashedBefore) return (standing, left);
        uint256 then = _standingAt(generation, time, matured);
        standing = Math.min(standing, then);
        left = Math.min(left, Math.saturatingSub(then, slashed - slashedThen));
    }

    /// @dev On the eve of `epoch`, which is not after the present one: as it stood before the first change from then on.
    function _standingBefore(Generation storage generation, uint48 epoch, uint256 matured)
        private
        view
        returns (uint256)
    {
        uint48 until = Epochs.current() + 1;
        uint48 changed = generation.epochs.next(epoch, until);
        Lengths memory then = changed == until ? _lengthsOf(generation) : generation.eves[changed];
        return _standing(
            _entry(generation.assets, then.assets),
            _entry(generation.shares, then.shares),
            _entry(generation.settled, then.settled),
            matured
        );
    }

    /// @dev What matured before and was not settled by then counts among `matured`; what was settled, in both.
    function _standing(uint256 assets, uint256 total, uint256 settled, uint256 matured)
        private
        pure
        returns (uint256)
    {
        uint256 everIn = total + settled;
        return matured >= everIn ? 0 : _value(everIn - matured, assets, total);
    }

    /// @dev The last of the first `length`.
    function _entry(Checkpoints.Trace208 storage trace, uint32 length) private view returns (uint256) {
        return length == 0 ? 0 : trace.pos(length - 1)._value;
    }

    /// @inheritdoc IVault
    function slashableNow(address validator, uint16 basket) external view override returns (uint256) {
        (uint256 assets, uint256 total, uint256 matured) = _maturing(_present(validator, basket));
        return assets - _value(matured, assets, total);
    }

    /// @inheritdoc IVault
    function sharesOf(address staker, address validator, uint16 basket) public view override returns (uint256) {
        return _present(validator, basket).positions[staker].latest();
    }

    /// @inheritdoc IVault
    function generationOf(address validator, uint16 basket) public view override returns (uint48) {
        return uint48(_poolOf(validator, basket).current.latest());
    }

    /// @inheritdoc IVault
    function weightOf(address staker, address validator, uint16 basket, uint48 generation, uint48 epoch)
        external
        view
        override
        returns (uint256 weight, uint48 until)
    {
        Generation storage of_ = _poolOf(validator, basket).generations[generation];
        uint256 shares;
        (shares, until) = of_.positions[staker].heldSpan(epoch);
        if (shares == 0) return (0, until);
        (uint256 price, uint48 priceUntil) = of_.prices.heldSpan(epoch);
        return (_weight(shares, price), priceUntil < until ? priceUntil : until);
    }

    /// @inheritdoc IVault
    function stakeOf(address staker, address validator, uint16 basket) public view override returns (uint256) {
        Generation storage generation = _present(validator, basket);
        return
            _value(
                sharesOf(staker, validator, basket), generation.assets.latest(), generation.shares.latest()
            );
    }

    /// @inheritdoc IVault
    function exitOf(uint256 exitId) public view override returns (Exit memory) {
        return _exits[exitId];
    }

    /// @inheritdoc IVault
    function previewExit(uint256 exitId) public view override returns (uint256) {
        Exit memory exit = exitOf(exitId);
        Pool storage pool = _poolOf(exit.validator, exit.basket);
        Generation storage generation = pool.generations[exit.generation];
        (bool settled, uint256 amount) = _settledValue(generation, exit);
        if (settled || exit.generation != pool.current.latest()) return amount;
        return _value(exit.shares, generation.assets.latest(), generation.shares.latest());
    }
}
