#!/usr/bin/env node
/**
 * The program `iotex2`. It alone reads the environment:
 *
 * - IOTEX2_PASSWORD opens the keystore of whoever sends transactions;
 * - IOTEX2_DEVICE_PASSWORD opens a device's keystore;
 * - LOCAL_RPC_URL, IOTEX_TESTNET_RPC_URL and IOTEX_MAINNET_RPC_URL replace the networks' usual JSON-RPC.
 * @module
 */
import { Console } from 'node:console'
import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import { createPublicFetch } from '@iotex2/identity/web/public-fetch'
import { runCommandLine } from './app.ts'
import { createProgress } from './progress.ts'
import { createTerminal } from './terminal.ts'

// Results alone go to stdout, whatever a library prints.
globalThis.console = new Console(process.stderr)
// Whoever reads the output may stop reading, as `head` does.
process.stdout.on('error', () => process.exit(1))

process.exitCode = await runCommandLine(
  process.argv.slice(2),
  {
    resolve: (path) => resolve(path),
    progress: createProgress({
      write: (text) => process.stderr.write(text),
      now: () => performance.now(),
      columns: process.stderr.isTTY ? process.stderr.columns : undefined,
    }),
    terminal: createTerminal({ input: process.stdin, output: process.stderr }),
    now: () => Date.now(),
    randomBytes: (length) => randomBytes(length),
    fetchPublic: createPublicFetch(),
    settings: {
      password: process.env.IOTEX2_PASSWORD,
      devicePassword: process.env.IOTEX2_DEVICE_PASSWORD,
      rpcUrls: {
        local: process.env.LOCAL_RPC_URL,
        iotexTestnet: process.env.IOTEX_TESTNET_RPC_URL,
        iotexMainnet: process.env.IOTEX_MAINNET_RPC_URL,
      },
    },
  },
  { stdout: (text) => process.stdout.write(text), stderr: (text) => process.stderr.write(text) },
)
