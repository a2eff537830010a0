// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IAllocation} from "../../contracts/msp/interfaces/IAllocation.sol";
import {IRewards} from "../../contracts/msp/interfaces/IRewards.sol";
import {TokenDouble} from "../fixtures/Tokens.sol";
import {MspFixture} from "./MspFixture.sol";

/// @notice Restaked stake, and a pot of the first DIM and the vault that `funder` pays into.
abstract contract RewardsFixture is MspFixture {
    /// @dev Of the fixture's validator, in basis points.
    uint16 internal constant COMMISSION = 500;

    address internal funder = makeAddr("funder");
    TokenDouble internal bribe;

    function setUp() public virtual override {
        super.setUp();
        bribe = new TokenDouble();
    }

    /* POTS */

    function _pot() internal view returns (IRewards.Pot memory) {
        return _potOf(bribe);
    }

    function _potOf(IERC20 paid) internal view returns (IRewards.Pot memory) {
        return IRewards.Pot(dim, vault, paid);
    }

    /// @dev Funds the epochs from the next on.
    function _fund(uint48 count, uint256 amount) internal {
        _fundFrom(funder, _epoch() + 1, count, amount);
    }

    function _fundFrom(address account, uint48 firstEpoch, uint48 count, uint256 amount) internal {
        bribe.mint(account, amount * count);
        vm.startPrank(account);
        bribe.approve(address(rewards), amount * count);
        rewards.fund(_pot(), firstEpoch, count, amount);
        vm.stopPrank();
    }

    function _epoch() internal view returns (uint48) {
        return uint48(block.timestamp / 1 days);
    }

    function _nextEpochs(uint256 count) internal {
        for (uint256 i; i < count; ++i) _nextEpoch();
    }

    /* POSITIONS */

    function _position(address account) internal view returns (IRewards.Position memory) {
        return IRewards.Position(validator, PLAIN, vault.generationOf(validator, PLAIN), account);
    }

    function _claim(address account) internal returns (uint256) {
        return rewards.claim(_pot(), _position(account), type(uint256).max);
    }

    function _pending(address account) internal view returns (uint256) {
        return rewards.pending(_pot(), _position(account), type(uint256).max);
    }

    function _weight(address account, uint48 epoch) internal view returns (uint256 weight) {
        (weight,) = vault.weightOf(account, validator, PLAIN, vault.generationOf(validator, PLAIN), epoch);
    }

    /// @dev Of what a position earned, less commission.
    function _net(uint256 amount) internal pure returns (uint256) {
        return amount - amount * COMMISSION / 10_000;
    }

    /* AGREEMENTS */

    function _openBasketOfTwo(uint16 first, uint16 second) internal returns (uint16) {
        IAllocation.Line[] memory lines = new IAllocation.Line[](2);
        (lines[0], lines[1]) = (IAllocation.Line(dim, first), IAllocation.Line(otherDim, second));
        vm.prank(validator);
        return allocation.openBasket(lines, false);
    }

    function _opt(bool in_) internal {
        vm.prank(validator);
        validators.opt(dim, in_);
    }

    function _slashPool(uint256 amount) internal {
        vm.prank(address(slasher));
        vault.slash(validator, PLAIN, amount, victim);
    }

    /* ROUNDING */

    function _assertNear(uint256 actual, uint256 expected, uint256 slack) internal pure {
        assertLe(actual, expected);
        assertLe(expected, actual + slack);
    }
}
