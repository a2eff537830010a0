// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IIoIDPrice} from "../../contracts/ioid/interfaces/IIoIDPrice.sol";
import {IIoIDStore} from "../../contracts/ioid/interfaces/IIoIDStore.sol";
import {IRefunds} from "../../contracts/ioid/interfaces/IRefunds.sol";
import {ProjectId} from "../../contracts/types/Types.sol";
import {IoIDFixture} from "./IoIDFixture.sol";
import {Receiver} from "./Doubles.sol";

/*
IoIDStore.applyIoIDs
├── when the project is virtual, it reverts
├── when the project does not exist, it reverts
├── when less than the price is sent, it reverts
├── when the price times the amount overflows, it reverts
├── when more is sent
│   ├── it refunds the rest
│   └── when the caller refuses the refund, it reverts
├── when there is no fee receiver, it keeps the fee
├── when there is a fee receiver, it forwards the fee
├── when the fee receiver refuses, it keeps the fee
└── when the refund reenters, accounts and balance stay true

IoIDStore.setDeviceContract
├── when the caller is not the project's owner, it reverts
├── when the contract is zero or another project's, it reverts
├── when the project has one already, it reverts
└── it maps project and contract to each other

IoIDStore.changeDeviceContract
├── when the caller is not allowed, it reverts
├── when the contract is another project's, it reverts
├── it leaves no trace of the former contract, which another project may take
├── to zero, it undoes a wrong claim
└── to the same contract, it changes nothing

IoIDStore.activeIoID
├── when the caller is not the registry, it reverts
├── in a hardware project
│   └── when nothing is left, it reverts
└── in a virtual project
    ├── when less than the price is sent, it reverts
    └── it counts one applied and one activated

IoIDStore.withdraw, changePrice, changeFeeReceiver, setIoIDRegistry
├── when the caller is not allowed, each reverts
├── withdraw of lists that differ in length reverts
├── withdraw to a recipient that refuses reverts
└── withdraw pays each recipient
*/

