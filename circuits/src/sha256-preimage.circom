// SPDX-License-Identifier: Apache-2.0
pragma circom 2.1.0;

include "bitify.circom";
include "sha256/sha256.circom";

// Proves knowledge of a message of BITS bits whose SHA-256 digest is high · 2^128 + low.
// Public:  high, low.   Private: message, the most significant bit of each byte first.
// Sha256 takes its input for bits without checking: that is done here. Its outputs are bits by its own constraints.
// Nearly every wire is 0 or 1: the bit witness of the proving benchmark.
template Sha256Preimage(BITS) {
    signal input high, low;
    signal input message[BITS];

    // Each bit of the message is one.
    for (var i = 0; i < BITS; i++) message[i] * (message[i] - 1) === 0;

    // The digest is the one claimed, as two halves, since a field element holds fewer than 256 bits.
    signal digest[256] <== Sha256(BITS)(message);
    var halves[2] = [0, 0];
    for (var i = 0; i < 256; i++) halves[i \ 128] = 2 * halves[i \ 128] + digest[i];
    high === halves[0];
    low === halves[1];
}
