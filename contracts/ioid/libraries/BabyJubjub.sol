// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title BabyJubjub
/// @notice Checks that a point of the twisted Edwards curve a·x² + y² = 1 + d·x²·y² over BN254's scalar field is a public
/// key, and that someone has its secret: a Schnorr proof with a 128-bit challenge.
/// @dev The parameters are circomlib's (ERC-2494). Addition is complete: a is a square, d is not. Points are projective,
/// (X : Y : Z) in three words of memory; formulas add-2008-bbjlp and dbl-2008-bbjlp. What is verified is public: nothing is
/// constant time.
library BabyJubjub {
    /// @param eighthX The key times the inverse of 8 modulo the order.
    /// @param commitmentX The nonce times Base8.
    struct Proof {
        uint256 x;
        uint256 y;
        uint256 eighthX;
        uint256 eighthY;
        uint256 commitmentX;
        uint256 commitmentY;
        uint256 response;
    }

    uint256 internal constant FIELD = 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001;
    uint256 internal constant ORDER = 0x060c89ce5c263405370a08b6d0302b0bab3eedb83920ee0a677297dc392126f1;

    uint256 private constant _A = 168700;
    uint256 private constant _D = 168696;

    // Base8, 2^126 times it, and the sum of both.
    uint256 private constant _BASE_X = 0x0bb77a6ad63e739b4eacb2e09d6277c12ab8d8010534e0b62893f3f6bb957051;
    uint256 private constant _BASE_Y = 0x25797203f7a0b24925572e1cd16bf9edfce0051fb9e133774b3c257a872d7d8b;
    uint256 private constant _HIGH_X = 0x017eeebfb1b8aea717ca4317933d26bb58d9b245f8304c8321358d7e7c004df2;
    uint256 private constant _HIGH_Y = 0x24b29a47b7dc5fce57b4a57f923d4be82daa13708fc373ea43cb876bd545cbcf;
    uint256 private constant _BOTH_X = 0x1a19dbc9b27684964ce58fd1c7b4d41f9c1ed8d84dca62adaa270a9a346c0fb2;
    uint256 private constant _BOTH_Y = 0x05ac4afff58af164235fb1afc32286128cba9ca22e568d7904c1d1202366ea29;

    uint256 private constant _HALF_BITS = 126;
    uint256 private constant _POINT = 0x60;
    uint256 private constant _SUBSET = 8;

    /// @notice Returns whether (x, y) is a point of the prime subgroup other than the identity.
    /// @dev Any point of the curve times 8, its cofactor, is in the prime subgroup: three doublings show what a
    /// multiplication by the order would.
    function isInSubgroup(Proof memory proof) internal pure returns (bool) {
        if (proof.x >= FIELD || proof.y >= FIELD || proof.eighthX >= FIELD || proof.eighthY >= FIELD) return false;
        if (proof.x == 0 || !_isOnCurve(proof.eighthX, proof.eighthY)) return false;
        uint256[3] memory point = [proof.eighthX, proof.eighthY, 1];
        for (uint256 i = 0; i < 3; ++i) {
            _double(point);
        }
        return _equals(point, proof.x, proof.y);
    }

    function _isOnCurve(uint256 x, uint256 y) private pure returns (bool) {
        uint256 xx = mulmod(x, x, FIELD);
        uint256 yy = mulmod(y, y, FIELD);
        uint256 left = addmod(mulmod(_A, xx, FIELD), yy, FIELD);
        return left == addmod(1, mulmod(_D, mulmod(xx, yy, FIELD), FIELD), FIELD);
    }

    /// @notice Returns whether response·Base8 = commitment + challenge·key.
    /// @dev The key is known to be in the subgroup. `response` is split in two, so that it takes 128 doublings: the sum of
    /// each subset of {Base8, 2^126·Base8, -key} is in the table at the subset's number.
    function isPossessed(Proof memory proof, uint128 challenge) internal pure returns (bool) {
        if (proof.response >= ORDER || proof.commitmentX >= FIELD || proof.commitmentY >= FIELD) return false;
        uint256[3][_SUBSET] memory sums;
        sums[1] = [_BASE_X, _BASE_Y, 1];
        sums[2] = [_HIGH_X, _HIGH_Y, 1];
        sums[3] = [_BOTH_X, _BOTH_Y, 1];
        sums[4] = [FIELD - proof.x, proof.y, 1];
        for (uint256 i = 5; i < _SUBSET; ++i) {
            _add(sums[i], sums[4], sums[i - 4]);
        }

        uint256 low = proof.response & ((1 << _HALF_BITS) - 1);
        uint256 high = proof.response >> _HALF_BITS;
        uint256[3] memory point = [uint256(0), 1, 1];
        for (uint256 bit = 128; bit > 0;) {
            --bit;
            _double(point);
            uint256 subset = ((low >> bit) & 1) | (((high >> bit) & 1) << 1) | (((challenge >> bit) & 1) << 2);
            if (subset != 0) _add(point, point, sums[subset]);
        }
        return _equals(point, proof.commitmentX, proof.commitmentY);
    }

    function _equals(uint256[3] memory point, uint256 x, uint256 y) private pure returns (bool) {
        return point[0] == mulmod(x, point[2], FIELD) && point[1] == mulmod(y, point[2], FIELD);
    }

    function _double(uint256[3] memory point) private pure {
        assembly ("memory-safe") {
            let p := FIELD
            let x := mload(point)
            let y := mload(add(point, 0x20))
            let z := mload(add(point, 0x40))
            let c := mulmod(x, x, p)
            let d := mulmod(y, y, p)
            let e := mulmod(_A, c, p)
            let f := add(e, d)
            let sum := add(x, y)
            // (x + y)² - c - d
            let b := addmod(mulmod(sum, sum, p), sub(shl(1, p), add(c, d)), p)
            // f - 2z²
            let j := addmod(f, shl(1, sub(p, mulmod(z, z, p))), p)
            mstore(point, mulmod(b, j, p))
            mstore(add(point, 0x20), mulmod(f, addmod(e, sub(p, d), p), p))
            mstore(add(point, 0x40), mulmod(f, j, p))
        }
    }

    /// @dev `sum` may be one of the summands.
    function _add(uint256[3] memory sum, uint256[3] memory left, uint256[3] memory right) private pure {
        assembly ("memory-safe") {
            let p := FIELD
            let a := mulmod(mload(add(left, 0x40)), mload(add(right, 0x40)), p)
            let c := mulmod(mload(left), mload(right), p)
            let d := mulmod(mload(add(left, 0x20)), mload(add(right, 0x20)), p)
            let e := mulmod(_D, mulmod(c, d, p), p)
            let b := mulmod(a, a, p)
            let f := addmod(b, sub(p, e), p)
            let g := add(b, e)
            // (x₁ + y₁)(x₂ + y₂) - c - d
            let cross := mulmod(add(mload(left), mload(add(left, 0x20))), add(mload(right), mload(add(right, 0x20))), p)
            cross := addmod(cross, sub(shl(1, p), add(c, d)), p)
            mstore(sum, mulmod(mulmod(a, f, p), cross, p))
            mstore(add(sum, 0x20), mulmod(mulmod(a, g, p), addmod(d, sub(p, mulmod(_A, c, p)), p), p))
            mstore(add(sum, 0x40), mulmod(f, g, p))
        }
    }
}
