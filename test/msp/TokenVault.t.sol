// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {INativeVault} from "../../contracts/msp/interfaces/INativeVault.sol";
import {ITokenVault} from "../../contracts/msp/interfaces/ITokenVault.sol";
import {IVault} from "../../contracts/msp/interfaces/IVault.sol";
import {IVaultFactory} from "../../contracts/msp/interfaces/IVaultFactory.sol";
import {CoinRefuser} from "../fixtures/Payees.sol";
import {MspFixture} from "./MspFixture.sol";

/*
VaultFactory
├── the wrapped coin has its vault from the start
├── when the asset has a vault, or no code: it reverts
└── else it creates one
*/
contract VaultFactory_Test is MspFixture {
    function test_create_onceForAContract() public {
        assertEq(address(nativeVault.asset()), address(wrapped));
        assertEq(address(factory.vaultOf(token)), address(vault));
        vm.expectRevert(abi.encodeWithSelector(IVaultFactory.VaultFactoryExists.selector, token, vault));
        factory.create(token);
        vm.expectRevert(abi.encodeWithSelector(IVaultFactory.VaultFactoryNoCode.selector, stranger));
        factory.create(IERC20(stranger));
    }
}

/*
Vault.deposit, withdraw
├── when nothing, or for nobody: it reverts
├── when more is withdrawn than there is: it reverts
└── else it credits, and pays, to the wei
*/
contract Vault_Deposit_Test is MspFixture {
    function test_deposit_nothingOrForNobody_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IVault.VaultZeroAmount.selector));
        vault.deposit(0, staker);
        token.mint(address(this), 1);
        token.approve(address(vault), 1);
        vm.expectRevert(abi.encodeWithSelector(IVault.VaultZeroAddress.selector));
        vault.deposit(1, address(0));
    }

    function test_withdraw_moreThanThereIs_reverts() public {
        _deposit(staker, 5);
        vm.startPrank(staker);
        vm.expectRevert(abi.encodeWithSelector(IVault.VaultBalanceTooLow.selector, staker, 5, 6));
        vault.withdraw(6, staker);
        vm.expectRevert(abi.encodeWithSelector(IVault.VaultZeroAmount.selector));
        vault.withdraw(0, staker);
        vm.expectRevert(abi.encodeWithSelector(IVault.VaultZeroAddress.selector));
        vault.withdraw(1, address(0));
    }

    function testFuzz_deposit_creditsAndPays(uint96 amount, uint256 part) public {
        vm.assume(amount != 0);
        part = bound(part, 1, amount);
        _deposit(staker, amount);
        assertEq(vault.balanceOf(staker), amount);
        assertEq(vault.owed(), amount);
        vm.prank(staker);
        vault.withdraw(part, other);
        assertEq(token.balanceOf(other), part);
        assertEq(vault.balanceOf(staker), amount - part);
        assertEq(vault.owed(), amount - part);
    }
}

/*
Vault.delegate
├── when the basket is not open, or more is delegated than there is: it reverts
├── when it buys no share, or the pool would hold too much: it reverts
└── else the stake is the staker's, and counts from the next epoch on
*/
contract Vault_Delegate_Test is MspFixture {
    function test_delegate_basketNotOpen_reverts() public {
        _deposit(staker, 5);
        vm.prank(staker);
        vm.expectRevert(abi.encodeWithSelector(IVault.VaultBasketNotOpen.selector, validator, 3));
        vault.delegate(validator, 3, 5);
        vm.prank(validator);
        allocation.closeBasket(PLAIN);
        vm.prank(staker);
        vm.expectRevert(abi.encodeWithSelector(IVault.VaultBasketNotOpen.selector, validator, PLAIN));
        vault.delegate(validator, PLAIN, 5);
    }

    function test_delegate_outOfRange_reverts() public {
        _deposit(staker, uint256(type(uint112).max) + 1);
        vm.startPrank(staker);
        vm.expectRevert(abi.encodeWithSelector(IVault.VaultPoolFull.selector, type(uint112).max));
        vault.delegate(validator, PLAIN, uint256(type(uint112).max) + 1);
        vm.expectRevert(abi.encodeWithSelector(IVault.VaultZeroAmount.selector));
        vault.delegate(validator, PLAIN, 0);
        vm.stopPrank();
        vm.prank(other);
        vm.expectRevert(abi.encodeWithSelector(IVault.VaultBalanceTooLow.selector, other, 0, 1));
        vault.delegate(validator, PLAIN, 1);
    }

    function testFuzz_delegate_countsFromTheNextEpoch(uint96 amount) public {
        vm.assume(amount != 0);
        _pass(1 hours);
        _stake(staker, PLAIN, amount);
        assertEq(vault.stakeOf(staker, validator, PLAIN), amount);
        assertEq(vault.activeAt(validator, PLAIN, _now()), amount);
        assertEq(allocation.stakeAt(dim, vault, validator, PLAIN, _now()), 0);
        _nextEpoch();
        assertEq(allocation.stakeAt(dim, vault, validator, PLAIN, _now() - 1), 0);
        assertEq(allocation.stakeAt(dim, vault, validator, PLAIN, _now()), amount);
        assertEq(allocation.stakeAt(otherDim, vault, validator, PLAIN, _now()), 0);
    }
}

