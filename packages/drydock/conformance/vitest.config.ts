import { join } from 'node:path'
import { defineConfig, type ViteUserConfig } from 'vitest/config'

const target = process.env['CONFORMANCE_TARGET'] ?? 'any'
const config: ViteUserConfig = defineConfig({
  test: {
    include: ['packages/drydock/conformance/cases/**/*.case.ts'],
    globalSetup: join(import.meta.dirname, 'nodes.ts'),
    pool: 'forks',
    maxWorkers: 4,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: [
      process.env['CONFORMANCE_QUIET'] ? 'dot' : 'default',
      ['json', { outputFile: `test-results/conformance-${target}.json` }],
    ],
  },
})
export default config
