// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {DimId} from "../types/Types.sol";
import {IAllocation} from "./interfaces/IAllocation.sol";
import {IDimRegistry} from "./interfaces/IDimRegistry.sol";
import {IValidatorRegistry} from "./interfaces/IValidatorRegistry.sol";
import {IVault} from "./interfaces/IVault.sol";
import {Epochs} from "./libraries/Epochs.sol";

/// @title Allocation
contract Allocation is IAllocation {
    /// @inheritdoc IAllocation
    uint256 public constant override MAX_LINES = 8;

    /// @dev 100 %, in basis points.
    uint256 private constant _WHOLE = 10_000;

    IDimRegistry private immutable _DIMS;
    IValidatorRegistry private immutable _VALIDATORS;

    /// @inheritdoc IAllocation
    mapping(address validator => uint16 count) public override basketsOf;

    /// @inheritdoc IAllocation
    mapping(address validator => mapping(uint16 basket => bool open)) public override isOpen;

    /// @inheritdoc IAllocation
    mapping(address validator => mapping(uint16 basket => mapping(DimId dim => uint16 share))) public override shareOf;

    mapping(address validator => mapping(uint16 basket => Line[])) private _lines;

    constructor(IDimRegistry dims, IValidatorRegistry validators) {
        _DIMS = dims;
        _VALIDATORS = validators;
    }

    /* BASKETS */

    /// @inheritdoc IAllocation
    function openBasket(Line[] calldata lines, bool rehypothecate) external override returns (uint16 basket) {
        if (!_VALIDATORS.isRegistered(msg.sender)) revert AllocationNotValidator(msg.sender);
        if (lines.length == 0 || lines.length > MAX_LINES) revert AllocationBadLength(lines.length);
        basket = ++basketsOf[msg.sender];
        uint256 last;
        for (uint256 i; i < lines.length; ++i) {
            Line calldata line = lines[i];
            if (DimId.unwrap(line.dim) <= last || line.share == 0 || line.share > _WHOLE) revert AllocationBadLine(i);
            last = DimId.unwrap(line.dim);
            if (!_DIMS.isAdmittedAt(line.dim, uint48(block.timestamp))) revert AllocationNotAdmitted(line.dim);
            shareOf[msg.sender][basket][line.dim] = line.share;
            _lines[msg.sender][basket].push(line);
        }
        (uint256 sum, uint256 slashable,) = _exposure(msg.sender, basket);
        if (sum > _WHOLE && !rehypothecate) revert AllocationNotUnique(sum);
        if (slashable > _WHOLE) revert AllocationUnbounded(slashable);
        isOpen[msg.sender][basket] = true;
        emit BasketOpened(msg.sender, basket, lines, sum > _WHOLE);
    }

    /// @dev Returns the sum of the shares, what all DIMs together may slash (rounded up), and the largest share.
    function _exposure(address validator, uint16 basket)
        private
        view
        returns (uint256 sum, uint256 slashable, uint256 largest)
    {
        Line[] storage lines = _lines[validator][basket];
        for (uint256 i; i < lines.length; ++i) {
            Line memory line = lines[i];
            sum += line.share;
            slashable += uint256(line.share) * _DIMS.termsOf(line.dim).maximumSlash;
            largest = Math.max(largest, line.share);
        }
        slashable = Math.ceilDiv(slashable, _WHOLE);
    }

    /// @inheritdoc IAllocation
    function closeBasket(uint16 basket) external override {
        if (!isOpen[msg.sender][basket]) revert AllocationNotOpen(msg.sender, basket);
        isOpen[msg.sender][basket] = false;
        emit BasketClosed(msg.sender, basket);
    }

    /* VIEWS */

    /// @inheritdoc IAllocation
    function stakeAt(DimId dim, IVault vault, address validator, uint16 basket, uint48 time)
        external
        view
        override
        returns (uint256)
    {
        if (!_DIMS.isAdmittedAt(dim, time) || !_VALIDATORS.servesAt(validator, dim, time)) return 0;
        uint256 active = Math.min(
            vault.activeAt(validator, basket, Epochs.eveOf(time)), vault.activeAt(validator, basket, time)
        );
        return active * shareOf[validator][basket][dim] / _WHOLE;
    }

    /// @inheritdoc IAllocation
    function linesOf(address validator, uint16 basket) external view override returns (Line[] memory) {
        return _lines[validator][basket];
    }

    /// @inheritdoc IAllocation
    function freeShareOf(address validator, uint16 basket) external view override returns (uint16) {
        (, uint256 slashable, uint256 largest) = _exposure(validator, basket);
        // No cast loses anything: openBasket keeps both at 100 % at most.
        return uint16(_WHOLE - Math.max(slashable, largest));
    }
}
