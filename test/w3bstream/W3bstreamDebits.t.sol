// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {W3bstreamDebits} from "../../contracts/w3bstream/W3bstreamDebits.sol";
import {IW3bstreamDebits} from "../../contracts/w3bstream/interfaces/IW3bstreamDebits.sol";
import {Test} from "../fixtures/Test.sol";
import {FrozenToken, HookedDepositor, HookedToken, TaxedToken, TokenDouble} from "../fixtures/Tokens.sol";

/*
W3bstreamDebits
├── deposit
│   ├── credits what arrives, of a token that taxes too
│   ├── when nothing arrives: it reverts
│   └── when the token calls back into a deposit: it reverts
├── withdraw
│   ├── when more than the balance is asked for, or nothing: it reverts
│   ├── when the token refuses: it reverts, and the balance stays
│   └── else it pays
└── withhold, distribute, redeem
    ├── when the caller is not the operator: it reverts
    ├── when there is too little: it reverts
    └── else nothing is made or lost
*/
contract W3bstreamDebits_Test is Test {
    address internal payer = makeAddr("payer");
    address internal prover = makeAddr("prover");
    address internal sequencer = makeAddr("sequencer");
    W3bstreamDebits internal debits;
    TokenDouble internal token;

    function setUp() public {
        W3bstreamDebits implementation = new W3bstreamDebits(address(new AccessManager(address(this))));
        bytes memory initialization = abi.encodeCall(W3bstreamDebits.initialize, ());
        debits = W3bstreamDebits(address(new ERC1967Proxy(address(implementation), initialization)));
        debits.setOperator(address(this));
        token = new TokenDouble();
        token.mint(payer, 100);
        vm.startPrank(payer);
        token.approve(address(debits), 100);
        debits.deposit(address(token), 100);
        vm.stopPrank();
    }

    function test_deposit_ofATaxedToken_creditsWhatArrives() public {
        TaxedToken taxed = new TaxedToken();
        taxed.mint(payer, 100);
        vm.startPrank(payer);
        taxed.approve(address(debits), 100);
        debits.deposit(address(taxed), 100);
        assertEq(debits.balanceOf(address(taxed), payer), 90);
        assertEq(taxed.balanceOf(address(debits)), 90);
    }

    function test_deposit_nothing_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IW3bstreamDebits.DebitsZeroAmount.selector));
        debits.deposit(address(token), 0);
    }

    function test_deposit_reentered_reverts() public {
        HookedToken hooked = new HookedToken();
        HookedDepositor depositor = new HookedDepositor(debits, hooked);
        hooked.mint(address(depositor), 100);
        vm.expectRevert(
            abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector)
        );
        depositor.deposit(50);
    }

    function testFuzz_withdraw_pays(uint256 amount) public {
        amount = bound(amount, 1, 100);
        vm.prank(payer);
        debits.withdraw(address(token), amount);
        assertEq(token.balanceOf(payer), amount);
        assertEq(debits.balanceOf(address(token), payer), 100 - amount);
    }

    function test_withdraw_outOfRange_reverts() public {
        vm.startPrank(payer);
        vm.expectRevert(
            abi.encodeWithSelector(IW3bstreamDebits.DebitsBalanceTooLow.selector, address(token), payer, 100, 101)
        );
        debits.withdraw(address(token), 101);
        vm.expectRevert(abi.encodeWithSelector(IW3bstreamDebits.DebitsZeroAmount.selector));
        debits.withdraw(address(token), 0);
    }

    function test_withdraw_withheld_reverts() public {
        debits.withhold(address(token), payer, 60);
        vm.prank(payer);
        vm.expectRevert(
            abi.encodeWithSelector(IW3bstreamDebits.DebitsBalanceTooLow.selector, address(token), payer, 40, 41)
        );
        debits.withdraw(address(token), 41);
    }

    function test_withdraw_tokenRefuses_keepsTheBalance() public {
        FrozenToken frozen = new FrozenToken();
        frozen.mint(payer, 5);
        vm.startPrank(payer);
        frozen.approve(address(debits), 5);
        debits.deposit(address(frozen), 5);
        frozen.freeze();
        vm.expectRevert(abi.encodeWithSelector(FrozenToken.Frozen.selector));
        debits.withdraw(address(frozen), 5);
        assertEq(debits.balanceOf(address(frozen), payer), 5);
    }

    function test_operation_callerNotOperator_reverts() public {
        bytes memory error_ = abi.encodeWithSelector(IW3bstreamDebits.DebitsNotOperator.selector, payer);
        vm.startPrank(payer);
        vm.expectRevert(error_);
        debits.withhold(address(token), payer, 1);
        vm.expectRevert(error_);
        debits.distribute(address(token), payer, new address[](0), new uint256[](0));
        vm.expectRevert(error_);
        debits.redeem(address(token), payer, 1);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, payer));
        debits.setOperator(payer);
    }

    function testFuzz_distribute_makesAndLosesNothing(uint256 withheld, uint256 first, uint256 second) public {
        withheld = bound(withheld, 1, 100);
        first = bound(first, 0, withheld);
        second = bound(second, 0, withheld - first);
        debits.withhold(address(token), payer, withheld);
        (address[] memory recipients, uint256[] memory amounts) = _shares(first, second);
        debits.distribute(address(token), payer, recipients, amounts);
        debits.redeem(address(token), payer, withheld - first - second);

        assertEq(debits.balanceOf(address(token), prover), first);
        assertEq(debits.balanceOf(address(token), sequencer), second);
        assertEq(debits.balanceOf(address(token), payer), 100 - first - second);
        assertEq(debits.withholdingOf(address(token), payer), 0);
    }

    function test_distribute_moreThanWithheld_reverts() public {
        debits.withhold(address(token), payer, 10);
        (address[] memory recipients, uint256[] memory amounts) = _shares(6, 5);
        vm.expectRevert(
            abi.encodeWithSelector(IW3bstreamDebits.DebitsWithholdingTooLow.selector, address(token), payer, 10, 11)
        );
        debits.distribute(address(token), payer, recipients, amounts);
    }

    function test_distribute_lengthMismatch_reverts() public {
        (address[] memory recipients,) = _shares(0, 0);
        vm.expectRevert(abi.encodeWithSelector(IW3bstreamDebits.DebitsLengthMismatch.selector, 2, 1));
        debits.distribute(address(token), payer, recipients, new uint256[](1));
    }

    function test_redeem_moreThanWithheld_reverts() public {
        vm.expectRevert(
            abi.encodeWithSelector(IW3bstreamDebits.DebitsWithholdingTooLow.selector, address(token), payer, 0, 1)
        );
        debits.redeem(address(token), payer, 1);
    }

    function _shares(uint256 first, uint256 second)
        private
        view
        returns (address[] memory recipients, uint256[] memory amounts)
    {
        recipients = new address[](2);
        amounts = new uint256[](2);
        (recipients[0], recipients[1]) = (prover, sequencer);
        (amounts[0], amounts[1]) = (first, second);
    }
}
