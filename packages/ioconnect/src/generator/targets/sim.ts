/**
 * The simulator: the very core and profile, in a process of this computer.
 * @module
 */
import type { Target } from '../project.ts'

export const sim: Target = {
  files: (profile) => ({
    'simulator.json': `${JSON.stringify(
      {
        projectId: profile.device.projects[0],
        profile: 'profile.json',
        dataDirectory: 'data',
        fleet: { count: 1, seed: profile.name },
        synthetic: { seed: 1, noise: 0.01, drift: 0.05, faults: 0 },
        transport: profile.device.transport,
        gateways: profile.device.gateways,
        intervalMs: profile.device.intervalMs,
        signedKeys: profile.device.signedKeys ?? [],
      },
      null,
      2,
    )}\n`,
    'README.md': `# ${profile.device.model}

A simulated device of profile ${profile.name} ${profile.version}, with synthetic readings and a development key. In the IoTeX 2.0 repository:

\`\`\`sh
pnpm node packages/ioconnect/src/server.ts --config simulator.json
\`\`\`
`,
  }),
}
