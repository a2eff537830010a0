// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ProjectId, TaskId} from "../../contracts/types/Types.sol";
import {IFleetManager} from "../../contracts/w3bstream/interfaces/IFleetManager.sol";
import {IW3bstreamRouter} from "../../contracts/w3bstream/interfaces/IW3bstreamRouter.sol";
import {IW3bstreamTaskManager} from "../../contracts/w3bstream/interfaces/IW3bstreamTaskManager.sol";
import {ProjectAttributes} from "../../contracts/w3bstream/libraries/ProjectAttributes.sol";
import {ReadingBatch} from "../../contracts/w3bstream/libraries/ReadingBatch.sol";
import {MockVerifier} from "../../contracts/mocks/MockVerifier.sol";
import {
    DappBomb,
    DappBurner,
    DappGasMeter,
    DappRecorder,
    DappReenterer,
    DappReverter
} from "../fixtures/Dapps.sol";
import {W3bstreamFixture} from "../fixtures/W3bstreamFixture.sol";

/*
W3bstreamRouter.settle
├── when there are too few signals: it reverts
├── when the proof is for another chain, router, project, task, prover, root or parameters: it reverts by name
├── when the project has no parameters: it reverts, even for a signal of zero
├── when the task is not assigned, recalled or settled: it reverts by name
├── when the project has no verifier: it reverts
├── when the verifier refuses the proof: it reverts
└── else
    ├── anyone may call, and the prover is paid
    ├── the dApp gets the signals
    └── without a dApp the result waits
*/
contract W3bstreamRouter_Settle_Test is W3bstreamFixture {

    function setUp() public override {
        super.setUp();
        _assign(TASK, prover);
    }

    function testFuzz_settle_tooFewSignals_reverts(uint256 length) public {
        length = bound(length, 0, ReadingBatch.BOUND - 1);
        vm.expectRevert(abi.encodeWithSelector(IW3bstreamRouter.RouterSignalsTooShort.selector, length));
        router.settle(PROJECT, TASK, PROOF, new uint256[](length));
    }

    function test_settle_proofForAnotherChain_reverts() public {
        _settleWith(ReadingBatch.CHAIN_ID, 4689, IW3bstreamRouter.RouterWrongChain.selector);
    }

    function test_settle_proofForAnotherRouter_reverts() public {
        _settleWith(ReadingBatch.ROUTER, uint160(address(tasks)), IW3bstreamRouter.RouterWrongRouter.selector);
    }

    function test_settle_proofForAnotherProject_reverts() public {
        _settleWith(
            ReadingBatch.PROJECT_ID, ProjectId.unwrap(OTHER_PROJECT), IW3bstreamRouter.RouterWrongProject.selector
        );
    }

    function test_settle_proofForAnotherTask_reverts() public {
        _settleWith(
            ReadingBatch.TASK_ID, uint256(TaskId.unwrap(OTHER_TASK)), IW3bstreamRouter.RouterWrongTask.selector
        );
    }

    function test_settle_proofOfAnotherProver_reverts() public {
        _settleWith(ReadingBatch.PROVER, uint160(otherProver), IW3bstreamRouter.RouterWrongProver.selector);
    }

    function test_settle_proofForAnotherRoot_reverts() public {
        _settleWith(ReadingBatch.ROOT, uint256(ROOT) + 1, IW3bstreamRouter.RouterWrongRoot.selector);
    }

    /// @dev An address with dirty upper bits names no prover: signals are compared whole.
    function test_settle_proverWithDirtyBits_reverts() public {
        _settleWith(ReadingBatch.PROVER, uint160(prover) | (1 << 160), IW3bstreamRouter.RouterWrongProver.selector);
    }

    function _settleWith(uint256 place, uint256 value, bytes4 error_) private {
        uint256[] memory signals = _signals(TASK, prover);
        signals[place] = value;
        vm.expectRevert(abi.encodeWithSelector(error_, value));
        router.settle(PROJECT, TASK, PROOF, signals);
    }

    function test_settle_proofForOtherParameters_reverts() public {
        uint256[] memory signals = _signals(TASK, prover);
        signals[ReadingBatch.PARAMETERS] = 7;
        vm.expectRevert(abi.encodeWithSelector(IW3bstreamRouter.RouterWrongParameters.selector, 7, PARAMETERS));
        router.settle(PROJECT, TASK, PROOF, signals);
    }

    function test_settle_projectWithoutParameters_revertsForZeroToo() public {
        bytes32[] memory keys = new bytes32[](1);
        keys[0] = ProjectAttributes.PARAMETERS;
        vm.prank(projectOwner);
        project.setAttributes(PROJECT, keys, new bytes[](1));
        uint256[] memory signals = _signals(TASK, prover);
        signals[ReadingBatch.PARAMETERS] = 0;
        vm.expectRevert(abi.encodeWithSelector(IW3bstreamRouter.RouterWrongParameters.selector, 0, bytes32(0)));
        router.settle(PROJECT, TASK, PROOF, signals);
    }

    /// @dev Any single bound signal changed is refused, whatever it is changed to.
    function testFuzz_settle_anyBoundSignalChanged_reverts(uint256 place, uint256 value) public {
        place = bound(place, 0, ReadingBatch.BOUND - 1);
        uint256[] memory signals = _signals(TASK, prover);
        vm.assume(signals[place] != value);
        signals[place] = value;
        vm.expectRevert();
        router.settle(PROJECT, TASK, PROOF, signals);
        assertFalse(_isSettled(TASK));
    }

    /// @dev The proof of one task, sent for another that is assigned to the same prover's colleague.
    function test_settle_replayForAnotherTask_reverts() public {
        _assign(OTHER_TASK, otherProver);
        uint256[] memory signals = _signals(TASK, prover);
        vm.expectRevert(
            abi.encodeWithSelector(IW3bstreamRouter.RouterWrongTask.selector, uint256(TaskId.unwrap(TASK)))
        );
        router.settle(PROJECT, OTHER_TASK, PROOF, signals);
    }

    function test_settle_notAssigned_reverts() public {
        uint256[] memory signals = _signals(OTHER_TASK, prover);
        vm.expectRevert(
            abi.encodeWithSelector(IW3bstreamTaskManager.TaskManagerNotAssigned.selector, PROJECT, OTHER_TASK)
        );
        router.settle(PROJECT, OTHER_TASK, PROOF, signals);
    }

    function test_settle_twice_reverts() public {
        _settle(TASK, prover);
        uint256[] memory signals = _signals(TASK, prover);
        vm.expectRevert(abi.encodeWithSelector(IW3bstreamTaskManager.TaskManagerAlreadySettled.selector, PROJECT, TASK));
        router.settle(PROJECT, TASK, PROOF, signals);
        assertEq(_balance(prover), FEE);
    }

    function test_settle_afterRecall_reverts() public {
        vm.prank(coordinator);
        tasks.recall(PROJECT, TASK);
        uint256[] memory signals = _signals(TASK, prover);
        vm.expectRevert(abi.encodeWithSelector(IW3bstreamTaskManager.TaskManagerNotAssigned.selector, PROJECT, TASK));
        router.settle(PROJECT, TASK, PROOF, signals);
    }

    /// @dev The late prover's proof does not settle what was given to another.
    function test_settle_afterReassignment_refusesTheFirstProver() public {
        vm.prank(coordinator);
        tasks.recall(PROJECT, TASK);
        _assign(TASK, otherProver);
        uint256[] memory signals = _signals(TASK, prover);
        vm.expectRevert(abi.encodeWithSelector(IW3bstreamRouter.RouterWrongProver.selector, uint160(prover)));
        router.settle(PROJECT, TASK, PROOF, signals);
    }

    function test_settle_withoutVerifier_reverts() public {
        vm.prank(projectOwner);
        router.bindVerifier(PROJECT, address(0));
        uint256[] memory signals = _signals(TASK, prover);
        vm.expectRevert(abi.encodeWithSelector(IW3bstreamRouter.RouterNoVerifier.selector, PROJECT));
        router.settle(PROJECT, TASK, PROOF, signals);
    }

    function test_settle_proofInvalid_reverts() public {
        verifier.setAnswer(false);
        uint256[] memory signals = _signals(TASK, prover);
        vm.expectRevert(abi.encodeWithSelector(IW3bstreamRouter.RouterProofInvalid.selector));
        router.settle(PROJECT, TASK, PROOF, signals);
        assertTrue(fleet.statusOf(prover) == IFleetManager.ProverStatus.Busy);
    }

    /// @dev Another project's verifier that accepts everything settles nothing here: this project's verifier is asked.
    function test_settle_verifierThatLies_harmsItsProjectOnly() public {
        address liarOwner = makeAddr("liar");
        _serve(OTHER_PROJECT, liarOwner);
        MockVerifier liar = new MockVerifier(true);
        vm.prank(liarOwner);
        router.bindVerifier(OTHER_PROJECT, address(liar));
        verifier.setAnswer(false);

        uint256[] memory signals = _signals(TASK, prover);
        vm.expectRevert(abi.encodeWithSelector(IW3bstreamRouter.RouterProofInvalid.selector));
        router.settle(PROJECT, TASK, PROOF, signals);
        vm.expectRevert(
            abi.encodeWithSelector(IW3bstreamRouter.RouterWrongProject.selector, ProjectId.unwrap(PROJECT))
        );
        router.settle(OTHER_PROJECT, TASK, PROOF, signals);
        assertEq(_balance(prover), 0);
        assertEq(_withheld(projectOwner), FEE);
    }

    function test_settle_byAnyone_paysTheProverAndCallsTheDapp() public {
        DappRecorder recorder = new DappRecorder();
        vm.prank(projectOwner);
        router.bindDapp(PROJECT, address(recorder));
        uint256[] memory signals = _signals(TASK, prover);
        signals[20] = 99;
        uint256 proverId = identity.deviceTokenId(prover);
        vm.expectEmit(true, true, true, true, address(router));
        emit IW3bstreamRouter.DataProcessed(ProjectId.unwrap(PROJECT), proverId, stranger, true, "");
        vm.prank(stranger);
        router.settle(PROJECT, TASK, PROOF, signals);

        assertEq(_balance(prover), FEE);
        assertEq(recorder.calls(), 1);
        assertEq(recorder.lastProver(), prover);
        assertEq(recorder.lastHash(), keccak256(abi.encodePacked(signals)));
        assertFalse(router.isUndelivered(PROJECT, TASK));
    }

    function test_settle_projectPausedMeanwhile_settles() public {
        vm.prank(projectOwner);
        project.pause(PROJECT);
        _settle(TASK, prover);
        assertTrue(_isSettled(TASK));
    }

    function test_settle_withoutDapp_keepsTheResult() public {
        _settle(TASK, prover);
        assertTrue(_isSettled(TASK));
        assertTrue(router.isUndelivered(PROJECT, TASK));
    }

    function test_route_settlesAsTheOfficialEntry() public {
        bytes memory data = abi.encode(TASK, PROOF, _signals(TASK, prover));
        router.route(PROJECT, 0, "client", data);
        assertTrue(_isSettled(TASK));
    }

    function test_route_proofOfAnotherProver_reverts() public {
        bytes memory data = abi.encode(TASK, PROOF, _signals(TASK, otherProver));
        vm.expectRevert(abi.encodeWithSelector(IW3bstreamRouter.RouterWrongProver.selector, uint160(otherProver)));
        router.route(PROJECT, 0, "client", data);
    }
}