/*
Vault.requestExit, claim
├── when more leaves than there is: it reverts
├── when there is no such exit, or it is locked: it reverts
├── leaving stake no longer counts
├── it pays what came, whenever and by whomever it is claimed, once
├── when the delay was shortened: later requests do not overtake
├── when the registry fails: the last known delay holds, and exits go on
└── when the registry asks for more than 60 days: 60 days
*/
contract Vault_Exit_Test is MspFixture {
    function test_requestExit_moreThanThereIs_reverts() public {
        uint256 shares = _stake(staker, PLAIN, 1 ether);
        vm.startPrank(staker);
        vm.expectRevert(abi.encodeWithSelector(IVault.VaultBalanceTooLow.selector, staker, shares, shares + 1));
        vault.requestExit(validator, PLAIN, shares + 1);
        vm.expectRevert(abi.encodeWithSelector(IVault.VaultZeroAmount.selector));
        vault.requestExit(validator, PLAIN, 0);
    }

    function test_claim_unknownOrLocked_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IVault.VaultUnknownExit.selector, 1));
        vault.claim(1);
        _stake(staker, PLAIN, 1 ether);
        uint256 id = _exitAll(staker, PLAIN);
        uint48 unlockTime = _now() + DELAY;
        _pass(DELAY - 1);
        vm.expectRevert(abi.encodeWithSelector(IVault.VaultExitLocked.selector, id, unlockTime));
        vault.claim(id);
        _pass(1);
        vault.claim(id);
        vm.expectRevert(abi.encodeWithSelector(IVault.VaultUnknownExit.selector, id));
        vault.claim(id);
    }

    function testFuzz_exit_paysWhatCame(uint96 first, uint96 second, uint256 part, uint32 late) public {
        first = uint96(bound(first, 1, type(uint96).max));
        second = uint96(bound(second, 1, type(uint96).max));
        uint256 shares = _stake(staker, PLAIN, first);
        _stake(other, PLAIN, second);
        part = bound(part, 1, shares);
        uint256 id = _exit(staker, PLAIN, part);
        uint256 worth = vault.previewExit(id);
        assertLe(worth, first);
        _pass(uint256(DELAY) + late);
        vm.prank(stranger);
        assertEq(vault.claim(id), worth);
        assertEq(vault.balanceOf(staker), worth);
        // What is left is worth the rest, less a wei of rounding for each of two operations.
        assertLe(vault.stakeOf(staker, validator, PLAIN) + worth, first);
        assertGe(vault.stakeOf(staker, validator, PLAIN) + worth + 2, first);
        assertGe(vault.stakeOf(other, validator, PLAIN), second - 1);
    }

    function test_requestExit_stopsCounting_andStaysSlashable() public {
        _stake(staker, PLAIN, 10 ether);
        _nextEpoch();
        uint256 half = vault.sharesOf(staker, validator, PLAIN) / 2;
        _exit(staker, PLAIN, half);
        assertEq(vault.activeAt(validator, PLAIN, _now()), 5 ether);
        assertEq(allocation.stakeAt(dim, vault, validator, PLAIN, _now()), 5 ether);
        assertEq(vault.slashableNow(validator, PLAIN), 10 ether);
        _pass(DELAY);
        assertEq(vault.slashableNow(validator, PLAIN), 5 ether);
        assertEq(vault.activeAt(validator, PLAIN, _now()), 5 ether);
    }

    function test_requestExit_afterAShorterDelay_doesNotOvertake() public {
        _stake(staker, PLAIN, 10 ether);
        uint256 half = vault.sharesOf(staker, validator, PLAIN) / 2;
        uint256 first = _exit(staker, PLAIN, half);
        uint48 unlockTime = vault.exitOf(first).unlockTime;
        dims.setExitDelay(WINDOW + 1);
        _pass(1);
        uint256 second = _exit(staker, PLAIN, half);
        assertEq(vault.exitOf(second).unlockTime, unlockTime);
    }

    function test_requestExit_registryDead_usesTheLastDelay() public {
        // Burns its gas, reverts, answers nothing, is gone, returns more than the caller could copy.
        bytes[5] memory codes = [bytes(hex"fe"), hex"5f5ffd", hex"5f5ff3", hex"", hex"630fffffff5ff3"];
        for (uint256 i; i < codes.length; ++i) {
            _stake(staker, PLAIN, 10 ether);
            vm.etch(address(dims), codes[i]);
            uint256 gasBefore = gasleft();
            uint256 id = _exitAll(staker, PLAIN);
            assertLt(gasBefore - gasleft(), 500_000);
            assertEq(vault.exitOf(id).unlockTime, _now() + DELAY);
            _pass(DELAY);
            assertEq(vault.claim(id), 10 ether);
        }
    }

    function testFuzz_requestExit_starved_neverLeavesSooner(uint256 gas_) public {
        uint256 shares = _stake(staker, PLAIN, 10 ether);
        dims.setExitDelay(30 days);
        gas_ = bound(gas_, 20_000, 400_000);
        vm.prank(staker);
        (bool success, bytes memory returned) = address(vault).call{gas: gas_}(
            abi.encodeCall(IVault.requestExit, (validator, PLAIN, shares))
        );
        if (success) assertEq(vault.exitOf(abi.decode(returned, (uint256))).unlockTime, _now() + 30 days);
    }

    function test_requestExit_registryHostile_isBounded() public {
        _stake(staker, PLAIN, 10 ether);
        vm.mockCall(address(dims), abi.encodeWithSignature("exitDelay()"), abi.encode(type(uint48).max));
        uint256 id = _exitAll(staker, PLAIN);
        assertEq(vault.exitOf(id).unlockTime, _now() + 60 days);
    }
}

