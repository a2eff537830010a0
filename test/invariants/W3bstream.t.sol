// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {INativeVault} from "../../contracts/msp/interfaces/INativeVault.sol";
import {ProjectId, TaskId, taskIdOf} from "../../contracts/types/Types.sol";
import {IFleetManager} from "../../contracts/w3bstream/interfaces/IFleetManager.sol";
import {IW3bstreamDebits} from "../../contracts/w3bstream/interfaces/IW3bstreamDebits.sol";
import {IW3bstreamRouter} from "../../contracts/w3bstream/interfaces/IW3bstreamRouter.sol";
import {IW3bstreamTaskManager} from "../../contracts/w3bstream/interfaces/IW3bstreamTaskManager.sol";
import {ReadingBatch} from "../../contracts/w3bstream/libraries/ReadingBatch.sol";
import {Test, Vm} from "../fixtures/Test.sol";
import {TokenDouble} from "../fixtures/Tokens.sol";
import {W3bstreamFixture} from "../fixtures/W3bstreamFixture.sol";

/*
I1  Debits: what came in = free balances + withheld + what was withdrawn; what is withheld is what unsettled tasks pay.
I2  Stake: what came in = what the vault holds and owes + what was paid out; what stands behind provers, what left and what
    was slashed are no more than that; and what was slashed is what recalls tell.
I3  A task settles at most once and pays at most once.
I4  A prover is Busy exactly if one unsettled task is its own, and no prover has two.
*/
contract W3bstream_Invariants is W3bstreamFixture {
    W3bstreamHandler internal handler;
    address[] internal provers;

    function setUp() public override {
        super.setUp();
        provers.push(prover);
        provers.push(otherProver);
        provers.push(makeAddr("third prover"));
        _enlist(provers[2]);
        handler = new W3bstreamHandler(
            W3bstreamHandler.System(
                tasks,
                fleet,
                debits,
                router,
                nativeVault,
                token,
                PROJECT,
                projectOwner,
                coordinator,
                staker,
                treasury,
                PARAMETERS
            ),
            provers
        );
        targetContract(address(handler));
        bytes4[] memory selectors = new bytes4[](11);
        selectors[0] = handler.assign.selector;
        selectors[1] = handler.settle.selector;
        selectors[2] = handler.recall.selector;
        selectors[3] = handler.setRebate.selector;
        selectors[4] = handler.pass.selector;
        selectors[5] = handler.deposit.selector;
        selectors[6] = handler.withdraw.selector;
        selectors[7] = handler.stakeMore.selector;
        selectors[8] = handler.requestExit.selector;
        selectors[9] = handler.claimExit.selector;
        selectors[10] = handler.collect.selector;
        targetSelectors(address(handler), selectors);
    }

    /// hardhat-config: invariant.runs = 24
    /// hardhat-config: invariant.depth = 60
    function invariant_I1_debitsAreConserved() public view {
        uint256 free;
        uint256 withheld;
        for (uint256 i; i < handler.accounts(); ++i) {
            free += _balance(handler.accountAt(i));
            withheld += _withheld(handler.accountAt(i));
        }
        assertEq(free + withheld + handler.withdrawn(), handler.deposited());
        assertEq(token.balanceOf(address(debits)), free + withheld);

        uint256 promised;
        for (uint256 i; i < handler.TASKS(); ++i) {
            (,,,, uint256 forProver, uint256 forSequencer,, bool settled) = tasks.records(PROJECT, handler.taskAt(i));
            if (!settled) promised += forProver + forSequencer;
        }
        assertEq(withheld, promised);
    }

    /// hardhat-config: invariant.runs = 24
    /// hardhat-config: invariant.depth = 60
    function invariant_I2_stakeIsConserved() public view {
        uint256 owed = nativeVault.owed();
        assertEq(owed, wrapped.balanceOf(address(nativeVault)));
        assertEq(owed + handler.released(), handler.staked());
        uint256 held = nativeVault.collectable(treasury) + nativeVault.balanceOf(staker);
        for (uint256 i; i < provers.length; ++i) held += nativeVault.slashableNow(provers[i], BASKET);
        assertLe(held, owed);
        assertEq(nativeVault.collectable(treasury) + handler.collected(), handler.slashed());
    }

    /// hardhat-config: invariant.runs = 24
    /// hardhat-config: invariant.depth = 60
    function invariant_I3_aTaskSettlesAndPaysAtMostOnce() public view {
        uint256 settled;
        for (uint256 i; i < handler.TASKS(); ++i) {
            TaskId taskId = handler.taskAt(i);
            assertEq(handler.settlements(taskId), _isSettled(taskId) ? 1 : 0);
            settled += handler.settlements(taskId);
        }
        assertEq(handler.earned(), settled * FEE);
    }

    /// hardhat-config: invariant.runs = 24
    /// hardhat-config: invariant.depth = 60
    function invariant_I4_aBusyProverHasExactlyOneTask() public view {
        for (uint256 p; p < provers.length; ++p) {
            uint256 held;
            for (uint256 i; i < handler.TASKS(); ++i) {
                TaskId taskId = handler.taskAt(i);
                if (!_isSettled(taskId) && _proverOf(taskId) == provers[p]) ++held;
            }
            assertEq(held, fleet.statusOf(provers[p]) == IFleetManager.ProverStatus.Busy ? 1 : 0);
        }
    }

    /// @dev The handler reaches what the invariants are about.
    function test_handler_reachesSettlementsRecallsAndSlashes() public {
        handler.assign(0, 0, 50);
        handler.assign(1, 1, 50);
        handler.settle(0, 1);
        assertFalse(_isSettled(handler.taskAt(0)));
        handler.settle(0, 0);
        assertTrue(_isSettled(handler.taskAt(0)));
        handler.pass(60);
        handler.recall(1, false);
        assertEq(handler.assignments(), 2);
        assertEq(handler.recalls(), 1);
        assertEq(handler.slashed(), PENALTY);
        handler.collect();
        assertEq(handler.collected(), PENALTY);
        handler.requestExit(0, SHARES_PER_WEI);
        handler.claimExit(0);
        assertEq(handler.released(), PENALTY + 1);
    }
}