contract IoIDStore_ApplyIoIDs_Test is IoIDFixture {
    ProjectId private _projectId;

    function setUp() public override {
        super.setUp();
        _projectId = _createProject("Weather", HARDWARE, 0);
    }

    function testFuzz_applyIoIDs_virtualProject_reverts(uint8 type_) public {
        vm.assume(type_ != HARDWARE);
        ProjectId virtualId = _createProject("Game", type_, 0);
        vm.expectRevert(abi.encodeWithSelector(IIoIDStore.IoIDStoreNotHardware.selector, virtualId));
        store.applyIoIDs{value: PRICE}(virtualId, 1);
    }

    function test_applyIoIDs_unknownProject_reverts() public {
        vm.expectRevert(abi.encodeWithSignature("ERC721NonexistentToken(uint256)", 9));
        store.applyIoIDs{value: PRICE}(ProjectId.wrap(9), 1);
    }

    function testFuzz_applyIoIDs_tooLittle_reverts(uint256 amount, uint256 sent) public {
        amount = bound(amount, 1, 900);
        sent = bound(sent, 0, amount * PRICE - 1);
        vm.expectRevert(abi.encodeWithSelector(IIoIDStore.IoIDStoreFeeTooLow.selector, sent, amount * PRICE));
        vm.prank(owner);
        store.applyIoIDs{value: sent}(_projectId, amount);
    }

    function test_applyIoIDs_feeOverflows_reverts() public {
        vm.expectRevert(abi.encodeWithSignature("Panic(uint256)", 0x11));
        store.applyIoIDs(_projectId, type(uint256).max);
    }

    function testFuzz_applyIoIDs_overpaid_refundsTheRest(uint256 amount, uint256 extra) public {
        amount = bound(amount, 0, 500);
        extra = bound(extra, 0, 400 ether);
        uint256 before = stranger.balance;
        vm.expectEmit(true, true, true, true, address(store));
        emit IIoIDStore.ApplyIoIDs(ProjectId.unwrap(_projectId), amount);
        vm.prank(stranger);
        store.applyIoIDs{value: amount * PRICE + extra}(_projectId, amount);
        assertEq(before - stranger.balance, amount * PRICE);
        (uint256 burnt, uint256 toDao, uint256 held) = store.ledger();
        assertEq(burnt, amount * PRICE / 4);
        assertEq(toDao, 0);
        assertEq(burnt + held, amount * PRICE);
        assertEq(address(store).balance, held);
        assertEq(store.projectAppliedAmount(_projectId), amount);
    }

    /// @dev No code of the payer runs while it pays.
    function test_applyIoIDs_contractPays_pullsTheRest() public {
        Receiver payer = new Receiver();
        payer.refuse(true);
        vm.deal(address(payer), 3 ether);
        vm.startPrank(address(payer));
        vm.expectEmit(true, true, true, true, address(store));
        emit IRefunds.RefundCredited(address(payer), PRICE);
        store.applyIoIDs{value: 2 * PRICE}(_projectId, 1);
        assertEq(store.refundOf(address(payer)), PRICE);
        assertEq(store.totalRefunds(), PRICE);
        vm.expectRevert(abi.encodeWithSelector(IRefunds.RefundsTransferFailed.selector, address(payer), PRICE));
        store.claimRefund(address(payer));
        store.claimRefund(stranger);
        assertEq(store.claimRefund(stranger), 0);
        assertEq(stranger.balance, 1000 ether + PRICE);
    }

    function test_claimRefund_reenters_getsItOnce() public {
        Receiver payer = new Receiver();
        vm.deal(address(payer), 3 ether);
        vm.startPrank(address(payer));
        store.applyIoIDs{value: 2 * PRICE}(_projectId, 1);
        payer.reenter(address(store), 0, abi.encodeCall(store.claimRefund, (address(payer))));
        store.claimRefund(address(payer));
        assertTrue(payer.reentered());
        assertEq(address(payer).balance, 2 * PRICE);
    }

    function test_applyIoIDs_feeReceiver_forwardsTheDaosShare() public {
        Receiver receiver = new Receiver();
        store.changeFeeReceiver(address(receiver));
        uint256 burntBefore = address(0).balance;
        vm.prank(owner);
        store.applyIoIDs{value: 5 * PRICE}(_projectId, 4);
        assertEq(address(receiver).balance, 3 * PRICE);
        assertEq(address(0).balance - burntBefore, PRICE);
        assertEq(address(store).balance, 0);
    }

    function test_applyIoIDs_feeReceiverRefuses_holdsItsShare() public {
        Receiver receiver = new Receiver();
        receiver.refuse(true);
        store.changeFeeReceiver(address(receiver));
        vm.prank(owner);
        store.applyIoIDs{value: 4 * PRICE}(_projectId, 4);
        (, uint256 toDao, uint256 held) = store.ledger();
        assertEq(toDao, 0);
        assertEq(held, 3 * PRICE);
        assertEq(store.projectAppliedAmount(_projectId), 4);
    }

    /// @dev The DAO's receiver buys while it is paid: both payments are counted.
    function test_applyIoIDs_feeReceiverReenters_countsBoth() public {
        Receiver receiver = new Receiver();
        vm.deal(address(receiver), 4 ether);
        store.changeFeeReceiver(address(receiver));
        receiver.reenter(address(store), 4 * PRICE, abi.encodeCall(store.applyIoIDs, (_projectId, 4)));
        vm.prank(owner);
        store.applyIoIDs{value: 4 * PRICE}(_projectId, 4);
        assertTrue(receiver.reentered());
        (uint256 burnt, uint256 toDao, uint256 held) = store.ledger();
        assertEq(burnt, 2 * PRICE);
        assertEq(toDao, 6 * PRICE);
        assertEq(held, 0);
    }

    function test_buyIoIDs_aboveMaximum_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IIoIDPrice.IoIDStoreFeeTooHigh.selector, 2 * PRICE, 2 * PRICE - 1));
        vm.prank(owner);
        store.buyIoIDs{value: 2 * PRICE}(_projectId, 2, 2 * PRICE - 1, owner);
    }

    function test_buyIoIDs_refundsToWhomTheCallerNames() public {
        vm.prank(owner);
        store.buyIoIDs{value: 3 * PRICE}(_projectId, 2, 2 * PRICE, stranger);
        assertEq(stranger.balance, 1000 ether + PRICE);
        assertEq(store.projectAppliedAmount(_projectId), 2);
    }
}

