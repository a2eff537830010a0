// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Allocation} from "../../contracts/msp/Allocation.sol";
import {DimRegistry} from "../../contracts/msp/DimRegistry.sol";
import {NativeVault} from "../../contracts/msp/NativeVault.sol";
import {Rewards} from "../../contracts/msp/Rewards.sol";
import {Slasher} from "../../contracts/msp/Slasher.sol";
import {ValidatorRegistry} from "../../contracts/msp/ValidatorRegistry.sol";
import {VaultFactory} from "../../contracts/msp/VaultFactory.sol";
import {IWrappedIOTX} from "../../contracts/msp/interfaces/INativeVault.sol";
import {WrappedIOTX} from "../../contracts/w3bstream/WrappedIOTX.sol";
import {IIdentityRegistry} from "../../contracts/w3bstream/interfaces/IIdentity.sol";
import {Test} from "../fixtures/Test.sol";

/// @notice The contracts of restaked stake, wired.
abstract contract MspDeployment is Test {
    DimRegistry internal dims;
    ValidatorRegistry internal validators;
    Allocation internal allocation;
    Slasher internal slasher;
    Rewards internal rewards;
    VaultFactory internal factory;
    WrappedIOTX internal wrapped;
    NativeVault internal nativeVault;

    function _deployMsp(address authority_, IIdentityRegistry ioIDs, uint256 minimumBond, uint48 exitDelay)
        internal
    {
        dims = DimRegistry(
            address(
                new ERC1967Proxy(
                    address(new DimRegistry(authority_)),
                    abi.encodeCall(DimRegistry.initialize, (minimumBond, exitDelay))
                )
            )
        );
        validators = ValidatorRegistry(
            address(
                new ERC1967Proxy(
                    address(new ValidatorRegistry(authority_, dims, ioIDs)),
                    abi.encodeCall(ValidatorRegistry.initialize, ())
                )
            )
        );
        allocation = new Allocation(dims, validators);
        slasher = new Slasher(dims, validators, allocation);
        rewards = new Rewards(allocation, dims, validators);
        wrapped = new WrappedIOTX();
        factory = new VaultFactory(IWrappedIOTX(address(wrapped)), allocation, dims, address(slasher), rewards);
        nativeVault = NativeVault(payable(address(factory.vaultOf(IERC20(address(wrapped))))));
    }
}