/*
Vault.slash, collect
├── when the caller is not the slasher: it reverts
├── what is collected goes to its beneficiary, once
└── when nobody is: it is burnt
*/
contract Vault_Slash_Test is MspFixture {
    function test_slash_callerNotSlasher_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IVault.VaultNotSlasher.selector, address(this)));
        vault.slash(validator, PLAIN, 1, victim);
    }

    function test_collect_paysTheBeneficiary_once() public {
        _stake(staker, PLAIN, 10 ether);
        _nextEpoch();
        assertEq(_slash(PLAIN, 2 ether), 2 ether);
        assertEq(vault.collect(victim), 2 ether);
        assertEq(token.balanceOf(victim), 2 ether);
        vm.expectRevert(abi.encodeWithSelector(IVault.VaultZeroAmount.selector));
        vault.collect(victim);
    }

    function test_collect_nobodys_burns() public {
        _stake(staker, PLAIN, 10 ether);
        vm.prank(address(slasher));
        vault.slash(validator, PLAIN, 1 ether, address(0));
        vault.collect(address(0));
        assertEq(token.balanceOf(address(0xdead)), 1 ether);
    }
}

/*
NativeVault
├── when coin comes otherwise than by a deposit: it reverts
├── it takes coin, and pays it
├── when the recipient takes no coin: it reverts, and wrapped coin is paid
└── what is burnt is coin at the zero address
*/
contract NativeVault_Test is MspFixture {
    function setUp() public override {
        super.setUp();
        vm.deal(staker, 10 ether);
        vm.prank(staker);
        nativeVault.depositNative{value: 10 ether}(staker);
    }

    function test_receive_coinOfAnyoneElse_reverts() public {
        vm.deal(address(this), 1);
        (bool sent, bytes memory reason) = address(nativeVault).call{value: 1}("");
        assertFalse(sent);
        assertEq(reason, abi.encodeWithSelector(INativeVault.NativeVaultOnlyUnwrapping.selector, address(this)));
    }

    function test_withdrawNative_paysCoin() public {
        assertEq(nativeVault.balanceOf(staker), 10 ether);
        vm.prank(staker);
        nativeVault.withdrawNative(4 ether, other);
        assertEq(other.balance, 4 ether);
        assertEq(nativeVault.owed(), 6 ether);
        assertEq(wrapped.balanceOf(address(nativeVault)), 6 ether);
    }

    function test_withdrawNative_recipientTakesNoCoin_reverts() public {
        address refuser = address(new CoinRefuser());
        vm.startPrank(staker);
        vm.expectRevert(abi.encodeWithSelector(INativeVault.NativeVaultTransferFailed.selector, refuser));
        nativeVault.withdrawNative(1 ether, refuser);
        nativeVault.withdraw(1 ether, refuser);
        assertEq(wrapped.balanceOf(refuser), 1 ether);
    }

    function test_collect_nobodys_burnsCoin() public {
        vm.prank(staker);
        nativeVault.delegate(validator, PLAIN, 10 ether);
        vm.prank(address(slasher));
        nativeVault.slash(validator, PLAIN, 3 ether, address(0));
        uint256 burnt = address(0).balance;
        nativeVault.collect(address(0));
        assertEq(address(0).balance, burnt + 3 ether);
    }
}