contract IoIDStore_SetDeviceContract_Test is IoIDFixture {
    address private _contract = makeAddr("device contract");
    ProjectId private _projectId;

    function setUp() public override {
        super.setUp();
        _projectId = _createProject("Weather", HARDWARE, 0);
    }

    function test_setDeviceContract_notOwner_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IIoIDStore.IoIDStoreNotProjectOwner.selector, _projectId, stranger));
        vm.prank(stranger);
        store.setDeviceContract(_projectId, _contract);
    }

    function test_setDeviceContract_zero_reverts() public {
        vm.expectRevert(IIoIDStore.IoIDStoreZeroAddress.selector);
        vm.prank(owner);
        store.setDeviceContract(_projectId, address(0));
    }

    function test_setDeviceContract_taken_reverts() public {
        ProjectId other = _createProject("Traffic", HARDWARE, 0);
        vm.startPrank(owner);
        store.setDeviceContract(other, _contract);
        vm.expectRevert(abi.encodeWithSelector(IIoIDStore.IoIDStoreContractTaken.selector, _contract, other));
        store.setDeviceContract(_projectId, _contract);
    }

    function test_setDeviceContract_second_reverts() public {
        vm.startPrank(owner);
        store.setDeviceContract(_projectId, _contract);
        vm.expectRevert(
            abi.encodeWithSelector(IIoIDStore.IoIDStoreProjectHasContract.selector, _projectId, _contract)
        );
        store.setDeviceContract(_projectId, address(1));
    }

    function test_setDeviceContract_mapsBothWays() public {
        vm.expectEmit(true, true, true, true, address(store));
        emit IIoIDStore.SetDeviceContract(ProjectId.unwrap(_projectId), _contract);
        vm.prank(owner);
        store.setDeviceContract(_projectId, _contract);
        assertTrue(store.deviceContractProject(_contract) == _projectId);
        assertEq(store.projectDeviceContract(_projectId), _contract);
    }
}

contract IoIDStore_ChangeDeviceContract_Test is IoIDFixture {
    address private _former = makeAddr("former contract");
    address private _next = makeAddr("next contract");
    ProjectId private _projectId;
    ProjectId private _other;

    function setUp() public override {
        super.setUp();
        _projectId = _createProject("Weather", HARDWARE, 0);
        _other = _createProject("Traffic", HARDWARE, 0);
        vm.prank(owner);
        store.setDeviceContract(_projectId, _former);
    }

    function test_changeDeviceContract_notAllowed_reverts() public {
        _expectUnauthorized(owner);
        vm.prank(owner);
        store.changeDeviceContract(_projectId, _next);
    }

    function test_changeDeviceContract_taken_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IIoIDStore.IoIDStoreContractTaken.selector, _former, _projectId));
        store.changeDeviceContract(_other, _former);
    }

    function test_changeDeviceContract_leavesNoTrace() public {
        store.changeDeviceContract(_projectId, _next);
        assertTrue(store.deviceContractProject(_next) == _projectId);
        assertTrue(store.deviceContractProject(_former) == ProjectId.wrap(0));
        vm.prank(owner);
        store.setDeviceContract(_other, _former);
        assertTrue(store.deviceContractProject(_former) == _other);
    }

    function test_changeDeviceContract_zero_undoesClaim() public {
        store.changeDeviceContract(_projectId, address(0));
        assertEq(store.projectDeviceContract(_projectId), address(0));
        assertTrue(store.deviceContractProject(address(0)) == ProjectId.wrap(0));
        vm.prank(owner);
        store.setDeviceContract(_other, _former);
    }

    function test_changeDeviceContract_same_changesNothing() public {
        store.changeDeviceContract(_projectId, _former);
        assertTrue(store.deviceContractProject(_former) == _projectId);
        assertEq(store.projectDeviceContract(_projectId), _former);
    }
}

