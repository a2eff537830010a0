// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";
import {ProverBond} from "../../contracts/msp/ProverBond.sol";
import {IProverBond} from "../../contracts/msp/interfaces/IProverBond.sol";
import {TaskId} from "../../contracts/types/Types.sol";
import {BondReenterer, CoinRefuser} from "../fixtures/Payees.sol";
import {Test} from "../fixtures/Test.sol";

abstract contract ProverBondFixture is Test {
    uint256 internal constant PENALTY = 4 ether;
    uint48 internal constant DELAY = 7 days;
    TaskId internal constant TASK = TaskId.wrap(bytes32(uint256(1)));

    address internal prover = makeAddr("prover");
    address internal cold = makeAddr("cold key");
    address internal treasury = makeAddr("treasury");
    address internal stranger = makeAddr("stranger");
    ProverBond internal bond;

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        ProverBond implementation = new ProverBond(address(new AccessManager(address(this))));
        bytes memory initialization = abi.encodeCall(ProverBond.initialize, (PENALTY, DELAY, treasury));
        bond = ProverBond(address(new ERC1967Proxy(address(implementation), initialization)));
    }

    function _deposit(uint256 amount) internal {
        vm.deal(stranger, amount);
        vm.prank(stranger);
        bond.deposit{value: amount}(prover);
    }

    function _request(uint256 amount) internal {
        vm.prank(prover);
        bond.requestWithdrawal(prover, amount);
    }
}

/*
ProverBond.deposit
├── when nothing is sent, or for nobody: it reverts
└── else it adds to the prover's stake, whoever sends
*/
contract ProverBond_Deposit_Test is ProverBondFixture {
    function test_deposit_nothing_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IProverBond.ProverBondZeroAmount.selector));
        bond.deposit(prover);
    }

    function test_deposit_forNobody_reverts() public {
        vm.deal(address(this), 1);
        vm.expectRevert(abi.encodeWithSelector(IProverBond.ProverBondZeroAddress.selector));
        bond.deposit{value: 1}(address(0));
    }

    function testFuzz_deposit_addsToTheStake(uint96 first, uint96 second) public {
        vm.assume(first != 0 && second != 0);
        _deposit(first);
        _deposit(second);
        assertEq(bond.stakeOf(prover), uint256(first) + second);
        assertEq(bond.bondOf(prover).holder, prover);
    }
}

/*
ProverBond.requestWithdrawal, withdraw
├── when the caller does not hold the bond: it reverts
├── when more than is active is asked for, or nothing: it reverts
├── when nothing is leaving, or it is locked: it reverts
├── when the holder takes no coin: it reverts, and can be repeated
├── when the holder calls back: it is paid once
└── else it pays what is leaving
*/
contract ProverBond_Withdraw_Test is ProverBondFixture {
    function setUp() public override {
        super.setUp();
        _deposit(10 ether);
    }

    function test_withdraw_callerNotHolder_reverts() public {
        bytes memory error_ = abi.encodeWithSelector(IProverBond.ProverBondNotHolder.selector, prover, stranger);
        vm.startPrank(stranger);
        vm.expectRevert(error_);
        bond.requestWithdrawal(prover, 1);
        vm.expectRevert(error_);
        bond.withdraw(prover);
        vm.expectRevert(error_);
        bond.setHolder(prover, stranger);
    }

    function test_requestWithdrawal_outOfRange_reverts() public {
        vm.startPrank(prover);
        vm.expectRevert(
            abi.encodeWithSelector(IProverBond.ProverBondTooLow.selector, prover, 10 ether, 10 ether + 1)
        );
        bond.requestWithdrawal(prover, 10 ether + 1);
        vm.expectRevert(abi.encodeWithSelector(IProverBond.ProverBondZeroAmount.selector));
        bond.requestWithdrawal(prover, 0);
    }

    function test_withdraw_nothingLeaving_reverts() public {
        vm.prank(prover);
        vm.expectRevert(abi.encodeWithSelector(IProverBond.ProverBondNothingLeaving.selector, prover));
        bond.withdraw(prover);
    }

    function testFuzz_withdraw_locked_reverts(uint256 elapsed) public {
        _request(1 ether);
        uint48 unlockTime = uint48(block.timestamp) + DELAY;
        vm.warp(block.timestamp + bound(elapsed, 0, DELAY - 1));
        vm.prank(prover);
        vm.expectRevert(abi.encodeWithSelector(IProverBond.ProverBondLocked.selector, prover, unlockTime));
        bond.withdraw(prover);
    }

    function test_withdraw_secondRequest_locksTheFirstAgain() public {
        _request(1 ether);
        vm.warp(block.timestamp + DELAY);
        _request(1 ether);
        vm.prank(prover);
        vm.expectRevert(
            abi.encodeWithSelector(
                IProverBond.ProverBondLocked.selector, prover, uint48(block.timestamp) + DELAY
            )
        );
        bond.withdraw(prover);
    }

    function testFuzz_withdraw_pays(uint256 amount) public {
        amount = bound(amount, 1, 10 ether);
        _request(amount);
        assertEq(bond.stakeOf(prover), 10 ether - amount);
        vm.warp(block.timestamp + DELAY);
        vm.prank(prover);
        assertEq(bond.withdraw(prover), amount);
        assertEq(prover.balance, amount);
        assertEq(address(bond).balance, 10 ether - amount);
    }

    function test_withdraw_byTheNewHolder_paysIt() public {
        vm.prank(prover);
        bond.setHolder(prover, cold);
        vm.startPrank(cold);
        bond.requestWithdrawal(prover, 10 ether);
        vm.warp(block.timestamp + DELAY);
        bond.withdraw(prover);
        assertEq(cold.balance, 10 ether);
        vm.stopPrank();
        vm.prank(prover);
        vm.expectRevert(abi.encodeWithSelector(IProverBond.ProverBondNotHolder.selector, prover, prover));
        bond.requestWithdrawal(prover, 1);
    }

    function test_withdraw_holderTakesNoCoin_revertsAndCanBeRepeated() public {
        CoinRefuser refuser = new CoinRefuser();
        vm.prank(prover);
        bond.setHolder(prover, address(refuser));
        vm.prank(address(refuser));
        bond.requestWithdrawal(prover, 1 ether);
        vm.warp(block.timestamp + DELAY);
        vm.expectRevert(
            abi.encodeWithSelector(IProverBond.ProverBondTransferFailed.selector, address(refuser))
        );
        refuser.withdraw(bond, prover);
        refuser.accept();
        refuser.withdraw(bond, prover);
        assertEq(address(refuser).balance, 1 ether);
    }

    function test_withdraw_holderCallsBack_isPaidOnce() public {
        BondReenterer reenterer = new BondReenterer(bond);
        vm.deal(address(this), 2 ether);
        bond.deposit{value: 2 ether}(address(reenterer));
        reenterer.request(2 ether);
        vm.warp(block.timestamp + DELAY);
        reenterer.withdraw();
        assertFalse(reenterer.reentered());
        assertEq(address(reenterer).balance, 2 ether);
        assertEq(address(bond).balance, 10 ether);
    }
}

