/** Behaviours on a whole cluster. Those that leave nodes and the operator alone run three at a time; then the others, one by one. */
import { defineConfig, type ViteUserConfig } from 'vitest/config'

const shared = {
  root: new URL('.', import.meta.url).pathname,
  pool: 'forks' as const,
  testTimeout: 240_000,
  hookTimeout: 120_000,
}

const config: ViteUserConfig = defineConfig({
  test: {
    retry: 0,
    reporters: ['default', './kit/summary.ts', ['json', { outputFile: '../test-results/e2e.json' }]],
    root: shared.root,
    projects: [
      {
        test: {
          ...shared,
          name: 'beside',
          include: ['cases/*.e2e.ts'],
          maxWorkers: 3,
          maxConcurrency: 1,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...shared,
          name: 'alone',
          include: ['cases/alone/*.e2e.ts'],
          maxWorkers: 1,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
export default config
