/**
 * The widths of Poseidon that the protocol's leaf and tree use. Stands in for `poseidon-lite` in the browser's
 * bundle, see vite.config.ts.
 * @module
 */
export { poseidon2 } from 'poseidon-lite/poseidon2'
export { poseidon11 } from 'poseidon-lite/poseidon11'
