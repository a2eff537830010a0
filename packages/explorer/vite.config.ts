import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** Where `pnpm --filter @iotex2/explorer dev` finds a running coordinator. */
const COORDINATOR = 'http://127.0.0.1:4000'

export default defineConfig({
  plugins: [react()],
  // The page is served from any path of any host, so assets are named relatively.
  base: './',
  resolve: {
    // poseidon-lite's index loads the constants of all sixteen widths (500 KB); the page hashes with two of them.
    alias: [{ find: /^poseidon-lite$/, replacement: fileURLToPath(new URL('src/poseidon.ts', import.meta.url)) }],
  },
  build: { target: 'es2022', sourcemap: false },
  worker: { format: 'es' },
  // A page apart from all others may share memory between its threads.
  server: {
    proxy: { '/v1': COORDINATOR },
    headers: { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' },
  },
})
