// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {Errors} from "@openzeppelin/contracts/utils/Errors.sol";
import {DimRegistry} from "../../contracts/msp/DimRegistry.sol";
import {GovernorFixture} from "./GovernorFixture.sol";

/*
IoTeXGovernor
├── propose
│   └── with fewer votes than the threshold, a second before, it reverts
├── the whole way
│   ├── a parameter of a module, a role of the authority, coins of the timelock and the governor's own settings change
│   ├── a call that fails takes the whole proposal with it, and it can be executed again
│   └── against, or below the quorum, it is defeated and cannot be queued
├── authority
│   ├── nobody but the timelock commands it: not the deployer, not the governor, not a voter
│   └── nobody queues in the timelock but the governor, and nobody is its admin but itself
└── quorum reached late
    └── the vote goes on, once, for two days
*/
contract Governor_Test is GovernorFixture {
    function test_propose_belowTheThreshold_reverts() public {
        Proposal memory proposal = _raiseBond();
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorInsufficientProposerVotes.selector, cleo, 0, THRESHOLD));
        _propose(cleo, proposal);
        // Votes of this very second do not count yet.
        _lock(cleo, 1_000_000 ether, _latestEnd());
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorInsufficientProposerVotes.selector, cleo, 0, THRESHOLD));
        _propose(cleo, proposal);
        vm.warp(_now() + 1);
        _propose(cleo, proposal);
    }

    function test_way_parameterOfAModule() public {
        uint256 id = _propose(ada, _raiseBond());
        _assertState(id, IGovernor.ProposalState.Pending);
        _toVote(id);
        _assertState(id, IGovernor.ProposalState.Active);
        _vote(ada, id, FOR);
        _vote(ben, id, AGAINST);
        _toEnd(id);
        _assertState(id, IGovernor.ProposalState.Succeeded);
        vm.prank(cleo);
        governor.queue(id);
        uint256 eta = governor.proposalEta(id);
        assertEq(eta, block.timestamp + TIMELOCK_DELAY);
        vm.warp(eta - 1);
        vm.expectPartialRevert(TimelockController.TimelockUnexpectedOperationState.selector);
        governor.execute(id);
        vm.warp(eta);
        vm.prank(cleo);
        governor.execute(id);
        _assertState(id, IGovernor.ProposalState.Executed);
        assertEq(dims.minimumBond(), 3 ether);
        assertEq(dims.owner(), address(authority));
    }

    function test_way_roleOfTheAuthority() public {
        bytes memory call = abi.encodeCall(AccessManager.grantRole, (7, cleo, 0));
        uint256 id = _queued(_proposal(address(authority), call, "Let Cleo keep the fleet"));
        vm.warp(governor.proposalEta(id));
        governor.execute(id);
        (bool isMember,) = authority.hasRole(7, cleo);
        assertTrue(isMember);
    }

    function test_way_coinsOfTheTimelock() public {
        vm.deal(address(timelock), 5 ether);
        Proposal memory proposal = _proposal(cleo, "", "A grant to Cleo");
        proposal.values[0] = 2 ether;
        uint256 before = cleo.balance;
        uint256 id = _queued(proposal);
        vm.warp(governor.proposalEta(id));
        governor.execute(id);
        assertEq(cleo.balance, before + 2 ether);
        assertEq(address(timelock).balance, 3 ether);
    }

    function test_way_ownSettings() public {
        bytes memory call = abi.encodeCall(governor.setVotingPeriod, (14 days));
        uint256 id = _queued(_proposal(address(governor), call, "Vote for two weeks"));
        vm.warp(governor.proposalEta(id));
        governor.execute(id);
        assertEq(governor.votingPeriod(), 14 days);
    }

    function test_way_callThatFails_takesAllWithIt() public {
        Proposal memory proposal;
        proposal.targets = new address[](2);
        proposal.values = new uint256[](2);
        proposal.calls = new bytes[](2);
        (proposal.targets[0], proposal.targets[1]) = (address(dims), cleo);
        proposal.calls[0] = abi.encodeCall(DimRegistry.setMinimumBond, (3 ether));
        proposal.values[1] = 1 ether;
        uint256 id = _queued(proposal);
        vm.warp(governor.proposalEta(id));
        vm.expectRevert(Errors.FailedCall.selector);
        governor.execute(id);
        assertEq(dims.minimumBond(), 1 ether);
        _assertState(id, IGovernor.ProposalState.Queued);
        vm.deal(address(timelock), 1 ether);
        governor.execute(id);
        assertEq(dims.minimumBond(), 3 ether);
    }

    function test_way_againstOrBelowTheQuorum_isDefeated() public {
        uint256 against = _propose(ada, _raiseBond());
        Proposal memory other = _raiseBond();
        other.description = "again";
        uint256 silent = _propose(ada, other);
        _toVote(against);
        _vote(ada, against, AGAINST);
        _vote(ben, against, FOR);
        _toEnd(against);
        _assertState(against, IGovernor.ProposalState.Defeated);
        _assertState(silent, IGovernor.ProposalState.Defeated);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        governor.queue(against);
    }

    function test_authority_nobodyButTheTimelock() public {
        address[4] memory callers = [address(this), address(governor), ada, cleo];
        for (uint256 i; i < callers.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, callers[i]));
            vm.prank(callers[i]);
            dims.setMinimumBond(2 ether);
        }
        vm.prank(address(timelock));
        dims.setMinimumBond(2 ether);
        assertEq(dims.minimumBond(), 2 ether);
    }

    function test_authority_ofTheTimelock() public view {
        bytes32 admin = timelock.DEFAULT_ADMIN_ROLE();
        assertTrue(timelock.hasRole(admin, address(timelock)));
        assertFalse(timelock.hasRole(admin, address(this)));
        assertFalse(timelock.hasRole(timelock.PROPOSER_ROLE(), address(this)));
        assertTrue(timelock.hasRole(timelock.PROPOSER_ROLE(), address(governor)));
        assertTrue(timelock.hasRole(timelock.EXECUTOR_ROLE(), address(0)));
    }

    function test_lateQuorum_extendsOnce() public {
        uint256 id = _propose(ada, _raiseBond());
        uint256 deadline = governor.proposalDeadline(id);
        vm.warp(deadline);
        _vote(ada, id, FOR);
        assertEq(governor.proposalDeadline(id), deadline + VOTE_EXTENSION);
        vm.warp(deadline + VOTE_EXTENSION);
        _vote(ben, id, AGAINST);
        assertEq(governor.proposalDeadline(id), deadline + VOTE_EXTENSION);
    }
}