contract IoIDStore_ActiveIoID_Test is IoIDFixture {
    ProjectId private _hardware;
    ProjectId private _virtual;

    function setUp() public override {
        super.setUp();
        _hardware = _createProject("Weather", HARDWARE, 1);
        _virtual = _createProject("Game", VIRTUAL, 0);
        vm.deal(address(registry), 10 ether);
    }

    function test_activeIoID_notRegistry_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IIoIDStore.IoIDStoreNotRegistry.selector, stranger));
        vm.prank(stranger);
        store.activeIoID(_hardware);
    }

    function test_activeIoID_noneLeft_reverts() public {
        vm.startPrank(address(registry));
        store.activeIoID(_hardware);
        vm.expectRevert(abi.encodeWithSelector(IIoIDStore.IoIDStoreNoneLeft.selector, _hardware));
        store.activeIoID(_hardware);
    }

    function testFuzz_activeIoID_virtualTooLittle_reverts(uint256 sent) public {
        sent = bound(sent, 0, PRICE - 1);
        vm.expectRevert(abi.encodeWithSelector(IIoIDStore.IoIDStoreFeeTooLow.selector, sent, PRICE));
        vm.prank(address(registry));
        store.activeIoID{value: sent}(_virtual);
    }

    function test_activate_notRegistry_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IIoIDStore.IoIDStoreNotRegistry.selector, stranger));
        vm.prank(stranger);
        store.activate(address(1), 1, stranger);
    }

    function test_activeIoID_virtual_countsBoth() public {
        vm.expectEmit(true, true, true, true, address(store));
        emit IIoIDStore.ActiveIoID(ProjectId.unwrap(_virtual));
        vm.prank(address(registry));
        store.activeIoID{value: PRICE}(_virtual);
        assertEq(store.projectAppliedAmount(_virtual), 1);
        assertEq(store.projectActivedAmount(_virtual), 1);
    }
}

contract IoIDStore_Governance_Test is IoIDFixture {
    address[] private _recipients;
    uint256[] private _amounts;

    function test_governance_notAllowed_reverts() public {
        vm.startPrank(stranger);
        _expectUnauthorized(stranger);
        store.changePrice(0);
        _expectUnauthorized(stranger);
        store.changeFeeReceiver(stranger);
        _expectUnauthorized(stranger);
        store.setIoIDRegistry(stranger);
        _expectUnauthorized(stranger);
        store.withdraw(_recipients, _amounts);
    }

    function test_withdraw_differentLengths_reverts() public {
        _recipients.push(stranger);
        vm.expectRevert(abi.encodeWithSelector(IIoIDStore.IoIDStoreLengthMismatch.selector, 1, 0));
        store.withdraw(_recipients, _amounts);
    }

    function test_withdraw_moreThanKept_reverts() public {
        _recipients.push(stranger);
        _amounts.push(1);
        vm.expectRevert(abi.encodeWithSelector(IIoIDStore.IoIDStoreHoldsTooLittle.selector, 1, 0));
        store.withdraw(_recipients, _amounts);
    }

    /// @dev What is owed to payers is in the store too.
    function test_withdraw_refunds_reverts() public {
        store.refund{value: 1 ether}(address(this));
        _recipients.push(stranger);
        _amounts.push(1 ether);
        vm.expectRevert(abi.encodeWithSelector(IIoIDStore.IoIDStoreHoldsTooLittle.selector, 1 ether, 0));
        store.withdraw(_recipients, _amounts);
    }

    function test_withdraw_refused_reverts() public {
        _createProject("Weather", HARDWARE, 4);
        Receiver receiver = new Receiver();
        receiver.refuse(true);
        _recipients.push(address(receiver));
        _amounts.push(1 ether);
        vm.expectRevert(
            abi.encodeWithSelector(IIoIDStore.IoIDStoreTransferFailed.selector, address(receiver), 1 ether)
        );
        store.withdraw(_recipients, _amounts);
    }

    function test_withdraw_paysEach() public {
        _createProject("Weather", HARDWARE, 4);
        _recipients.push(makeAddr("treasury"));
        _recipients.push(makeAddr("grants"));
        _amounts.push(2 ether);
        _amounts.push(1 ether);
        store.withdraw(_recipients, _amounts);
        assertEq(_recipients[0].balance, 2 ether);
        assertEq(_recipients[1].balance, 1 ether);
    }
}
