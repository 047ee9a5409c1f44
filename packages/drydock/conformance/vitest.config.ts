import { join } from 'node:path'
import { defineConfig, type ViteUserConfig } from 'vitest/config'

const target = process.env['CONFORMANCE_TARGET'] ?? 'any'
const cases = 'packages/drydock/conformance/cases'
/** What changes the whole cluster for a moment: these cases run when the others are done, one after another. */
const alone = `${cases}/alone/*.case.ts`
const config: ViteUserConfig = defineConfig({
  test: {
    globalSetup: join(import.meta.dirname, 'nodes.ts'),
    pool: 'forks',
    testTimeout: 180_000,
    hookTimeout: 180_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'together',
          include: [`${cases}/**/*.case.ts`],
          exclude: [alone],
          maxWorkers: 4,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: 'alone', include: [alone], maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
    ],
    reporters: [
      process.env['CONFORMANCE_QUIET'] ? 'dot' : 'default',
      ['json', { outputFile: `test-results/conformance-${target}.json` }],
    ],
  },
})
export default config
