/**
 * Records what real servers answer, for the tests of the views: `node packages/redis/generate/record.ts FOLDER`, FOLDER as for
 * main.ts. Writes `testdata/ENGINE-RELEASE.json`, a line for each server and command.
 */
import { writeFile } from 'node:fs/promises'
import { withConnection } from '../src/connect/connection.ts'
import type { Target } from '../src/connect/target.ts'
import { eventually } from '../testing/eventually.ts'
import { startServer, type TestServer } from '../testing/server.ts'
import { type Subject, subjects } from './servers.ts'

const folder = process.argv[2]
if (folder === undefined) throw new Error('which folder are the servers in?')

for (const subject of subjects(folder)) {
  const started: TestServer[] = []
  const start = async (config: string[], more: string[] = []): Promise<Target> => {
    const server = await startServer({ command: subject.command, config, more })
    started.push(server)
    return server.target
  }
  try {
    const primary = await start(['repl-diskless-sync-delay 0'])
    const replica = await start([`slaveof 127.0.0.1 ${primary.port}`])
    const sentinel = await start([`sentinel monitor demo 127.0.0.1 ${primary.port} 1`], ['--sentinel'])
    await withConnection(primary, {}, (redis) => redis.command(['SET', 'key', 'value']))
    await eventually(async () => {
      const { replication } = await withConnection(primary, {}, (redis) => redis.info())
      return (
        replication.connectedReplicas[0]?.state === 'online' && replication.connectedReplicas[0].offset > 0
      )
    })
    const lines = await Promise.all([
      answers('primary', primary, [['INFO'], ['ROLE'], ['CONFIG', 'GET', 'client-output-buffer-limit']]),
      answers('replica', replica, [['INFO'], ['ROLE']]),
      answers('sentinel', sentinel, [['INFO'], ['ROLE']]),
    ])
    await writeFile(
      new URL(`../testdata/${fileOf(subject)}`, import.meta.url),
      `[\n${lines.flat().join(',\n')}\n]\n`,
    )
  } finally {
    for (const server of started) await server.stop()
  }
  console.error(fileOf(subject))
}

async function answers(of: string, target: Target, commands: readonly string[][]): Promise<string[]> {
  return await withConnection(target, {}, async (redis) => {
    const lines: string[] = []
    for (const command of commands) {
      lines.push(JSON.stringify({ of, command, reply: withoutPaths(await redis.command(command)) }))
    }
    return lines
  })
}

function withoutPaths(reply: unknown): unknown {
  return typeof reply === 'string' ? reply.replace(/^(executable|config_file):.*$/gm, '$1:/somewhere') : reply
}

function fileOf({ engine, release }: Subject): string {
  return `${engine}-${release}.json`
}
