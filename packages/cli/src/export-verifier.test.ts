import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { applyBeacon, contribute, startPhase2 } from '@iotex2/groth16/ceremony'
import { setupDevelopmentInsecure } from '@iotex2/groth16/development-setup'
import { encodeProof } from '@iotex2/groth16/proof'
import { Contract, ContractFactory, JsonRpcProvider, Wallet } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DEVELOPMENT_KEYS, startChain } from '../../../test/chain-node.ts'
import { runnerIn } from '../test/run.ts'
import { snarkjs } from '../test/snarkjs.ts'

const solc = createRequire(import.meta.url)('solc') as { compile(input: string): string }
const CIRCUIT = `pragma circom 2.1.0;
template Product() { signal input a, b, tag; signal output c <== a * b; }
component main {public [tag]} = Product();
`
const directory = await mkdtemp(join(tmpdir(), 'iotex2-verifier-'))
const path = (name: string) => join(directory, name)
const run = runnerIn(directory)

async function ran(command: string): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await run([...command.split(' '), '--json'])
  expect(code, stderr).toBe(0)
  return JSON.parse(stdout)
}

/** Compiles a contract that imports nothing. */
async function compile(file: string, name: string): Promise<{ abi: never[]; bytecode: string }> {
  const settings = { evmVersion: 'cancun', outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } } }
  const sources = { [file]: { content: await readFile(path(file), 'utf8') } }
  const output = JSON.parse(solc.compile(JSON.stringify({ language: 'Solidity', sources, settings })))
  expect(output.errors ?? []).toEqual([])
  const { abi, evm } = output.contracts[file][name]
  return { abi, bytecode: evm.bytecode.object }
}

/** Deploys a contract on a chain of this id, and asks it about a proof with and without a changed signal. */
async function deployAndAsk(chainId: number, compiled: { abi: never[]; bytecode: string }, key: string) {
  await using chain = await startChain({ chainId })
  const provider = new JsonRpcProvider(chain.url, chainId, {
    staticNetwork: true,
    cacheTimeout: -1,
    pollingInterval: 20,
  })
  try {
    const owner = new Wallet(DEVELOPMENT_KEYS[0], provider)
    const deployed = await new ContractFactory(compiled.abi, compiled.bytecode, owner).deploy()
    const verifier = (await deployed.waitForDeployment()) as Contract
    const [proof, signals] = await Promise.all(
      [`${key}.proof.json`, `${key}.public.json`].map(async (name) => JSON.parse(await readFile(path(name), 'utf8'))),
    )
    const ask = (given: string[]): Promise<boolean> => verifier.getFunction('verify')(encodeProof(proof), given)
    return [await ask(signals), await ask(signals.with(1, '8'))]
  } finally {
    provider.destroy()
  }
}

beforeAll(async () => {
  await writeFile(path('product.circom'), CIRCUIT)
  await writeFile(path('input.json'), JSON.stringify({ a: 3, b: 5, tag: 7 }))
  await ran('zk compile product.circom')
  const r1cs = await readFile(path('product.r1cs'))
  await snarkjs(directory, 'powersoftau', 'new', 'bn128', '4', 'new.ptau')
  await snarkjs(directory, 'powersoftau', 'contribute', 'new.ptau', 'one.ptau', '-n=one', '-e=entropy')
  await snarkjs(directory, 'powersoftau', 'prepare', 'phase2', 'one.ptau', 'final.ptau')
  const contributed = await contribute(await startPhase2(r1cs, path('final.ptau')), 'Ada', 'entropy')
  await writeFile(path('product.zkey'), await applyBeacon(contributed, 'beacon', '00'))
  await writeFile(path('development.zkey'), await setupDevelopmentInsecure(r1cs))
  for (const key of ['product', 'development'])
    await ran(
      `zk prove input.json --wasm product.wasm --zkey ${key}.zkey --proof ${key}.proof.json --public ${key}.public.json`,
    )
})
afterAll(() => rm(directory, { recursive: true }))

test("a contributed key's verifier compiles by itself and deploys anywhere", async () => {
  const { contract, development } = await ran('zk export-verifier product.zkey --solidity Product.sol')
  expect({ contract, development }).toEqual({ contract: 'ProductVerifier', development: false })
  const compiled = await compile('Product.sol', 'ProductVerifier')
  expect(await deployAndAsk(4690, compiled, 'product')).toEqual([true, false])
})

test("a development key's verifier says so, and deploys on chain 31337 only", async () => {
  const { contract, development } = await ran(
    'zk export-verifier development.zkey --solidity Dev.sol --name dev-product',
  )
  expect({ contract, development }).toEqual({ contract: 'DevProductVerifier', development: true })
  expect(await readFile(path('Dev.sol'), 'utf8')).toContain('INSECURE')
  const compiled = await compile('Dev.sol', 'DevProductVerifier')
  expect(await deployAndAsk(31337, compiled, 'development')).toEqual([true, false])
  const { abi } = compiled
  await expect(deployAndAsk(4690, compiled, 'development')).rejects.toMatchObject({
    data: new Contract(`0x${'00'.repeat(20)}`, abi).interface.encodeErrorResult('VerifierDevelopmentKey', [4690n]),
  })
})

test('interfaces may be imported in place of declared', async () => {
  await ran('zk export-verifier product.zkey --solidity Imports.sol --interfaces ../interfaces')
  const source = await readFile(path('Imports.sol'), 'utf8')
  expect(source).toContain('import {IGroth16Verifier} from "../interfaces/IGroth16Verifier.sol";')
  expect(source).not.toContain('interface I')
})

test.each([
  ['OPTION_MISSING', 'zk export-verifier product.zkey'],
  ['OPTION_MISSING', 'zk export-verifier 1.zkey --solidity X.sol'],
  ['OPTION_INVALID', 'zk export-verifier product.zkey --solidity X.sol --name "X'],
  ['OPTION_INVALID', 'zk export-verifier product.zkey --solidity X.sol --interfaces a";b'],
])('%s: iotex2 %s', async (code, command) => {
  await writeFile(path('1.zkey'), await readFile(path('product.zkey')))
  expect(await run(command.split(' '))).toMatchObject({ code: 2, stderr: expect.stringContaining(`${code}: `) })
})
