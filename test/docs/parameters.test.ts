/**
 * deploy/parameters names what the modules of a public network read: each with a value, or after // with what stands for it.
 * @module
 */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '@iotex2/devnet/chain'
import { isAddress } from 'ethers'
import { expect, test } from 'vitest'

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

/** Parameters of each module. Those of Rewards are a project's, not a network's. */
const modules = Object.fromEntries(
  globSync('deploy/modules/*.ts', { cwd: ROOT })
    .map((path) => {
      const text = read(path)
      const name = /buildModule\('(\w+)'/.exec(text)![1]!
      return [name, [...text.matchAll(/m\.getParameter\('(\w+)'/g)].map(([, parameter]) => parameter!)] as const
    })
    .filter(([name, parameters]) => name !== 'Rewards' && parameters.length > 0),
)

/** What a parameter file says of each module: values as they are written, and names after //. */
function parametersOf(network: string): Record<string, { values: Record<string, string>; left: string[] }> {
  const text = read(`deploy/parameters/${network}.json5`)
  return Object.fromEntries(
    [...text.matchAll(/^ {2}(\w+): \{\n([\s\S]*?)^ {2}\},$/gm)].map(([, module, body]) => [
      module!,
      {
        values: Object.fromEntries(
          [...body!.matchAll(/^ {4}(\w+): (.*),$/gm)].map(([, name, value]) => [name!, value!]),
        ),
        left: [...body!.matchAll(/^ {4}\/\/ (\w+): .*\.$/gm)].map(([, name]) => name!),
      },
    ]),
  )
}

test('there are modules with parameters', () => {
  expect(Object.keys(modules).sort()).toEqual(['Buckets', 'Dao', 'Governor', 'IoID', 'Msp', 'W3bstream', 'WrappedIotx'])
  expect(modules.IoID).toEqual(expect.arrayContaining(['credentialBurnWei', 'attestor']))
})

test.each(['iotexTestnet', 'iotexMainnet'])('%s: every parameter of every module, and no other', (network) => {
  const parameters = parametersOf(network)
  expect(Object.keys(parameters).sort()).toEqual(Object.keys(modules).sort())
  for (const [name, { values, left }] of Object.entries(parameters)) {
    expect([...Object.keys(values), ...left].sort(), name).toEqual([...modules[name]!].sort())
    for (const [parameter, value] of Object.entries(values))
      expect(isAddress(value.slice(1, -1)) || /^('\d+n'|\d+)$/.test(value), `${parameter}: ${value}`).toBe(true)
  }
})

test.each(['iotexTestnet', 'iotexMainnet'])('%s: stake leaves before what was accepted is executed', (network) => {
  const { Governor, Msp } = parametersOf(network)
  const [exit, timelock] = [Number(Msp!.values.exitDelaySeconds), Number(Governor!.values.timelockDelaySeconds)]
  expect(exit).toBeGreaterThan(0)
  expect(exit).toBeLessThan(timelock)
})

test('a development chain needs nothing but its prices', () => {
  expect(Object.keys(parametersOf('local').IoID!.values)).toEqual(['priceWei', 'credentialBurnWei'])
})
