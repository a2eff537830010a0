// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";

/// @notice IoTeX's system staking as far as its holders see it, written from its published interface: V2, which counts in
/// blocks of five seconds, or V3, which counts in seconds. A test's own functions are at the end.
contract SystemStaking is ERC721("Bucket", "BKT") {
    struct Bucket {
        uint256 amount;
        uint256 duration;
        uint256 unlockedAt;
        uint256 unstakedAt;
        address delegate;
    }

    uint256 public constant NEVER = type(uint256).max;
    uint256 private constant _BLOCKS_A_DAY = 17_280;

    error NotOwner(uint256 bucketId);
    error NotLocked(uint256 bucketId);
    error NotUnlocked(uint256 bucketId);
    error NotStaked(uint256 bucketId);
    error NotUnstaked(uint256 bucketId);
    error TooEarly(uint256 bucketId);
    error ShorterThanNow(uint256 bucketId);
    error Halted(uint256 bucketId);
    error TransferFailed(uint256 bucketId);

    bool private immutable _IN_SECONDS;
    uint256 private _count;
    mapping(uint256 bucketId => Bucket) private _buckets;
    mapping(uint256 bucketId => bool) public isHalted;

    constructor(bool inSeconds) {
        _IN_SECONDS = inSeconds;
    }

    modifier onlyOwnerOf(uint256 bucketId) {
        if (ownerOf(bucketId) != msg.sender) revert NotOwner(bucketId);
        if (isHalted[bucketId]) revert Halted(bucketId);
        _;
    }

    modifier onlyStaked(uint256 bucketId) {
        if (_buckets[bucketId].unstakedAt != NEVER) revert NotStaked(bucketId);
        _;
    }

    function stake(uint256 duration, address delegate) external payable returns (uint256 bucketId) {
        bucketId = ++_count;
        _buckets[bucketId] = Bucket(msg.value, duration, NEVER, NEVER, delegate);
        _mint(msg.sender, bucketId);
    }

    function bucketOf(uint256 bucketId) external view returns (uint256, uint256, uint256, uint256, address) {
        _requireOwned(bucketId);
        Bucket memory bucket = _buckets[bucketId];
        return (bucket.amount, bucket.duration, bucket.unlockedAt, bucket.unstakedAt, bucket.delegate);
    }

    function lock(uint256 bucketId, uint256 duration) external onlyOwnerOf(bucketId) onlyStaked(bucketId) {
        Bucket storage bucket = _buckets[bucketId];
        uint256 runsFor = bucket.unlockedAt == NEVER ? bucket.duration : bucket.unlockedAt + bucket.duration;
        if (bucket.unlockedAt != NEVER) runsFor = runsFor > _time() ? runsFor - _time() : 0;
        if (duration < runsFor) revert ShorterThanNow(bucketId);
        (bucket.duration, bucket.unlockedAt) = (duration, NEVER);
    }

    function unlock(uint256 bucketId) external onlyOwnerOf(bucketId) onlyStaked(bucketId) {
        if (_buckets[bucketId].unlockedAt != NEVER) revert NotLocked(bucketId);
        _buckets[bucketId].unlockedAt = _time();
    }

    function unstake(uint256 bucketId) external onlyOwnerOf(bucketId) onlyStaked(bucketId) {
        Bucket storage bucket = _buckets[bucketId];
        if (bucket.unlockedAt == NEVER) revert NotUnlocked(bucketId);
        if (_time() < bucket.unlockedAt + bucket.duration) revert TooEarly(bucketId);
        bucket.unstakedAt = _time();
    }

    function withdraw(uint256 bucketId, address payable recipient) external onlyOwnerOf(bucketId) {
        Bucket memory bucket = _buckets[bucketId];
        if (bucket.unstakedAt == NEVER) revert NotUnstaked(bucketId);
        if (_time() < bucket.unstakedAt + 3 * day()) revert TooEarly(bucketId);
        _burn(bucketId);
        delete _buckets[bucketId];
        (bool sent,) = recipient.call{value: bucket.amount}("");
        if (!sent) revert TransferFailed(bucketId);
    }

    function merge(uint256[] calldata bucketIds, uint256 duration) external {
        Bucket storage first = _buckets[bucketIds[0]];
        for (uint256 i; i < bucketIds.length; ++i) {
            if (ownerOf(bucketIds[i]) != msg.sender) revert NotOwner(bucketIds[i]);
            if (i == 0) continue;
            first.amount += _buckets[bucketIds[i]].amount;
            _burn(bucketIds[i]);
        }
        first.duration = duration;
    }

    function changeDelegate(uint256 bucketId, address delegate) external onlyOwnerOf(bucketId) onlyStaked(bucketId) {
        _buckets[bucketId].delegate = delegate;
    }

    function expandBucket(uint256 bucketId, uint256 duration) external payable onlyOwnerOf(bucketId) {
        if (duration < _buckets[bucketId].duration) revert ShorterThanNow(bucketId);
        _buckets[bucketId].amount += msg.value;
        _buckets[bucketId].duration = duration;
    }

    /// @dev The owner gives part of a bucket away.
    function donate(uint256 bucketId, uint256 amount) external onlyOwnerOf(bucketId) onlyStaked(bucketId) {
        _buckets[bucketId].amount -= amount;
        (bool sent,) = address(0xbeef).call{value: amount}("");
        if (!sent) revert TransferFailed(bucketId);
    }

    function day() public view returns (uint256) {
        return _IN_SECONDS ? 1 days : _BLOCKS_A_DAY;
    }

    function _time() private view returns (uint256) {
        return _IN_SECONDS ? block.timestamp : block.number;
    }

    /* TESTS */

    /// @notice Lets everything that is done with a bucket fail, or no longer.
    function halt(uint256 bucketId, bool halted) external {
        isHalted[bucketId] = halted;
    }

    /// @notice Adds what is sent to a bucket, whosever it is.
    function topUp(uint256 bucketId) external payable {
        _requireOwned(bucketId);
        _buckets[bucketId].amount += msg.value;
    }

    /// @notice Takes some of what is in a bucket, whosever it is.
    function take(uint256 bucketId, uint256 amount) external {
        _requireOwned(bucketId);
        _buckets[bucketId].amount -= amount;
    }

    function _update(address to, uint256 bucketId, address auth) internal override returns (address) {
        if (isHalted[bucketId] && to != address(0)) revert Halted(bucketId);
        return super._update(to, bucketId, auth);
    }
}
