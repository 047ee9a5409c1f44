/**
 * Bundles the programs into dist/, each one file: they start fast and need no node_modules. They are made beside it and take its
 * place when all is well, so that a build that fails leaves the last one.
 */
import { rmSync } from 'node:fs'
import { cp, rename, rm } from 'node:fs/promises'
import { build } from 'esbuild'

const programs = {
  orlop: 'packages/cli/src/main.ts',
  drydock: 'packages/drydock/src/daemon.ts',
  operator: 'packages/operator/src/main.ts',
}

const made = `dist.${process.pid}`
process.on('exit', () => rmSync(made, { recursive: true, force: true }))
await build({
  entryPoints: programs,
  outdir: made,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  format: 'esm',
  platform: 'node',
  target: 'node24',
  sourcemap: 'linked',
  minifySyntax: true,
  legalComments: 'none',
  logLevel: 'warning',
  // Some dependencies are CommonJS and ask for these.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
})
// Read at run time, from beside the chunks.
await cp('packages/drydock/src/apiserver/openapi/kubernetes.json.br', `${made}/openapi/kubernetes.json.br`)
await cp('packages/drydock/src/apiserver/protobuf/messages.json.br', `${made}/protobuf/messages.json.br`)
await rm('dist', { recursive: true, force: true })
await rename(made, 'dist')
