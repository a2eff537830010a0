/**
 * Compiles every instance of circuits/circuits.json and makes its INSECURE development key:
 * circuits/build/<instance>/{<instance>.r1cs, .wasm, .development.zkey, .development.vkey.json} and meta.json.
 * An instance whose sources, compiler and key code are unchanged is left as it is.
 *
 *   pnpm node scripts/circuits.ts [INSTANCE…]
 * @module
 */
import { main } from '@iotex2/service/service'
import { buildCircuit, readInstances } from './circuits/build.ts'

const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`

await main(async () => {
  const chosen = process.argv.slice(2)
  for (const name of chosen.length > 0 ? chosen : Object.keys(readInstances())) {
    const began = performance.now()
    const { built } = await buildCircuit(name, (step) =>
      process.stderr.write(`${name}: ${step} … (${seconds(began)})\n`),
    )
    process.stderr.write(`${name}: ${built ? `built in ${seconds(began)}` : 'up to date'}\n`)
  }
})
