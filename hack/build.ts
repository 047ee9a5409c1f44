/**
 * Bundles the programs into dist/, each one file: they start fast and need no node_modules. They are made beside it and take its
 * place when all is well, so that a build that fails leaves the last one.
 * Usage: node hack/build.ts [--into FOLDER PROGRAM]      --into: one program and the chunks it loads, for an image
 */
import { rmSync } from 'node:fs'
import { cp, rename, rm, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { type BuildOptions, build, type Plugin } from 'esbuild'
import { productVersion, renderInstall } from './render-config.ts'

const programs = {
  orlop: 'packages/cli/src/main.ts',
  drydock: 'packages/drydock/src/daemon.ts',
  operator: 'packages/operator/src/main.ts',
}

/**
 * An import of these as modules reads all that they export, and so loads what stands behind it: all of undici for node:http, a
 * fifth of the time that the API server takes to start. Taken as objects they load what is used.
 */
const lazyBuiltins: Plugin = {
  name: 'lazy-builtins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(node:)?(https?|crypto)$/ }, ({ path }) => ({
      path: path.replace(/^(node:)?/, 'node:'),
      namespace: 'lazy-builtin',
    }))
    onLoad({ filter: /.*/, namespace: 'lazy-builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('${path}')`,
      loader: 'js',
    }))
  },
}

const shared: BuildOptions = {
  outExtension: { '.js': '.mjs' },
  bundle: true,
  plugins: [lazyBuiltins],
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  format: 'esm',
  platform: 'node',
  target: 'node24',
  minifySyntax: true,
  legalComments: 'none',
  logLevel: 'warning',
  // Some dependencies are CommonJS and ask for these.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
}

const { values, positionals } = parseArgs({ options: { into: { type: 'string' } }, allowPositionals: true })
if (values.into !== undefined) {
  const entries = Object.entries(programs).filter(([name]) => positionals.includes(name))
  if (entries.length !== 1 || positionals.length !== 1)
    throw new Error(`one of ${Object.keys(programs).join(', ')}`)
  await build({ ...shared, entryPoints: Object.fromEntries(entries), outdir: values.into })
  process.exit()
}

const made = `dist.${process.pid}`
process.on('exit', () => rmSync(made, { recursive: true, force: true }))
await build({ ...shared, entryPoints: programs, outdir: made, sourcemap: 'linked' })
// Read at run time, from beside the chunks.
await cp('packages/drydock/src/apiserver/openapi/kubernetes.json.br', `${made}/openapi/kubernetes.json.br`)
await cp('packages/drydock/src/apiserver/protobuf/messages.json.br', `${made}/protobuf/messages.json.br`)
await writeFile(`${made}/orlop.yaml`, await renderInstall({ version: await productVersion() }))
await rm('dist', { recursive: true, force: true })
await rename(made, 'dist')
