// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IDimRegistry} from "../../contracts/msp/interfaces/IDimRegistry.sol";
import {DimId} from "../../contracts/types/Types.sol";
import {CoinRefuser} from "../fixtures/Payees.sol";
import {MspFixture} from "./MspFixture.sol";

/*
DimRegistry.propose, retract
├── when the bond is too low, or the terms contradict themselves: it reverts
├── it holds the bond, and keeps the terms
└── what was proposed can be taken back, with its bond, until it is admitted
*/
contract DimRegistry_Propose_Test is MspFixture {
    function test_propose_bondTooLow_reverts() public {
        vm.deal(builder, BOND);
        vm.prank(builder);
        vm.expectRevert(abi.encodeWithSelector(IDimRegistry.DimRegistryBondTooLow.selector, BOND - 1, BOND));
        dims.propose{value: BOND - 1}(_terms(), "");
    }

    function test_propose_badTerms_reverts() public {
        IDimRegistry.Terms[8] memory bad;
        for (uint256 i; i < bad.length; ++i) bad[i] = _terms();
        bad[0].enforcer = address(0);
        bad[1].maximumSlash = 0;
        bad[2].maximumSlash = 10_001;
        bad[3].evidenceAge = 0;
        bad[4].executionWindow = 0;
        bad[5].resolver = address(0);
        bad[6].vetoWindow = 0;
        bad[7].evidenceAge = type(uint48).max;
        for (uint256 i; i < bad.length; ++i) {
            vm.deal(builder, BOND);
            vm.prank(builder);
            vm.expectRevert(abi.encodeWithSelector(IDimRegistry.DimRegistryBadTerms.selector));
            dims.propose{value: BOND}(bad[i], "");
        }
    }

    function test_propose_holdsTheBond() public {
        uint256 before = address(dims).balance;
        DimId id = _propose(_terms());
        assertEq(address(dims).balance, before + BOND);
        IDimRegistry.Dim memory proposed = dims.dimOf(id);
        assertEq(proposed.manager, builder);
        assertEq(proposed.bond, BOND);
        assertTrue(proposed.status == IDimRegistry.Status.Proposed);
        assertEq(dims.termsOf(id).enforcer, enforcer);
        assertEq(dims.windowOf(id), WINDOW);
        assertFalse(dims.isAdmittedAt(id, _now()));
    }

    function test_retract_returnsTheBond_untilItIsAdmitted() public {
        DimId id = _propose(_terms());
        vm.expectRevert(
            abi.encodeWithSelector(IDimRegistry.DimRegistryNotManager.selector, id, address(this))
        );
        dims.retract(id);
        vm.startPrank(builder);
        vm.expectRevert(
            abi.encodeWithSelector(
                IDimRegistry.DimRegistryWrongStatus.selector, id, IDimRegistry.Status.Proposed
            )
        );
        dims.withdrawBond(id, builder);
        dims.retract(id);
        assertEq(dims.withdrawBond(id, other), BOND);
        assertEq(dims.withdrawBond(id, other), 0);
        assertEq(other.balance, BOND);
        vm.expectRevert(
            abi.encodeWithSelector(
                IDimRegistry.DimRegistryWrongStatus.selector, dim, IDimRegistry.Status.Admitted
            )
        );
        dims.retract(dim);
        vm.stopPrank();
        vm.expectRevert(
            abi.encodeWithSelector(
                IDimRegistry.DimRegistryWrongStatus.selector, id, IDimRegistry.Status.Released
            )
        );
        dims.admit(id);
    }
}

/*
DimRegistry.admit
├── when the caller is not the authority's: it reverts
├── when it was admitted, or as many as can be are: it reverts
└── else it is admitted from now on
*/
contract DimRegistry_Admit_Test is MspFixture {
    function test_admit_callerNotPermitted_reverts() public {
        DimId id = _propose(_terms());
        bytes memory error_ = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, builder);
        vm.startPrank(builder);
        vm.expectRevert(error_);
        dims.admit(id);
        vm.expectRevert(error_);
        dims.remove(id);
        vm.expectRevert(error_);
        dims.setResolver(id, builder);
        vm.expectRevert(error_);
        dims.setMinimumBond(0);
        vm.expectRevert(error_);
        dims.setExitDelay(60 days);
    }

    function test_admit_tooMany_reverts() public {
        for (uint256 i = 2; i < dims.MAX_DIMS(); ++i) _admit(_terms());
        DimId id = _propose(_terms());
        vm.expectRevert(abi.encodeWithSelector(IDimRegistry.DimRegistryFull.selector));
        dims.admit(id);
        // The most that it costs to change the delay: every window is looked at.
        uint256 before = gasleft();
        dims.setExitDelay(DELAY + 1);
        assertLt(before - gasleft(), 1_000_000);
    }

    function test_admit_fromNowOn() public {
        DimId id = _admit(_terms());
        assertTrue(dims.isAdmittedAt(id, _now()));
        assertFalse(dims.isAdmittedAt(id, _now() - 1));
        vm.expectRevert(
            abi.encodeWithSelector(
                IDimRegistry.DimRegistryWrongStatus.selector, id, IDimRegistry.Status.Admitted
            )
        );
        dims.admit(id);
    }
}

