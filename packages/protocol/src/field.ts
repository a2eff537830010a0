/**
 * The scalar field of BN254: what a circuit's signal is.
 * @module
 */
export const FIELD_MODULUS = 21888242871839275222246405745257275088548364400416034343698204186575808495617n

/** Returns the field element of a signed integer: a negative one wraps to p − |value|. */
export const toField = (value: bigint): bigint => ((value % FIELD_MODULUS) + FIELD_MODULUS) % FIELD_MODULUS
