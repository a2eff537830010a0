// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {Errors} from "@openzeppelin/contracts/utils/Errors.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {IVeIOTX} from "../../contracts/governance/interfaces/IVeIOTX.sol";
import {DimRegistry} from "../../contracts/msp/DimRegistry.sol";
import {GovernorFixture} from "./GovernorFixture.sol";

/// @dev What someone would try with votes and proposals, and does not get.
contract Governor_Attacks_Test is GovernorFixture {
    function _forVotes(uint256 id) private view returns (uint256 votes) {
        (, votes,) = governor.proposalVotes(id);
    }

    function test_attack_voteTwice_reverts() public {
        uint256 id = _propose(ada, _raiseBond());
        _toVote(id);
        _vote(ada, id, FOR);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorAlreadyCastVote.selector, ada));
        _vote(ada, id, AGAINST);
    }

    /// @dev There is no transfer; delegation is the nearest thing.
    function test_attack_voteDelegateVote_countsOnce() public {
        uint256 id = _propose(ada, _raiseBond());
        _toVote(id);
        uint256 votes = ve.getPastVotes(ada, governor.proposalSnapshot(id));
        _vote(ada, id, FOR);
        _delegate(ada, cleo);
        vm.warp(_now() + 1);
        assertGt(ve.getVotes(cleo), 0);
        _vote(cleo, id, FOR);
        assertEq(_forVotes(id), votes);
    }

    function test_attack_flashVote_countsNothing() public {
        uint256 id = _propose(ada, _raiseBond());
        _toVote(id);
        _lock(cleo, 100_000_000 ether, _latestEnd());
        _vote(cleo, id, FOR);
        assertEq(_forVotes(id), 0);
    }

    /// @dev In the second of the snapshot everything still counts, and afterwards nothing: no call sees both.
    function test_attack_lockInTheSecondOfTheSnapshot_countsOnce() public {
        uint256 id = _propose(ada, _raiseBond());
        vm.warp(governor.proposalSnapshot(id));
        _lock(cleo, 1_000_000 ether, _latestEnd());
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        _vote(cleo, id, FOR);
        _delegate(cleo, ben);
        _toVote(id);
        _vote(cleo, id, FOR);
        assertEq(_forVotes(id), 0);
        _vote(ben, id, FOR);
        assertEq(_forVotes(id), ve.getPastVotes(ben, governor.proposalSnapshot(id)));
    }

    function test_attack_lockThatEndsMidVote_countsAsOfTheSnapshotAndOnce() public {
        uint48 end = _endAfter(MIN);
        _lock(cleo, 100_000_000 ether, end);
        vm.warp(end - VOTING_DELAY - 1 days);
        uint256 id = _propose(ada, _raiseBond());
        _toVote(id);
        uint256 votes = ve.getPastVotes(cleo, governor.proposalSnapshot(id));
        assertGt(votes, 0);
        vm.warp(end);
        // Withdrawn and locked again under another account, it has no second vote.
        vm.prank(cleo);
        ve.withdraw(payable(makeAddr("cleo's other account")));
        address other = makeAddr("cleo's other account");
        _lock(other, 100_000_000 ether, _latestEnd());
        vm.warp(end + 1);
        _vote(other, id, FOR);
        assertEq(_forVotes(id), 0);
        _vote(cleo, id, FOR);
        assertEq(_forVotes(id), votes);
    }

    function test_attack_lockThatEndedBeforeTheSnapshot_countsNothing() public {
        uint48 end = _endAfter(MIN);
        _lock(cleo, 100_000_000 ether, end);
        vm.warp(end - VOTING_DELAY);
        uint256 id = _propose(ada, _raiseBond());
        assertEq(governor.proposalSnapshot(id), end);
        _toVote(id);
        _vote(cleo, id, FOR);
        assertEq(_forVotes(id), 0);
        // Nor does it raise the quorum.
        assertEq(governor.quorum(end), (ve.getPastVotes(ada, end) + ve.getPastVotes(ben, end)) * 4 / 100);
    }

    function test_attack_extendAfterTheSnapshot_changesNoVote() public {
        uint48 end = _endAfter(MIN);
        _lock(cleo, 1_000_000 ether, end);
        vm.warp(_now() + 1);
        uint256 id = _propose(ada, _raiseBond());
        _toVote(id);
        uint256 votes = ve.getPastVotes(cleo, governor.proposalSnapshot(id));
        uint48 latest = _latestEnd();
        vm.prank(cleo);
        ve.extend(latest);
        _vote(cleo, id, FOR);
        assertEq(_forVotes(id), votes);
    }

    /// @dev Somebody sees the proposal before it is mined, proposes it first, and cancels it.
    function test_attack_frontRunProposal_failsAgainstTheSuffix() public {
        Proposal memory proposal = _raiseBond();
        proposal.description = string.concat("Raise the penalty\n\n#proposer=", Strings.toHexString(ada));
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorRestrictedProposer.selector, ben));
        _propose(ben, proposal);
        uint256 id = _propose(ada, proposal);
        vm.expectPartialRevert(IGovernor.GovernorUnableToCancel.selector);
        vm.prank(ben);
        governor.cancel(id);
        vm.prank(ada);
        governor.cancel(id);
        _assertState(id, IGovernor.ProposalState.Canceled);
    }

    function test_attack_cancelOnceVotingBegan_reverts() public {
        uint256 id = _propose(ada, _raiseBond());
        _toVote(id);
        vm.expectPartialRevert(IGovernor.GovernorUnableToCancel.selector);
        vm.prank(ada);
        governor.cancel(id);
    }

    function test_attack_timelockReplay_isDoneOnce() public {
        Proposal memory proposal = _raiseBond();
        uint256 id = _queued(proposal);
        vm.warp(governor.proposalEta(id));
        governor.execute(id);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        governor.execute(id);
        // Past the governor, straight at the timelock: done is done.
        bytes32 salt = bytes20(address(governor)) ^ keccak256(bytes(proposal.description));
        assertTrue(
            timelock.isOperationDone(timelock.hashOperationBatch(proposal.targets, proposal.values, proposal.calls, 0, salt))
        );
        vm.expectPartialRevert(TimelockController.TimelockUnexpectedOperationState.selector);
        timelock.executeBatch(proposal.targets, proposal.values, proposal.calls, 0, salt);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        governor.queue(id);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        _propose(ada, proposal);
    }

    function test_attack_executeStraightAtTheTimelock_isTheSameExecution() public {
        Proposal memory proposal = _raiseBond();
        uint256 id = _queued(proposal);
        vm.warp(governor.proposalEta(id));
        bytes32 salt = bytes20(address(governor)) ^ keccak256(bytes(proposal.description));
        timelock.executeBatch(proposal.targets, proposal.values, proposal.calls, 0, salt);
        _assertState(id, IGovernor.ProposalState.Executed);
        assertEq(dims.minimumBond(), 3 ether);
    }

    function test_attack_queuePastTheGovernor_reverts() public {
        Proposal memory proposal = _raiseBond();
        vm.expectPartialRevert(IAccessControl.AccessControlUnauthorizedAccount.selector);
        vm.prank(ada);
        timelock.scheduleBatch(proposal.targets, proposal.values, proposal.calls, 0, 0, TIMELOCK_DELAY);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorOnlyExecutor.selector, ada));
        vm.prank(ada);
        governor.relay(address(dims), 0, abi.encodeCall(DimRegistry.setMinimumBond, (0)));
    }

    /// @dev A majority decides on everything but on what others have locked.
    function test_attack_majorityTakesLockedCoins_cannot() public {
        bytes[3] memory calls = [
            abi.encodeCall(ve.withdraw, (payable(ada))),
            abi.encodeWithSignature("upgradeToAndCall(address,bytes)", address(dims), ""),
            abi.encodeWithSignature("transferFrom(address,address,uint256)", ben, ada, 1)
        ];
        uint256 held = address(ve).balance;
        for (uint256 i; i < calls.length; ++i) {
            uint256 id = _queued(_proposal(address(ve), calls[i], Strings.toString(i)));
            vm.warp(governor.proposalEta(id));
            // It locked nothing, and the other functions do not exist.
            if (i == 0) vm.expectRevert(abi.encodeWithSelector(IVeIOTX.VeIOTXNothingLocked.selector, address(timelock)));
            else vm.expectRevert(Errors.FailedCall.selector);
            governor.execute(id);
        }
        assertEq(address(ve).balance, held);
    }
}