/// @dev What anyone may do to W3bstream, in any order, with a few tasks, provers and payers; it counts what went
/// through. A call that the contracts refuse changes nothing, and is not counted.
contract W3bstreamHandler is Test {
    struct System {
        IW3bstreamTaskManager tasks;
        IFleetManager fleet;
        IW3bstreamDebits debits;
        IW3bstreamRouter router;
        INativeVault vault;
        TokenDouble token;
        ProjectId project;
        address payer;
        address coordinator;
        address staker;
        address treasury;
        bytes32 parameters;
    }

    uint256 public constant TASKS = 6;
    uint16 private constant _BASKET = 1;

    System private _system;
    address[] private _provers;

    /// @dev Tokens into the debits, and out of them.
    uint256 public deposited;
    uint256 public withdrawn;

    /// @dev Stake into the vault, and out of it; what recalls slashed, and what of it was collected.
    uint256 public staked;
    uint256 public released;
    uint256 public slashed;
    uint256 public collected;

    uint256 public assignments;
    uint256 public recalls;
    uint256 public earned;
    mapping(TaskId taskId => uint256 count) public settlements;

    constructor(System memory system_, address[] memory provers_) {
        _system = system_;
        _provers = provers_;
        deposited = _system.token.balanceOf(address(_system.debits));
        staked = _system.vault.owed();
    }

    /* TASKS */

    function assign(uint256 task, uint256 prover, uint256 duration) external {
        IW3bstreamTaskManager.TaskAssignment memory assignment = IW3bstreamTaskManager.TaskAssignment(
            _system.project, taskAt(task), _rootAt(task), "", _proverAt(prover)
        );
        vm.prank(_system.coordinator);
        try _system.tasks.assign(assignment, _system.coordinator, block.timestamp + bound(duration, 1, 100)) {
            ++assignments;
        } catch {}
    }

    /// @dev The proof is of any prover and any task: the verifier accepts all of them.
    function settle(uint256 task, uint256 prover) external {
        uint256[] memory signals = new uint256[](ReadingBatch.LENGTH);
        signals[ReadingBatch.CHAIN_ID] = block.chainid;
        signals[ReadingBatch.ROUTER] = uint160(address(_system.router));
        signals[ReadingBatch.PROJECT_ID] = ProjectId.unwrap(_system.project);
        signals[ReadingBatch.TASK_ID] = uint256(TaskId.unwrap(taskAt(task)));
        signals[ReadingBatch.PROVER] = uint160(_proverAt(prover));
        signals[ReadingBatch.ROOT] = uint256(_rootAt(task));
        signals[ReadingBatch.PARAMETERS] = uint256(_system.parameters);
        (,,,, uint256 forProver, uint256 forSequencer,,) = _system.tasks.records(_system.project, taskAt(task));
        try _system.router.settle(_system.project, taskAt(task), "", signals) {
            ++settlements[taskAt(task)];
            earned += forProver + forSequencer;
        } catch {}
    }

    function recall(uint256 task, bool byCoordinator) external {
        if (byCoordinator) vm.prank(_system.coordinator);
        vm.recordLogs();
        try _system.tasks.recall(_system.project, taskAt(task)) {
            ++recalls;
            slashed += _slashTold();
        } catch {}
    }

    /// @dev What the recorded TaskRecalled tell that provers lost.
    function _slashTold() private returns (uint256 told) {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].topics[0] == IW3bstreamTaskManager.TaskRecalled.selector) {
                told += abi.decode(logs[i].data, (uint256));
            }
        }
    }

    function setRebate(uint256 prover, uint16 ratio) external {
        vm.prank(_proverAt(prover));
        _system.fleet.setRebateRatio(uint16(ratio % 10_001));
    }

    function pass(uint256 duration) external {
        vm.warp(block.timestamp + bound(duration, 1, 120));
        for (uint256 i; i < _provers.length; ++i) {
            vm.prank(_provers[i]);
            _system.fleet.heartbeat();
        }
    }

    /* MONEY */

    function deposit(uint256 amount) external {
        amount = bound(amount, 1, 10_000);
        _system.token.mint(_system.payer, amount);
        vm.startPrank(_system.payer);
        _system.token.approve(address(_system.debits), amount);
        _system.debits.deposit(address(_system.token), amount);
        vm.stopPrank();
        deposited += amount;
    }

    function withdraw(uint256 account, uint256 amount) external {
        amount = bound(amount, 1, 10_000);
        vm.prank(accountAt(account));
        try _system.debits.withdraw(address(_system.token), amount) {
            withdrawn += amount;
        } catch {}
    }

    /* STAKE */

    function stakeMore(uint256 prover, uint256 amount) external {
        amount = bound(amount, 1, 10 ether);
        vm.deal(_system.staker, amount);
        vm.startPrank(_system.staker);
        _system.vault.depositNative{value: amount}(_system.staker);
        staked += amount;
        try _system.vault.delegate(_proverAt(prover), _BASKET, amount) {} catch {}
        vm.stopPrank();
    }

    function requestExit(uint256 prover, uint256 shares) external {
        vm.prank(_system.staker);
        try _system.vault.requestExit(_proverAt(prover), _BASKET, bound(shares, 1, 10_000 ether)) {} catch {}
    }

    /// @dev Claims an exit, and withdraws all that the staker has in the vault.
    function claimExit(uint256 exit) external {
        uint256 exits = _system.vault.exits();
        if (exits == 0) return;
        uint256 exitId = 1 + exit % exits;
        uint48 unlockTime = _system.vault.exitOf(exitId).unlockTime;
        if (unlockTime > block.timestamp) vm.warp(unlockTime);
        try _system.vault.claim(exitId) {} catch {}
        uint256 balance = _system.vault.balanceOf(_system.staker);
        if (balance == 0) return;
        vm.prank(_system.staker);
        _system.vault.withdrawNative(balance, _system.staker);
        released += balance;
    }

    function collect() external {
        try _system.vault.collect(_system.treasury) returns (uint256 amount) {
            collected += amount;
            released += amount;
        } catch {}
    }

    /* WHO AND WHAT */

    function taskAt(uint256 seed) public view returns (TaskId) {
        return taskIdOf(_system.project, _rootAt(seed));
    }

    function _rootAt(uint256 seed) private pure returns (bytes32) {
        return bytes32(1 + (seed % TASKS));
    }

    /// @dev Everyone that the debits could owe anything: the payer, the coordinator, and the provers.
    function accountAt(uint256 seed) public view returns (address) {
        uint256 index = seed % accounts();
        if (index == 0) return _system.payer;
        if (index == 1) return _system.coordinator;
        return _provers[index - 2];
    }

    function accounts() public view returns (uint256) {
        return _provers.length + 2;
    }

    function _proverAt(uint256 seed) private view returns (address) {
        return _provers[seed % _provers.length];
    }
}
