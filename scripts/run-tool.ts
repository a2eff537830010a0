/**
 * Runs a tool of node_modules on this Node.
 * @module
 */
import { spawn } from 'node:child_process'
import { ROOT } from '@iotex2/devnet/chain'

/** What a tool said. */
export interface ToolResult {
  succeeded: boolean
  output: string
}

/** Runs `args` in the repository's root. A tool that fails is a result, not an error. */
export async function runTool(args: readonly string[]): Promise<ToolResult> {
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk))
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { succeeded: code === 0, output: output.trim() }
}
