// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";
import {DimStake} from "../../contracts/msp/DimStake.sol";
import {IAllocation} from "../../contracts/msp/interfaces/IAllocation.sol";
import {IDimRegistry} from "../../contracts/msp/interfaces/IDimRegistry.sol";
import {DimId} from "../../contracts/types/Types.sol";
import {IIdentityRegistry} from "../../contracts/w3bstream/interfaces/IIdentity.sol";
import {MspDeployment} from "./MspDeployment.sol";

/// @notice Restaked stake with W3bstream's fleet as its module: what stands behind provers. The test is the authority's
/// admin.
abstract contract FleetStake is MspDeployment {
    uint16 internal constant BASKET = 1;
    uint48 internal constant EVIDENCE = 3 days;

    /// @dev Of a pool that was never slashed.
    uint256 internal constant SHARES_PER_WEI = 1000;

    address internal builder = makeAddr("builder");
    address internal staker = makeAddr("staker");
    DimStake internal stake;
    DimId internal dim;

    /// @dev For {_back}, which is from the day before, the fleet's module has to be admitted two days earlier.
    function _deployFleetStake(
        address authority_,
        IIdentityRegistry ioIDs,
        uint256 penalty,
        uint48 exitDelay,
        address beneficiary
    ) internal {
        _deployMsp(authority_, ioIDs, 1 ether, exitDelay);
        stake = DimStake(
            address(
                new ERC1967Proxy(
                    address(new DimStake(authority_, allocation, slasher, nativeVault)),
                    abi.encodeCall(DimStake.initialize, (penalty))
                )
            )
        );
        vm.deal(builder, 1 ether);
        vm.prank(builder);
        dim = dims.propose{value: 1 ether}(
            IDimRegistry.Terms(5000, EVIDENCE, 0, 1 days, address(stake), address(0), beneficiary), ""
        );
        dims.admit(dim);
        stake.bindDim(dim);
    }

    /// @dev Makes a validator of a prover with that ioID, backed by the staker. It came yesterday, and counts today.
    function _back(address prover, uint256 tokenId, uint256 amount) internal {
        uint256 present = block.timestamp;
        vm.warp(present - 1 days);
        IAllocation.Line[] memory lines = new IAllocation.Line[](1);
        lines[0] = IAllocation.Line(dim, 10_000);
        vm.startPrank(prover);
        validators.register(tokenId, 500);
        validators.opt(dim, true);
        stake.commitBasket(allocation.openBasket(lines, false));
        vm.stopPrank();
        vm.prank(builder);
        validators.accept(dim, prover, true);
        _stake(prover, amount);
        vm.warp(present);
    }

    function _stake(address prover, uint256 amount) internal {
        vm.deal(staker, amount);
        vm.startPrank(staker);
        nativeVault.depositNative{value: amount}(staker);
        nativeVault.delegate(prover, BASKET, amount);
        vm.stopPrank();
    }

    /// @dev Lets `amount` leave from behind a prover that was never slashed.
    function _leave(address prover, uint256 amount) internal returns (uint256 exitId) {
        vm.prank(staker);
        exitId = nativeVault.requestExit(prover, BASKET, amount * SHARES_PER_WEI);
    }
}
