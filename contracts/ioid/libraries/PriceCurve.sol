// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IIoIDPrice} from "../interfaces/IIoIDPrice.sol";

/// @title PriceCurve
/// @notice A price by the number of devices: straight lines between points, level before the first and after the last.
library PriceCurve {
    uint256 internal constant MAXIMUM_POINTS = 16;

    /// @notice Returns whether there is a point, not too many, and their devices ascend.
    function isValid(IIoIDPrice.CurvePoint[] memory points) internal pure returns (bool) {
        if (points.length == 0 || points.length > MAXIMUM_POINTS) return false;
        for (uint256 i = 1; i < points.length; ++i) {
            if (points[i].devices <= points[i - 1].devices) return false;
        }
        return true;
    }

    /// @notice Returns the price at `devices`, in wei, rounded down. The curve is valid.
    function priceAt(IIoIDPrice.CurvePoint[] storage self, uint256 devices) internal view returns (uint256) {
        IIoIDPrice.CurvePoint memory left = self[0];
        if (devices <= left.devices) return left.price;
        for (uint256 i = 1; i < self.length; ++i) {
            IIoIDPrice.CurvePoint memory right = self[i];
            if (devices < right.devices) {
                // 128 + 64 + 1 bits at most.
                uint256 weighted = uint256(left.price) * (right.devices - devices)
                    + uint256(right.price) * (devices - left.devices);
                return weighted / (right.devices - left.devices);
            }
            left = right;
        }
        return left.price;
    }
}
