/**
 * Preloaded into programs that are not ours, so that none outlives the network that started it.
 * @module
 */
process.once('disconnect', () => process.exit(0))
