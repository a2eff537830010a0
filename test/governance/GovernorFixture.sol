// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";
import {IoTeXGovernor} from "../../contracts/governance/IoTeXGovernor.sol";
import {DimRegistry} from "../../contracts/msp/DimRegistry.sol";
import {VeIOTXFixture} from "./VeIOTXFixture.sol";

/// @title GovernorFixture
/// @notice The governor as deploy/modules wire it, after the handover, with one module to govern. Ada has enough votes to
/// propose and to decide, Ben half of hers; Cleo has none.
abstract contract GovernorFixture is VeIOTXFixture {
    uint48 internal constant VOTING_DELAY = 2 days;
    uint32 internal constant VOTING_PERIOD = 7 days;
    uint48 internal constant VOTE_EXTENSION = 2 days;
    uint256 internal constant TIMELOCK_DELAY = 2 days;
    uint256 internal constant THRESHOLD = 100_000 ether;

    uint8 internal constant AGAINST = 0;
    uint8 internal constant FOR = 1;
    uint8 internal constant ABSTAIN = 2;

    struct Proposal {
        address[] targets;
        uint256[] values;
        bytes[] calls;
        string description;
    }

    AccessManager internal authority;
    TimelockController internal timelock;
    IoTeXGovernor internal governor;
    DimRegistry internal dims;

    function setUp() public virtual override {
        super.setUp();
        authority = new AccessManager(address(this));
        address[] memory nobody = new address[](0);
        address[] memory anyone = new address[](1);
        timelock = new TimelockController(TIMELOCK_DELAY, nobody, anyone, address(this));
        governor = new IoTeXGovernor(
            ve, timelock, IoTeXGovernor.Parameters(VOTING_DELAY, VOTING_PERIOD, VOTE_EXTENSION, THRESHOLD, 4)
        );
        timelock.grantRole(timelock.PROPOSER_ROLE(), address(governor));
        timelock.grantRole(timelock.CANCELLER_ROLE(), address(governor));
        timelock.renounceRole(timelock.DEFAULT_ADMIN_ROLE(), address(this));
        dims = DimRegistry(
            address(
                new ERC1967Proxy(
                    address(new DimRegistry(address(authority))),
                    abi.encodeCall(DimRegistry.initialize, (1 ether, 1 days))
                )
            )
        );
        authority.grantRole(authority.ADMIN_ROLE(), address(timelock), 0);
        authority.renounceRole(authority.ADMIN_ROLE(), address(this));

        _lock(ada, 1_000_000 ether, _latestEnd());
        _lock(ben, 500_000 ether, _latestEnd());
        vm.warp(_now() + 1);
    }

    /// @dev One call of `target`.
    function _proposal(address target, bytes memory call, string memory description)
        internal
        pure
        returns (Proposal memory proposal)
    {
        proposal.targets = new address[](1);
        proposal.values = new uint256[](1);
        proposal.calls = new bytes[](1);
        (proposal.targets[0], proposal.calls[0], proposal.description) = (target, call, description);
    }

    function _raiseBond() internal view returns (Proposal memory) {
        return _proposal(address(dims), abi.encodeCall(DimRegistry.setMinimumBond, (3 ether)), "Raise the least bond to 3 IOTX");
    }

    function _propose(address proposer, Proposal memory proposal) internal returns (uint256) {
        vm.prank(proposer);
        return governor.propose(proposal.targets, proposal.values, proposal.calls, proposal.description);
    }

    /// @dev To the first second of the vote.
    function _toVote(uint256 id) internal {
        vm.warp(governor.proposalSnapshot(id) + 1);
    }

    function _vote(address voter, uint256 id, uint8 support) internal {
        vm.prank(voter);
        governor.castVote(id, support);
    }

    /// @dev To the first second after the vote.
    function _toEnd(uint256 id) internal {
        vm.warp(governor.proposalDeadline(id) + 1);
    }

    /// @dev Proposed, accepted and queued.
    function _queued(Proposal memory proposal) internal returns (uint256 id) {
        id = _propose(ada, proposal);
        _toVote(id);
        _vote(ada, id, FOR);
        _toEnd(id);
        governor.queue(id);
    }

    function _assertState(uint256 id, IGovernor.ProposalState expected) internal view {
        assertEq(uint256(governor.state(id)), uint256(expected));
    }
}
