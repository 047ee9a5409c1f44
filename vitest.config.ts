import { defineConfig, type ViteUserConfig } from 'vitest/config'

const config: ViteUserConfig = defineConfig({
  test: {
    include: ['packages/**/*.test.ts', 'hack/**/*.test.ts', 'images/**/*.test.ts'],
    pool: 'forks',
    // Real servers and a local Kubernetes start in these files: two at a time is what a small machine carries.
    maxWorkers: 2,
    testTimeout: 240_000,
    hookTimeout: 240_000,
    reporters: process.env['CI']
      ? ['default', ['json', { outputFile: 'test-results/vitest.json' }]]
      : ['default'],
  },
})
export default config
