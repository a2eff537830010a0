// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {BucketEscrow} from "./BucketEscrow.sol";
import {Vault} from "./Vault.sol";
import {IAllocation} from "./interfaces/IAllocation.sol";
import {IBucketEscrow} from "./interfaces/IBucketEscrow.sol";
import {IBucketVault} from "./interfaces/IBucketVault.sol";
import {IDimRegistry} from "./interfaces/IDimRegistry.sol";
import {IWrappedIOTX} from "./interfaces/INativeVault.sol";
import {IRewards} from "./interfaces/IRewards.sol";
import {ISystemStaking} from "./interfaces/ISystemStaking.sol";
import {IVault} from "./interfaces/IVault.sol";

/// @title BucketVault
contract BucketVault is IBucketVault, Vault {
    using SafeCast for uint256;
    using SafeERC20 for IERC20;

    /// @dev What is yet to be paid for one slash. It ends at `end` of all that was ever slashed.
    struct Due {
        uint128 end;
        uint128 left;
    }

    /// @inheritdoc IBucketVault
    uint48 public constant override GRACE = 7 days;

    /// @inheritdoc IBucketVault
    uint48 public constant override AUCTION_LENGTH = 3 days;

    /// @dev Roundings are no losses: below it nothing is put down to anyone, and nothing is forgotten.
    uint256 private constant _DUST = 1 gwei;

    /// @inheritdoc IBucketVault
    uint256 public constant override MIN_COLLECTED = 1 ether;

    /// @inheritdoc IBucketVault
    uint256 public constant override PAGE = 100;

    /// @dev Where the price of an auction begins, in percent of what is in the bucket: a bucket may be worth more than its coin.
    uint256 private constant _FIRST_PRICE = 110;

    /// @inheritdoc IBucketVault
    ISystemStaking public immutable override staking;

    IWrappedIOTX private immutable _WRAPPED;
    address private immutable _ESCROW;

    /// @inheritdoc IBucketVault
    uint256 public override escrowed;

    /// @inheritdoc IBucketVault
    uint256 public override pot;

    /// @inheritdoc IBucketVault
    uint256 public override coins;

    /// @inheritdoc IBucketVault
    mapping(address staker => uint256 amount) public override shortfallOf;

    /// @dev All that was ever slashed, and all that was ever paid for it.
    uint128 private _slashedEver;
    uint128 private _fundedEver;

    mapping(address beneficiary => Due[]) private _dues;
    mapping(address beneficiary => uint256 index) private _firstDue;

    mapping(uint256 bucketId => Bucket) private _buckets;
    mapping(address staker => Account) private _accounts;

    /// @dev What was delegated for what is still there, less what was put down as lost.
    mapping(bytes32 positionHash => uint256 amount) private _basisOf;
    mapping(uint256 exitId => uint256 amount) private _basisOfExit;

    constructor(
        ISystemStaking staking_,
        IWrappedIOTX wrapped,
        IAllocation allocation,
        IDimRegistry dims,
        address slasher,
        IRewards rewards
    ) Vault(allocation, dims, slasher, rewards) {
        staking = staking_;
        _WRAPPED = wrapped;
        _ESCROW = address(new BucketEscrow(this, staking_));
    }

    /// @dev The coin of buckets that are redeemed.
    receive() external payable {
        if (msg.sender != address(staking)) revert BucketVaultOnlyStaking(msg.sender);
    }

    /* BUCKETS */

    /// @inheritdoc IBucketVault
    function depositBucket(uint256 bucketId) external override nonReentrant returns (uint256 amount) {
        IBucketEscrow escrow = escrowOf(msg.sender);
        if (address(escrow).code.length == 0) {
            Clones.cloneDeterministicWithImmutableArgs(_ESCROW, abi.encode(msg.sender), bytes32(0));
        }
        staking.transferFrom(msg.sender, address(escrow), bucketId);
        uint256 unlockedAt;
        uint256 unstakedAt;
        (amount,, unlockedAt, unstakedAt,) = staking.bucketOf(bucketId);
        if (unlockedAt != type(uint256).max || unstakedAt != type(uint256).max) revert BucketVaultNotLocked(bucketId);
        _buckets[bucketId] = Bucket(msg.sender, 0, amount.toUint128());
        escrowed += amount;
        emit BucketDeposited(bucketId, msg.sender, escrow, amount);
        _add(msg.sender, amount);
    }

    /// @inheritdoc IBucketVault
    function remeasure(uint256 bucketId) external override nonReentrant returns (uint256 added) {
        Bucket storage bucket = _buckets[bucketId];
        (address staker, uint256 counts) = (bucket.staker, bucket.amount);
        if (staker == address(0)) revert BucketVaultNotItsStaker(bucketId, msg.sender);
        uint256 amount = _inIt(bucketId);
        if (amount > counts) added = amount - counts;
        else amount = counts - _take(staker, counts - amount);
        if (amount == counts) revert BucketVaultNothingAdded(bucketId);
        bucket.amount = amount.toUint128();
        escrowed = escrowed + amount - counts;
        emit BucketMeasured(bucketId, staker, amount);
        if (added != 0) _add(staker, added);
    }

    function _inIt(uint256 bucketId) private view returns (uint256 amount) {
        (amount,,,,) = staking.bucketOf(bucketId);
    }

    /// @dev Takes `amount` off the staker's balance, as far as that goes. Returns what it took.
    function _take(address staker, uint256 amount) private returns (uint256 taken) {
        taken = Math.min(amount, balanceOf[staker]);
        balanceOf[staker] -= taken;
        owed -= taken;
    }

    /// @dev Credits `amount`, of which what the staker falls short of is taken first.
    function _add(address staker, uint256 amount) private {
        _credit(staker, amount);
        _makeUp(staker);
    }

    function _makeUp(address staker) private {
        uint256 shortfall = shortfallOf[staker];
        if (shortfall != 0) shortfallOf[staker] = shortfall - _take(staker, shortfall);
    }

    /// @inheritdoc IBucketVault
    function withdrawBucket(uint256 bucketId, address recipient) external payable override nonReentrant {
        Bucket memory bucket = bucketOf(bucketId);
        if (bucket.staker != msg.sender) revert BucketVaultNotItsStaker(bucketId, msg.sender);
        if (recipient == address(0)) revert VaultZeroAddress();
        if (msg.value != 0) _pay(msg.sender, msg.value);
        uint256 debt = _accounts[msg.sender].debt;
        if (debt != 0) revert BucketVaultInDebt(debt);
        _debit(msg.sender, bucket.amount);
        owed -= bucket.amount;
        _remove(bucketId, bucket);
        emit BucketWithdrawn(bucketId, msg.sender, recipient);
        escrowOf(msg.sender).release(bucketId, recipient);
    }

    function _remove(uint256 bucketId, Bucket memory bucket) private {
        delete _buckets[bucketId];
        escrowed -= bucket.amount;
    }

    /* COIN */

    /// @inheritdoc IBucketVault
    function pay(address staker) external payable override nonReentrant {
        _pay(staker, msg.value);
    }

    function _pay(address staker, uint256 amount) private {
        _add(staker, amount);
        _receive(staker, amount);
    }

    /// @dev Coin that came in for `staker`: for its debt, and what is left is its own.
    function _receive(address staker, uint256 amount) private {
        Account storage account = _accounts[staker];
        account.coin += amount.toUint128();
        coins += amount;
        _offset(staker, account);
    }

    /// @dev Pays the debt out of the staker's coin, as far as that goes.
    function _offset(address staker, Account storage account) private {
        uint128 paid = account.debt < account.coin ? account.debt : account.coin;
        if (paid == 0) return;
        account.coin -= paid;
        account.debt -= paid;
        if (account.debt == 0) account.indebtedAt = 0;
        coins -= paid;
        pot += paid;
        _fundedEver += paid;
        emit DebtPaid(staker, paid, account.debt);
    }

    /// @inheritdoc IBucketVault
    function withdraw(uint256 amount, address recipient) external override nonReentrant {
        _debit(msg.sender, amount);
        if (recipient == address(0)) revert VaultZeroAddress();
        Account storage account = _accounts[msg.sender];
        if (account.coin < amount) revert BucketVaultTooLittleCoin(account.coin, amount);
        // No cast loses anything: it is at most the coin.
        account.coin -= uint128(amount);
        coins -= amount;
        owed -= amount;
        emit CoinWithdrawn(msg.sender, recipient, amount);
        _send(recipient, amount);
    }

    function _send(address recipient, uint256 amount) private {
        (bool sent,) = recipient.call{value: amount}("");
        if (!sent) revert BucketVaultTransferFailed(recipient);
    }

    /* PAYING WHO WAS HARMED */

    /// @inheritdoc Vault
    /// @dev Calls nothing. Neither cast loses anything: there is less IOTX than that.
    function _slashed(address beneficiary, uint256 amount) internal override {
        _slashedEver += uint128(amount);
        _dues[beneficiary].push(Due(_slashedEver, uint128(amount)));
    }

    /// @inheritdoc IVault
    /// @dev In wrapped IOTX, which no beneficiary can refuse. Coin at the zero address is burnt (docs/adr/0022).
    function collect(address beneficiary) external override nonReentrant returns (uint256 amount) {
        uint256 index;
        uint128 left;
        (amount, index, left) = _fundedFor(beneficiary);
        if (amount == 0) revert VaultZeroAmount();
        _firstDue[beneficiary] = index;
        if (left != 0) _dues[beneficiary][index].left = left;
        collectable[beneficiary] -= amount;
        pot -= amount;
        owed -= amount;
        emit Collected(beneficiary, amount);
        if (beneficiary == address(0)) {
            _send(address(0), amount);
            return amount;
        }
        _WRAPPED.deposit{value: amount}();
        IERC20(address(_WRAPPED)).safeTransfer(beneficiary, amount);
    }

    /// @dev First slashed, first paid, whoever paid: nobody waits for a certain staker, and nobody is paid for being quick.
    /// Returns what is there for the beneficiary's next {PAGE} slashes, the first of them that is not paid, and what is then left of it.
    function _fundedFor(address beneficiary) private view returns (uint256 amount, uint256 index, uint128 left) {
        Due[] storage dues = _dues[beneficiary];
        index = _firstDue[beneficiary];
        uint256 end = Math.min(dues.length, index + PAGE);
        for (; index < end; ++index) {
            Due memory due = dues[index];
            uint256 part = Math.min(Math.saturatingSub(_fundedEver, due.end - due.left), due.left);
            amount += part;
            // No cast loses anything: it is at most what is left.
            left = due.left - uint128(part);
            if (left != 0) break;
        }
    }

    /* LOSSES */

    /// @inheritdoc Vault
    function _delegated(address validator, uint16 basket, uint48 generation, uint256 amount) internal override {
        uint256 debt = _accounts[msg.sender].debt;
        if (debt != 0) revert BucketVaultInDebt(debt);
        _basisOf[_hash(msg.sender, validator, basket, generation)] += amount;
    }

    function _hash(address staker, address validator, uint16 basket, uint48 generation)
        private
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(staker, validator, basket, generation));
    }

    /// @inheritdoc Vault
    function _leaving(uint256 exitId, Exit memory exit, uint256 stays) internal override {
        bytes32 position = _hash(exit.owner, exit.validator, exit.basket, exit.generation);
        uint256 basis = _basisOf[position];
        uint256 part = Math.mulDiv(basis, exit.shares, exit.shares + stays);
        _basisOf[position] = basis - part;
        _basisOfExit[exitId] = part;
    }

    /// @inheritdoc Vault
    function _left(uint256 exitId, address staker, uint256 amount) internal override {
        uint256 loss = Math.saturatingSub(_basisOfExit[exitId], amount);
        delete _basisOfExit[exitId];
        if (loss >= _DUST) _lose(staker, loss);
        _makeUp(staker);
    }

    /// @inheritdoc IBucketVault
    function realise(address staker, address validator, uint16 basket, uint48 generation)
        external
        override
        returns (uint256 loss)
    {
        loss = lossOf(staker, validator, basket, generation);
        if (loss < _DUST) revert BucketVaultNothingLost();
        _basisOf[_hash(staker, validator, basket, generation)] -= loss;
        _lose(staker, loss);
    }

    /// @inheritdoc IBucketVault
    function realiseExit(uint256 exitId) external override returns (uint256 loss) {
        uint256 basis = _basisOfExit[exitId];
        loss = Math.saturatingSub(basis, previewExit(exitId));
        if (loss < _DUST) revert BucketVaultNothingLost();
        _basisOfExit[exitId] = basis - loss;
        _lose(exitOf(exitId).owner, loss);
    }

    function _lose(address staker, uint256 loss) private {
        Account storage account = _accounts[staker];
        if (account.debt == 0) account.indebtedAt = uint48(block.timestamp);
        account.debt += loss.toUint128();
        emit LossRealised(staker, loss, account.debt);
        _offset(staker, account);
    }

    /* COLLECTING */

    /// @inheritdoc IBucketVault
    function seize(address staker, address validator, uint16 basket)
        external
        override
        nonReentrant
        returns (uint256 exitId)
    {
        _requireOverdue(staker);
        return _requestExit(staker, validator, basket, sharesOf(staker, validator, basket));
    }

    function _requireOverdue(address staker) private view {
        Account memory account = accountOf(staker);
        uint48 payUntil = account.debt < MIN_COLLECTED ? 0 : account.indebtedAt + GRACE;
        if (payUntil == 0 || block.timestamp <= payUntil) revert BucketVaultNotOverdue(staker, payUntil);
    }

    /// @inheritdoc IBucketVault
    function auction(uint256 bucketId) external override {
        Bucket storage bucket = _buckets[bucketId];
        address staker = bucket.staker;
        _requireOverdue(staker);
        if (_isOnAuction(bucketOf(bucketId))) revert BucketVaultOnAuction(bucketId);
        bucket.auctionedAt = uint48(block.timestamp);
        emit AuctionStarted(bucketId, staker, _accounts[staker].debt);
    }

    /// @dev An auction ends with the debt that it began for.
    function _isOnAuction(Bucket memory bucket) private view returns (bool) {
        uint48 indebtedAt = _accounts[bucket.staker].indebtedAt;
        return indebtedAt != 0 && bucket.auctionedAt > indebtedAt;
    }

    /// @inheritdoc IBucketVault
    function buy(uint256 bucketId) external payable override nonReentrant returns (uint256 price) {
        price = priceOf(bucketId);
        if (price > msg.value) revert BucketVaultPriceTooHigh(price, msg.value);
        Bucket memory bucket = bucketOf(bucketId);
        _sell(bucketId, bucket, msg.sender, price);
        escrowOf(bucket.staker).release(bucketId, msg.sender);
        if (msg.value != price) _send(msg.sender, msg.value - price);
    }

    /// @dev What a bucket brings less than it counts for is the staker's to lose, and what it brings more to gain.
    function _sell(uint256 bucketId, Bucket memory bucket, address buyer, uint256 price) private {
        _remove(bucketId, bucket);
        emit BucketSold(bucketId, bucket.staker, buyer, price);
        if (price > bucket.amount) {
            _add(bucket.staker, price - bucket.amount);
        } else {
            uint256 less = bucket.amount - price;
            uint256 taken = _take(bucket.staker, less);
            // Only of a bucket that the L1 took from: no price is lower ({priceOf}).
            if (taken != less) shortfallOf[bucket.staker] += less - taken;
        }
        _receive(bucket.staker, price);
    }

    /// @inheritdoc IBucketVault
    function unlock(uint256 bucketId) external override nonReentrant {
        _overdueEscrowOf(bucketId).unlock(bucketId);
    }

    /// @inheritdoc IBucketVault
    function unstake(uint256 bucketId) external override nonReentrant {
        _overdueEscrowOf(bucketId).unstake(bucketId);
    }

    function _overdueEscrowOf(uint256 bucketId) private view returns (IBucketEscrow) {
        address staker = _buckets[bucketId].staker;
        _requireOverdue(staker);
        return escrowOf(staker);
    }

    /// @inheritdoc IBucketVault
    function redeem(uint256 bucketId) external override nonReentrant returns (uint256 paid) {
        IBucketEscrow escrow = _overdueEscrowOf(bucketId);
        uint256 before = address(this).balance;
        escrow.withdraw(bucketId);
        paid = address(this).balance - before;
        _sell(bucketId, bucketOf(bucketId), address(0), paid);
    }

    /* VIEWS */

    /// @inheritdoc IBucketVault
    function escrowOf(address staker) public view override returns (IBucketEscrow) {
        return IBucketEscrow(
            Clones.predictDeterministicAddressWithImmutableArgs(_ESCROW, abi.encode(staker), bytes32(0))
        );
    }

    /// @inheritdoc IBucketVault
    function bucketOf(uint256 bucketId) public view override returns (Bucket memory) {
        return _buckets[bucketId];
    }

    /// @inheritdoc IBucketVault
    function accountOf(address staker) public view override returns (Account memory) {
        return _accounts[staker];
    }

    /// @inheritdoc IBucketVault
    function debtOf(address staker) external view override returns (uint256) {
        return _accounts[staker].debt;
    }

    /// @inheritdoc IBucketVault
    function fundedFor(address beneficiary) external view override returns (uint256 amount) {
        (amount,,) = _fundedFor(beneficiary);
    }

    /// @inheritdoc IBucketVault
    function priceOf(uint256 bucketId) public view override returns (uint256) {
        Bucket memory bucket = bucketOf(bucketId);
        if (!_isOnAuction(bucket)) revert BucketVaultNotOnAuction(bucketId);
        uint256 high = _inIt(bucketId) * _FIRST_PRICE / 100;
        uint256 low = Math.max(
            Math.max(bucket.amount / 2, Math.min(_accounts[bucket.staker].debt, bucket.amount)),
            Math.saturatingSub(bucket.amount, balanceOf[bucket.staker])
        );
        uint256 elapsed = Math.min(block.timestamp - bucket.auctionedAt, AUCTION_LENGTH);
        return Math.max(low, high - Math.saturatingSub(high, low) * elapsed / AUCTION_LENGTH);
    }

    /// @inheritdoc IBucketVault
    function lossOf(address staker, address validator, uint16 basket, uint48 generation)
        public
        view
        override
        returns (uint256)
    {
        uint256 basis = _basisOf[_hash(staker, validator, basket, generation)];
        uint256 value = generation == generationOf(validator, basket) ? stakeOf(staker, validator, basket) : 0;
        return Math.saturatingSub(basis, value);
    }
}
