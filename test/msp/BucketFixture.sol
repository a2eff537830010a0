// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {BucketVault} from "../../contracts/msp/BucketVault.sol";
import {ISlasher} from "../../contracts/msp/interfaces/ISlasher.sol";
import {IWrappedIOTX} from "../../contracts/msp/interfaces/INativeVault.sol";
import {ISystemStaking} from "../../contracts/msp/interfaces/ISystemStaking.sol";
import {MspFixture} from "./MspFixture.sol";
import {SystemStaking} from "../../contracts/mocks/SystemStaking.sol";

/// @notice Restaked stake with a vault for buckets of system staking V3, locked for 91 days.
abstract contract BucketFixture is MspFixture {
    uint256 internal constant LOCK = 91 days;

    address internal buyer = makeAddr("buyer");

    SystemStaking internal staking;
    BucketVault internal buckets;

    function setUp() public virtual override {
        super.setUp();
        staking = new SystemStaking(true);
        buckets = _createVault(staking);
    }

    function _createVault(SystemStaking of_) internal returns (BucketVault) {
        return new BucketVault(
            ISystemStaking(address(of_)),
            IWrappedIOTX(address(wrapped)),
            allocation,
            dims,
            address(slasher),
            rewards
        );
    }

    /// @dev A locked bucket of `account`.
    function _bucket(address account, uint256 amount) internal returns (uint256 id) {
        vm.deal(account, account.balance + amount);
        vm.prank(account);
        id = staking.stake{value: amount}(LOCK, makeAddr("delegate"));
    }

    function _depositBucket(address account, uint256 amount) internal returns (uint256 id) {
        id = _bucket(account, amount);
        vm.startPrank(account);
        staking.approve(address(buckets), id);
        buckets.depositBucket(id);
        vm.stopPrank();
    }

    /// @dev A bucket of `account`, all of it delegated to {PLAIN}.
    function _stakeBucket(address account, uint256 amount) internal returns (uint256 id) {
        id = _depositBucket(account, amount);
        vm.prank(account);
        buckets.delegate(validator, PLAIN, amount);
    }

    /// @dev Slashes {PLAIN} for an offence of now, after the veto window.
    function _slashBuckets(uint256 amount) internal returns (uint256) {
        ISlasher.Offence memory offence = ISlasher.Offence(dim, buckets, validator, PLAIN, _now(), amount);
        _pass(1);
        uint256 requestId = _request(offence);
        _pass(VETO);
        return slasher.executeSlash(requestId);
    }

    /// @dev Until what was realised now is overdue.
    function _passGrace() internal {
        _pass(buckets.GRACE() + 1);
    }

    function _realise(address account) internal returns (uint256) {
        return buckets.realise(account, validator, PLAIN, 0);
    }

    /// @dev Lets all of the account's stake leave {PLAIN}, and be credited.
    function _leaveBuckets(address account) internal {
        uint256 shares = buckets.sharesOf(account, validator, PLAIN);
        vm.prank(account);
        uint256 exitId = buckets.requestExit(validator, PLAIN, shares);
        _pass(DELAY);
        buckets.claim(exitId);
    }

    function _pay(address payer, address account, uint256 amount) internal {
        vm.deal(payer, payer.balance + amount);
        vm.prank(payer);
        buckets.pay{value: amount}(account);
    }

    /// @dev But for roundings.
    function _assertNear(uint256 actual, uint256 expected) internal pure {
        assertLe(actual > expected ? actual - expected : expected - actual, 2);
    }

    /// @dev Buckets and coin cover all that is owed, to the wei.
    function _assertSolvent() internal view {
        assertEq(address(buckets).balance, buckets.pot() + buckets.coins(), "coin is not what the books say");
        assertGe(buckets.escrowed() + address(buckets).balance, buckets.owed());
    }
}