/*
W3bstreamRouter: a dApp that
├── reverts: the task settles, the error is kept, the result waits
├── burns all its gas: the same
├── returns a bomb: the same, and the error is cut
├── calls back: nothing happens twice
└── is starved of gas by the caller: nothing settles
*/
contract W3bstreamRouter_HostileDapp_Test is W3bstreamFixture {
    function setUp() public override {
        super.setUp();
        _assign(TASK, prover);
    }

    function test_dappThatReverts_doesNotBlock() public {
        bytes memory error_ = abi.encodeWithSelector(DappReverter.Broken.selector, 42);
        _settleOver(address(new DappReverter()), error_);
    }

    function test_dappThatBurnsItsGas_doesNotBlock() public {
        _settleOver(address(new DappBurner()), "");
    }

    function test_dappThatReturnsABomb_doesNotBlock() public {
        _settleOver(address(new DappBomb()), new bytes(router.MAX_ERROR()));
    }

    function _settleOver(address dapp, bytes memory error_) private {
        vm.prank(projectOwner);
        router.bindDapp(PROJECT, dapp);
        uint256[] memory signals = _signals(TASK, prover);
        uint256 proverId = identity.deviceTokenId(prover);
        vm.expectEmit(true, true, true, true, address(router));
        emit IW3bstreamRouter.DataProcessed(ProjectId.unwrap(PROJECT), proverId, address(this), false, error_);
        router.settle{gas: 2_700_000}(PROJECT, TASK, PROOF, signals);
        assertTrue(_isSettled(TASK));
        assertEq(_balance(prover), FEE);
        assertTrue(router.isUndelivered(PROJECT, TASK));
    }

    function test_dappThatReenters_changesNothingTwice() public {
        DappReenterer dapp = new DappReenterer();
        vm.prank(projectOwner);
        router.bindDapp(PROJECT, address(dapp));
        _settle(TASK, prover);
        assertEq(dapp.calls(), 1);
        assertFalse(dapp.settledAgain());
        assertFalse(dapp.redelivered());
        assertEq(_balance(prover), FEE);
    }

    /// @dev At every amount of gas either nothing settles, or the dApp got all that it may use.
    function testFuzz_settle_starvedOfGas_neverShortensTheDapp(uint256 gas_) public {
        DappGasMeter meter = new DappGasMeter();
        vm.prank(projectOwner);
        router.bindDapp(PROJECT, address(meter));
        uint256[] memory signals = _signals(TASK, prover);
        try router.settle{gas: bound(gas_, 100_000, 3_000_000)}(PROJECT, TASK, PROOF, signals) {
            // What the dApp's own dispatch costs before it looks.
            assertGe(meter.received(), router.DAPP_GAS() - 5_000);
        } catch {
            assertFalse(_isSettled(TASK));
        }
    }

    function test_settle_withTooLittleGas_revertsByName() public {
        DappGasMeter meter = new DappGasMeter();
        vm.prank(projectOwner);
        router.bindDapp(PROJECT, address(meter));
        uint256[] memory signals = _signals(TASK, prover);
        vm.expectPartialRevert(IW3bstreamRouter.RouterGasTooLow.selector);
        router.settle{gas: 1_500_000}(PROJECT, TASK, PROOF, signals);
    }
}

