// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IDevicePermits} from "../../contracts/ioid/interfaces/IDevicePermits.sol";

/// @notice Proves keys of BabyJubjub as a device does, by the affine formula: slow, and written apart from what verifies.
library Jubjub {
    uint256 internal constant P = 21888242871839275222246405745257275088548364400416034343698204186575808495617;
    uint256 internal constant L = 2736030358979909402780800718157159386076813972158567259200215660948447373041;
    uint256 internal constant A = 168700;
    uint256 internal constant D = 168696;
    uint256 internal constant BASE_X = 5299619240641551281634865583518297030282874472190772894086521144482721001553;
    uint256 internal constant BASE_Y = 16950150798460657717958625567821834550301663161624707787222815936182638968203;

    struct Point {
        uint256 x;
        uint256 y;
    }

    function base() internal pure returns (Point memory) {
        return Point(BASE_X, BASE_Y);
    }

    function prove(uint256 secret, uint256 nonce, address registry, address device)
        internal
        view
        returns (IDevicePermits.CircuitKey memory key)
    {
        Point memory public_ = multiply(base(), secret);
        Point memory eighth = multiply(public_, power(8, L - 2, L));
        Point memory commitment = multiply(base(), nonce);
        uint256 response = respond(secret, nonce, challengeOf(registry, device, public_, commitment));
        return IDevicePermits.CircuitKey(
            public_.x, public_.y, eighth.x, eighth.y, commitment.x, commitment.y, response
        );
    }

    function challengeOf(address registry, address device, Point memory public_, Point memory commitment)
        internal
        view
        returns (uint256)
    {
        bytes32 hash = keccak256(
            abi.encode(
                keccak256("ioID BabyJubjub possession"),
                block.chainid,
                registry,
                device,
                public_.x,
                public_.y,
                commitment.x,
                commitment.y
            )
        );
        return uint128(uint256(hash));
    }

    function respond(uint256 secret, uint256 nonce, uint256 challenge) internal pure returns (uint256) {
        return addmod(nonce, mulmod(challenge, secret, L), L);
    }

    function multiply(Point memory point, uint256 scalar) internal view returns (Point memory product) {
        product = Point(0, 1);
        for (; scalar != 0; scalar >>= 1) {
            if (scalar & 1 == 1) product = add(product, point);
            point = add(point, point);
        }
    }

    function add(Point memory a, Point memory b) internal view returns (Point memory) {
        uint256 k = mulmod(mulmod(D, mulmod(a.x, b.x, P), P), mulmod(a.y, b.y, P), P);
        uint256 x = addmod(mulmod(a.x, b.y, P), mulmod(a.y, b.x, P), P);
        uint256 y = addmod(mulmod(a.y, b.y, P), P - mulmod(A, mulmod(a.x, b.x, P), P), P);
        return Point(mulmod(x, power(1 + k, P - 2, P), P), mulmod(y, power(1 + P - k, P - 2, P), P));
    }

    function power(uint256 value, uint256 exponent, uint256 modulus) internal view returns (uint256) {
        (, bytes memory result) = address(5).staticcall(abi.encode(32, 32, 32, value, exponent, modulus));
        return abi.decode(result, (uint256));
    }
}
