// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IAllocation} from "../../contracts/msp/interfaces/IAllocation.sol";
import {IDimRegistry} from "../../contracts/msp/interfaces/IDimRegistry.sol";
import {ISlasher} from "../../contracts/msp/interfaces/ISlasher.sol";
import {ITokenVault} from "../../contracts/msp/interfaces/ITokenVault.sol";
import {DimId} from "../../contracts/types/Types.sol";
import {IdentityDouble} from "../fixtures/Identity.sol";
import {TokenDouble} from "../fixtures/Tokens.sol";
import {MspDeployment} from "./MspDeployment.sol";

/// @notice Restaked stake with two DIMs that may slash half each, and a validator that serves both: its basket PLAIN is all of the
/// first's, its basket SHARED all of both. An epoch has begun with it.
abstract contract MspFixture is MspDeployment {
    uint48 internal constant EVIDENCE = 3 days;
    uint48 internal constant VETO = 2 days;
    uint48 internal constant EXECUTION = 1 days;
    uint48 internal constant WINDOW = EVIDENCE + VETO + EXECUTION;
    uint48 internal constant DELAY = 7 days;
    uint16 internal constant HALF = 5000;
    uint256 internal constant BOND = 100 ether;
    uint16 internal constant PLAIN = 1;
    uint16 internal constant SHARED = 2;

    address internal builder = makeAddr("builder");
    address internal enforcer = makeAddr("enforcer");
    address internal resolver = makeAddr("resolver");
    address internal victim = makeAddr("victim");
    address internal validator = makeAddr("validator");
    address internal staker = makeAddr("staker");
    address internal other = makeAddr("other staker");
    address internal stranger = makeAddr("stranger");

    AccessManager internal authority;
    IdentityDouble internal identity;
    TokenDouble internal token;
    ITokenVault internal vault;

    DimId internal dim;
    DimId internal otherDim;

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        authority = new AccessManager(address(this));
        identity = new IdentityDouble();
        _deployMsp(address(authority), identity, BOND, DELAY);
        token = new TokenDouble();
        vault = factory.create(token);

        dim = _admit(_terms());
        otherDim = _admit(_terms());
        _registerValidator(validator, dim);
        _agree(validator, otherDim);
        _openBasket(validator, dim, 10_000);
        IAllocation.Line[] memory lines = new IAllocation.Line[](2);
        lines[0] = IAllocation.Line(dim, 10_000);
        lines[1] = IAllocation.Line(otherDim, 10_000);
        vm.prank(validator);
        allocation.openBasket(lines, true);
        _nextEpoch();
    }

    /* PARTIES */

    function _terms() internal view returns (IDimRegistry.Terms memory) {
        return IDimRegistry.Terms(HALF, EVIDENCE, VETO, EXECUTION, enforcer, resolver, victim);
    }

    function _propose(IDimRegistry.Terms memory terms) internal returns (DimId) {
        vm.deal(builder, builder.balance + BOND);
        vm.prank(builder);
        return dims.propose{value: BOND}(terms, "ipfs://dim");
    }

    function _admit(IDimRegistry.Terms memory terms) internal returns (DimId id) {
        id = _propose(terms);
        dims.admit(id);
    }

    function _registerValidator(address account, DimId serves) internal {
        vm.prank(account);
        validators.register(0, 500);
        _agree(account, serves);
    }

    function _agree(address account, DimId serves) internal {
        vm.prank(account);
        validators.opt(serves, true);
        vm.prank(builder);
        validators.accept(serves, account, true);
    }

    function _openBasket(address account, DimId backs, uint16 share) internal returns (uint16) {
        IAllocation.Line[] memory lines = new IAllocation.Line[](1);
        lines[0] = IAllocation.Line(backs, share);
        vm.prank(account);
        return allocation.openBasket(lines, false);
    }

    /* STAKE */

    function _deposit(address account, uint256 amount) internal {
        token.mint(account, amount);
        vm.startPrank(account);
        token.approve(address(vault), amount);
        vault.deposit(amount, account);
        vm.stopPrank();
    }

    function _stake(address account, uint16 basket, uint256 amount) internal returns (uint256 shares) {
        _deposit(account, amount);
        vm.prank(account);
        shares = vault.delegate(validator, basket, amount);
    }

    function _exit(address account, uint16 basket, uint256 shares) internal returns (uint256) {
        vm.prank(account);
        return vault.requestExit(validator, basket, shares);
    }

    function _exitAll(address account, uint16 basket) internal returns (uint256) {
        return _exit(account, basket, vault.sharesOf(account, validator, basket));
    }

    /* TIME */

    function _now() internal view returns (uint48) {
        return uint48(block.timestamp);
    }

    function _pass(uint256 time) internal {
        vm.warp(block.timestamp + time);
    }

    function _nextEpoch() internal {
        vm.warp((block.timestamp / 1 days + 1) * 1 days);
    }

    /* SLASHES */

    function _offence(uint16 basket, uint48 captureTime, uint256 amount)
        internal
        view
        returns (ISlasher.Offence memory)
    {
        return ISlasher.Offence(dim, vault, validator, basket, captureTime, amount);
    }

    function _request(ISlasher.Offence memory offence) internal returns (uint256) {
        vm.prank(enforcer);
        return slasher.requestSlash(offence, "evidence");
    }

    /// @dev Slashes for an offence of now. A second and the veto window pass.
    function _slash(uint16 basket, uint256 amount) internal returns (uint256) {
        ISlasher.Offence memory offence = _offence(basket, _now(), amount);
        _pass(1);
        uint256 id = _request(offence);
        _pass(VETO);
        return slasher.executeSlash(id);
    }

    function _slashable(uint16 basket, uint48 captureTime) internal view returns (uint256) {
        return slasher.slashableAt(dim, vault, validator, basket, captureTime);
    }
}
