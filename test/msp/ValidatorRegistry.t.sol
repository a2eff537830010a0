// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IValidatorRegistry} from "../../contracts/msp/interfaces/IValidatorRegistry.sol";
import {MspFixture} from "./MspFixture.sol";

/*
ValidatorRegistry.register, setCommission
├── when it is registered, or the ioID is not its own, or the commission is above 100 %: it reverts
├── it keeps the ioID
└── a commission counts from the next epoch on
*/
contract ValidatorRegistry_Register_Test is MspFixture {
    function test_register_twice_reverts() public {
        vm.prank(validator);
        vm.expectRevert(
            abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistryAlreadyRegistered.selector, validator)
        );
        validators.register(0, 0);
    }

    function test_register_ioIDOfAnother_reverts() public {
        uint256 tokenId = identity.enrol(stranger, 1, other);
        bytes4 selector = IValidatorRegistry.ValidatorRegistryNotItsIoID.selector;
        vm.expectRevert(abi.encodeWithSelector(selector, address(this), tokenId));
        validators.register(tokenId, 0);
        vm.startPrank(stranger);
        vm.expectRevert(abi.encodeWithSelector(selector, stranger, tokenId + 1));
        validators.register(tokenId + 1, 0);
        validators.register(tokenId, 0);
        assertEq(validators.ioIDOf(stranger), tokenId);
        assertTrue(validators.isRegistered(stranger));
    }

    function test_setCommission_countsFromTheNextEpoch() public {
        vm.startPrank(validator);
        vm.expectRevert(
            abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistryCommissionTooHigh.selector, 10_001)
        );
        validators.setCommission(10_001);
        validators.setCommission(700);
        validators.setCommission(900);
        assertEq(validators.commissionAt(validator, _now()), 500);
        uint48 before = _now();
        _nextEpoch();
        assertEq(validators.commissionAt(validator, _now()), 900);
        assertEq(validators.commissionAt(validator, _now() - 1), 500);
        assertEq(validators.commissionAt(validator, before), 500);
        vm.stopPrank();
        vm.expectRevert(
            abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistryNotRegistered.selector, address(this))
        );
        validators.setCommission(1);
    }
}

/*
ValidatorRegistry.opt, accept
├── when the caller is no validator, or does not manage the DIM, or accepts nobody: it reverts
└── it takes both, each from the next epoch on, and the past stays
*/
contract ValidatorRegistry_Agree_Test is MspFixture {
    function test_opt_callerNotPermitted_reverts() public {
        bytes memory error_ =
            abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistryNotRegistered.selector, stranger);
        vm.prank(stranger);
        vm.expectRevert(error_);
        validators.opt(dim, true);
        vm.prank(builder);
        vm.expectRevert(error_);
        validators.accept(dim, stranger, true);
        vm.prank(validator);
        vm.expectRevert(
            abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistryNotManager.selector, dim, validator)
        );
        validators.accept(dim, validator, true);
    }

    function test_servesAt_takesBoth_fromTheNextEpoch() public {
        vm.prank(stranger);
        validators.register(0, 0);
        uint48[4] memory starts;
        for (uint256 i; i < 4; ++i) {
            if (i == 0 || i == 2) {
                vm.prank(stranger);
                validators.opt(dim, i == 0);
            } else {
                vm.prank(builder);
                validators.accept(dim, stranger, i == 1);
            }
            assertEq(validators.servesAt(stranger, dim, _now()), i == 2);
            _nextEpoch();
            starts[i] = _now();
        }
        assertFalse(validators.servesAt(stranger, dim, starts[0]));
        assertFalse(validators.servesAt(stranger, dim, starts[1] - 1));
        assertTrue(validators.servesAt(stranger, dim, starts[1]));
        assertTrue(validators.servesAt(stranger, dim, starts[2] - 1));
        assertFalse(validators.servesAt(stranger, dim, starts[2]));
        assertFalse(validators.servesAt(stranger, dim, starts[3]));
    }
}
