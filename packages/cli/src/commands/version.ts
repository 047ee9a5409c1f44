import { Command } from 'commander'
import manifest from '../../package.json' with { type: 'json' }
import type { Context } from '../context.ts'

export function versionCommand({ stdout }: Context): Command {
  return new Command('version').description('print the version').action(() => {
    stdout.write(`orlop ${manifest.version} (node ${process.version})\n`)
  })
}
