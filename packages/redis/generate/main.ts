/**
 * Writes the directive tables by asking real servers: `node packages/redis/generate/main.ts FOLDER`, where FOLDER was made by
 * `packages/redis/generate/fetch-servers.sh FOLDER`. Takes about a minute.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import type { Directive } from '../src/directive/directive.ts'
import { probe } from './probe.ts'
import { type Subject, subjects } from './servers.ts'
import { renderNames, renderRows, type Table } from './table.ts'

const folder = process.argv[2]
if (folder === undefined) throw new Error('which folder are the servers in?')

const asked = new Map<string, { subject: Subject; directives: readonly Directive[] }>()
for (const subject of subjects(folder)) {
  asked.set(`${subject.engine} ${subject.version}`, { subject, directives: await probe(subject) })
  console.error(`${subject.engine} ${subject.release}`)
}

const tables: Table[] = [...asked].map(([version, { subject, directives }]) => {
  const tls = (asked.get(subject.tlsOf ?? '')?.directives ?? []).filter(({ name }) => name.startsWith('tls-'))
  const source = `server ${subject.release}${subject.tlsOf === undefined ? '' : `, tls-* of ${subject.tlsOf}`}`
  return { version, source, directives: [...directives, ...tls] }
})

// Valkey 7.2 began as Redis 7.2.4 and kept its src/config.c entry for entry; no package carries a server of it.
const fork = tables.findIndex(({ version }) => version === 'valkey 8.0')
const parent = asked.get('redis 7.2')
if (parent !== undefined) {
  tables.splice(fork, 0, {
    version: 'valkey 7.2',
    source: 'server redis 7.2.4, which it was forked from',
    directives: parent.directives,
  })
}

await mkdir(new URL('../src/generated/', import.meta.url), { recursive: true })
await writeFile(new URL('../src/generated/directives.ts', import.meta.url), renderRows(tables))
await mkdir(new URL('../../api/src/generated/', import.meta.url), { recursive: true })
await writeFile(new URL('../../api/src/generated/directive-names.ts', import.meta.url), renderNames(tables))
