/**
 * Deploys a compiled contract by its name (`pnpm hardhat build` first), for tests that need no whole deployment.
 * @module
 */
import { ContractFactory, type Signer } from 'ethers'
import hre from 'hardhat'

/** Returns the address of a new `name`. */
export async function deployArtifact(name: string, signer: Signer, ...args: unknown[]): Promise<string> {
  const { abi, bytecode } = await hre.artifacts.readArtifact(name)
  const contract = await new ContractFactory(abi, bytecode, signer).deploy(...args)
  await contract.waitForDeployment()
  return contract.getAddress()
}