/*
ProverBond.slash, claimSlashed
├── when the caller is not permitted: it reverts
├── when the offence was punished: it takes nothing
├── when less than the penalty is left: it takes what there is
├── it takes active stake first, then leaving stake
└── only the beneficiary claims, once
*/
contract ProverBond_Slash_Test is ProverBondFixture {
    function test_slash_callerNotPermitted_reverts() public {
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, stranger));
        bond.slash(prover, TASK, 1);
    }

    function test_slash_twiceForOneOffence_takesNothing() public {
        _deposit(10 ether);
        assertEq(bond.slash(prover, TASK, 1), PENALTY);
        assertEq(bond.slash(prover, TASK, 1), 0);
        assertEq(bond.stakeOf(prover), 10 ether - PENALTY);
    }

    function test_slash_anotherOffence_takesAgain() public {
        _deposit(12 ether);
        assertEq(bond.slash(prover, TASK, 1), PENALTY);
        assertEq(bond.slash(prover, TASK, 2), PENALTY);
        assertEq(bond.slash(prover, TaskId.wrap(bytes32(uint256(2))), 2), PENALTY);
        assertEq(bond.stakeOf(prover), 0);
        assertEq(bond.slashedFunds(), 12 ether);
    }

    function testFuzz_slash_takesActiveThenLeaving(uint256 active, uint256 leaving) public {
        active = bound(active, 1, 10 ether);
        leaving = bound(leaving, 1, 10 ether);
        _deposit(active + leaving);
        _request(leaving);
        uint256 slashed = bond.slash(prover, TASK, 1);

        uint256 whole = active + leaving;
        assertEq(slashed, whole < PENALTY ? whole : PENALTY);
        IProverBond.Bond memory left = bond.bondOf(prover);
        assertEq(left.active, active < PENALTY ? 0 : active - PENALTY);
        assertEq(uint256(left.active) + left.leaving + slashed, whole);
        assertEq(address(bond).balance, whole);
    }

    function test_slash_ofWhatIsUnlocked_stillTakes() public {
        _deposit(1 ether);
        _request(1 ether);
        vm.warp(block.timestamp + DELAY);
        assertEq(bond.slash(prover, TASK, 1), 1 ether);
    }

    function test_claimSlashed_onlyByTheBeneficiary_once() public {
        _deposit(10 ether);
        bond.slash(prover, TASK, 1);
        vm.expectRevert(abi.encodeWithSelector(IProverBond.ProverBondNotBeneficiary.selector, address(this)));
        bond.claimSlashed();
        vm.startPrank(treasury);
        assertEq(bond.claimSlashed(), PENALTY);
        assertEq(bond.claimSlashed(), 0);
        assertEq(treasury.balance, PENALTY);
    }
}

/*
ProverBond: governance
├── when the caller is not the authority's admin: it reverts
├── when the delay is too short: it reverts
└── else it sets
*/
contract ProverBond_Governance_Test is ProverBondFixture {
    function test_governance_callerNotAdmin_reverts() public {
        bytes memory error_ = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, stranger);
        vm.startPrank(stranger);
        vm.expectRevert(error_);
        bond.setPenalty(0);
        vm.expectRevert(error_);
        bond.setWithdrawalDelay(30 days);
        vm.expectRevert(error_);
        bond.setBeneficiary(stranger);
    }

    function test_governance_sets() public {
        vm.expectRevert(
            abi.encodeWithSelector(IProverBond.ProverBondDelayTooShort.selector, 1 days, bond.MIN_DELAY())
        );
        bond.setWithdrawalDelay(1 days);
        bond.setWithdrawalDelay(3 days);
        bond.setPenalty(1);
        bond.setBeneficiary(cold);
        assertEq(bond.withdrawalDelay(), 3 days);
        assertEq(bond.penalty(), 1);
        assertEq(bond.beneficiary(), cold);
    }
}