/*
W3bstreamRouter.redeliver
├── when nothing is outstanding, or the signals are others: it reverts
├── when the project has no dApp: it reverts
├── when the dApp fails again: it stays outstanding
└── else it delivers, once
*/
contract W3bstreamRouter_Redeliver_Test is W3bstreamFixture {
    DappReverter internal dapp;

    function setUp() public override {
        super.setUp();
        dapp = new DappReverter();
        vm.prank(projectOwner);
        router.bindDapp(PROJECT, address(dapp));
        _assign(TASK, prover);
        _settle(TASK, prover);
    }

    function test_redeliver_otherSignals_reverts() public {
        dapp.mend();
        uint256[] memory signals = _signals(TASK, prover);
        signals[8] = 1;
        _expectNothing();
        router.redeliver(PROJECT, TASK, signals);
    }

    function test_redeliver_neverSettled_reverts() public {
        uint256[] memory signals = _signals(TaskId.wrap(0), prover);
        vm.expectRevert(
            abi.encodeWithSelector(IW3bstreamRouter.RouterNothingToRedeliver.selector, PROJECT, TaskId.wrap(0))
        );
        router.redeliver(PROJECT, TaskId.wrap(0), signals);
    }

    function test_redeliver_withoutDapp_reverts() public {
        vm.prank(projectOwner);
        router.unbindDapp(PROJECT);
        uint256[] memory signals = _signals(TASK, prover);
        vm.expectRevert(abi.encodeWithSelector(IW3bstreamRouter.RouterNoDapp.selector, PROJECT));
        router.redeliver(PROJECT, TASK, signals);
    }

    function test_redeliver_dappFailsAgain_staysOutstanding() public {
        router.redeliver(PROJECT, TASK, _signals(TASK, prover));
        assertTrue(router.isUndelivered(PROJECT, TASK));
        assertEq(_balance(prover), FEE);
    }

    function test_redeliver_delivers_once() public {
        dapp.mend();
        uint256[] memory signals = _signals(TASK, prover);
        vm.prank(stranger);
        router.redeliver(PROJECT, TASK, signals);
        assertEq(dapp.calls(), 1);
        assertEq(_balance(prover), FEE);
        _expectNothing();
        router.redeliver(PROJECT, TASK, signals);
    }

    function test_redeliver_starvedOfGas_reverts() public {
        dapp.mend();
        uint256[] memory signals = _signals(TASK, prover);
        vm.expectPartialRevert(IW3bstreamRouter.RouterGasTooLow.selector);
        router.redeliver{gas: 1_000_000}(PROJECT, TASK, signals);
        assertTrue(router.isUndelivered(PROJECT, TASK));
    }

    function _expectNothing() private {
        vm.expectRevert(abi.encodeWithSelector(IW3bstreamRouter.RouterNothingToRedeliver.selector, PROJECT, TASK));
    }
}