/*
DimRegistry.retire, release, withdrawBond
├── when offences can still be slashed: release reverts, and the bond stays
├── after that it holds no one's window up, and its bond is its manager's
└── when the recipient takes no coin: it reverts, and another can be named
*/
contract DimRegistry_Retire_Test is MspFixture {
    function test_release_obliged_reverts() public {
        vm.prank(builder);
        dims.retire(dim);
        uint48 obligedUntil = _now() + WINDOW;
        assertFalse(dims.isAdmittedAt(dim, _now()));
        vm.warp(obligedUntil);
        vm.expectRevert(abi.encodeWithSelector(IDimRegistry.DimRegistryObliged.selector, dim, obligedUntil));
        dims.release(dim);
        assertEq(dims.longestWindow(), WINDOW);
    }

    function test_release_freesTheBond_andTheDelay() public {
        vm.startPrank(builder);
        dims.retire(dim);
        dims.retire(otherDim);
        vm.stopPrank();
        _pass(WINDOW + 1);
        dims.release(dim);
        assertEq(dims.longestWindow(), WINDOW);
        dims.release(otherDim);
        assertEq(dims.longestWindow(), 0);
        dims.setExitDelay(1);
        address refuser = address(new CoinRefuser());
        vm.startPrank(builder);
        vm.expectRevert(abi.encodeWithSelector(IDimRegistry.DimRegistryTransferFailed.selector, refuser));
        dims.withdrawBond(dim, refuser);
        vm.expectRevert(abi.encodeWithSelector(IDimRegistry.DimRegistryZeroAddress.selector));
        dims.withdrawBond(dim, address(0));
        assertEq(dims.withdrawBond(dim, other), BOND);
        assertEq(other.balance, BOND);
    }

    function test_retire_notAdmitted_reverts() public {
        dims.remove(dim);
        vm.prank(builder);
        vm.expectRevert(
            abi.encodeWithSelector(
                IDimRegistry.DimRegistryWrongStatus.selector, dim, IDimRegistry.Status.Leaving
            )
        );
        dims.retire(dim);
        vm.expectRevert(
            abi.encodeWithSelector(
                IDimRegistry.DimRegistryWrongStatus.selector, otherDim, IDimRegistry.Status.Admitted
            )
        );
        dims.release(otherDim);
    }
}

/*
DimRegistry: settings
├── a manager hands its DIM on
├── a resolver can be replaced, not removed, nor added where there is no veto
└── the exit delay stays between the longest window and the maximum
*/
contract DimRegistry_Settings_Test is MspFixture {
    function test_setManager_handsOn() public {
        vm.startPrank(builder);
        vm.expectRevert(abi.encodeWithSelector(IDimRegistry.DimRegistryZeroAddress.selector));
        dims.setManager(dim, address(0));
        dims.setManager(dim, other);
        vm.expectRevert(abi.encodeWithSelector(IDimRegistry.DimRegistryNotManager.selector, dim, builder));
        dims.retire(dim);
        vm.stopPrank();
        vm.prank(other);
        dims.retire(dim);
    }

    function test_setResolver_replacesOnly() public {
        dims.setResolver(dim, other);
        assertEq(dims.termsOf(dim).resolver, other);
        bytes memory error_ = abi.encodeWithSelector(IDimRegistry.DimRegistryBadTerms.selector);
        vm.expectRevert(error_);
        dims.setResolver(dim, address(0));
        IDimRegistry.Terms memory terms = _terms();
        (terms.vetoWindow, terms.resolver) = (0, address(0));
        DimId id = _admit(terms);
        vm.expectRevert(error_);
        dims.setResolver(id, other);
    }

    function testFuzz_setExitDelay_staysInBounds(uint48 delay) public {
        if (delay > 60 days) {
            vm.expectRevert(
                abi.encodeWithSelector(IDimRegistry.DimRegistryDelayTooLong.selector, delay, 60 days)
            );
        } else if (delay <= WINDOW) {
            vm.expectRevert(
                abi.encodeWithSelector(IDimRegistry.DimRegistryWindowTooLong.selector, WINDOW, delay)
            );
        }
        dims.setExitDelay(delay);
        assertEq(dims.exitDelay(), delay > 60 days || delay <= WINDOW ? DELAY : delay);
    }
}
