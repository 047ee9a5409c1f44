import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseInfo } from './info.ts'
import { parsePairs } from './pairs.ts'
import { parseRole } from './role.ts'

/** What real servers answered, recorded by generate/record.ts: a primary, a replica of it, and a Sentinel that watches it. */
const folder = new URL('../../testdata/', import.meta.url)

interface Recorded {
  readonly of: string
  readonly command: readonly string[]
  readonly reply: unknown
}

describe.each(readdirSync(folder))('%s', (file) => {
  const recorded: readonly Recorded[] = JSON.parse(readFileSync(new URL(file, folder), 'utf8'))
  const reply = (of: string, ...command: string[]): unknown =>
    recorded.find((line) => line.of === of && line.command.join(' ') === command.join(' '))?.reply
  const info = (of: string) => parseInfo(String(reply(of, 'INFO')))
  const [engine, version] = file.replace('.json', '').split('-')

  test('names its engine and the engine’s version', () => {
    for (const of of ['primary', 'replica', 'sentinel'])
      expect(info(of).server).toMatchObject({ engine, version })
    expect(info('primary').server.runId).toMatch(/^[0-9a-f]{40}$/)
    expect([info('primary').server.mode, info('sentinel').server.mode]).toEqual(['standalone', 'sentinel'])
  })

  test('a primary tells of its replica, its memory and its keys', () => {
    const { replication, memory, persistence, clients, keyspace, keys } = info('primary')
    expect(replication).toMatchObject({
      role: 'primary',
      masterHost: undefined,
      linkUp: false,
      failoverState: 'no-failover',
    })
    expect(replication.replId).toMatch(/^[0-9a-f]{40}$/)
    expect(replication.connectedReplicas).toEqual([
      {
        ip: '127.0.0.1',
        port: expect.any(Number),
        state: 'online',
        offset: expect.any(Number),
        lag: expect.any(Number),
      },
    ])
    expect(replication.connectedReplicas[0]?.offset).toBeGreaterThan(0)
    expect(replication.connectedReplicas[0]?.offset).toBeLessThanOrEqual(replication.masterReplOffset)
    expect(memory.used).toBeGreaterThan(100_000)
    expect(memory).toMatchObject({ max: 0, policy: 'noeviction' })
    expect(persistence).toMatchObject({
      loading: false,
      aofEnabled: false,
      rdbLastSaveOk: true,
      aofLastWriteOk: true,
    })
    expect(clients.max).toBeGreaterThan(0)
    expect(keyspace).toEqual({ db0: 1 })
    expect(keys()).toBe(1)
  })

  test('a replica tells of its primary', () => {
    const { replication } = info('replica')
    expect(replication).toMatchObject({
      role: 'replica',
      masterHost: '127.0.0.1',
      linkUp: true,
      syncInProgress: false,
      readOnly: true,
      priority: 100,
    })
    expect(replication.slaveReplOffset).toBeGreaterThan(0)
    expect(replication.masterPort).toBe(Number(info('primary').fields.tcp_port))
    expect(replication.replId).toBe(info('primary').replication.replId)
  })

  test('ROLE says the same', () => {
    const primary = parseRole(reply('primary', 'ROLE'))
    const replica = parseRole(reply('replica', 'ROLE'))
    const port = Number(info('replica').fields.tcp_port)
    expect(primary).toMatchObject({
      role: 'primary',
      replicas: [{ host: '127.0.0.1', port, offset: expect.any(Number) }],
    })
    expect(replica).toMatchObject({ role: 'replica', primaryHost: '127.0.0.1', link: 'connected' })
    expect(parseRole(reply('sentinel', 'ROLE'))).toEqual({ role: 'sentinel', primaries: ['demo'] })
  })

  test('CONFIG GET is a record', () => {
    expect(Object.keys(parsePairs(reply('primary', 'CONFIG', 'GET', 'client-output-buffer-limit')))).toEqual([
      'client-output-buffer-limit',
    ])
  })
})