/*
W3bstreamRouter.bindDapp, unbindDapp, bindVerifier
├── when the caller does not manage the project: it reverts
├── when there is no contract: it reverts
└── else it binds, for the owner and for an operator of the owner's
*/
contract W3bstreamRouter_Bind_Test is W3bstreamFixture {
    function test_bind_callerNotManager_reverts() public {
        bytes memory error_ =
            abi.encodeWithSelector(IW3bstreamRouter.RouterNotProjectOwner.selector, PROJECT, stranger);
        vm.startPrank(stranger);
        vm.expectRevert(error_);
        router.bindDapp(PROJECT, address(verifier));
        vm.expectRevert(error_);
        router.unbindDapp(PROJECT);
        vm.expectRevert(error_);
        router.bindVerifier(PROJECT, address(verifier));
    }

    function test_bind_noContract_reverts() public {
        vm.startPrank(projectOwner);
        vm.expectRevert(abi.encodeWithSelector(IW3bstreamRouter.RouterNotContract.selector, stranger));
        router.bindDapp(PROJECT, stranger);
        vm.expectRevert(abi.encodeWithSelector(IW3bstreamRouter.RouterNotContract.selector, stranger));
        router.bindVerifier(PROJECT, stranger);
    }

    function test_bind_byAnOperatorOfTheOwner_binds() public {
        vm.prank(projectOwner);
        projectToken.setApprovalForAll(stranger, true);
        DappRecorder dapp = new DappRecorder();
        vm.startPrank(stranger);
        router.bindDapp(PROJECT, address(dapp));
        router.bindVerifier(PROJECT, address(0));
        assertEq(router.dapp(PROJECT), address(dapp));
        assertEq(router.verifier(PROJECT), address(0));
        router.unbindDapp(PROJECT);
        assertEq(router.dapp(PROJECT), address(0));
    }

    function test_bind_afterTheProjectIsSold_isTheBuyers() public {
        vm.prank(projectOwner);
        projectToken.transferFrom(projectOwner, stranger, ProjectId.unwrap(PROJECT));
        vm.prank(projectOwner);
        vm.expectRevert(
            abi.encodeWithSelector(IW3bstreamRouter.RouterNotProjectOwner.selector, PROJECT, projectOwner)
        );
        router.unbindDapp(PROJECT);
    }
}
