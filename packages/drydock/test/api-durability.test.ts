import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { objectsAt, stringAt } from '../src/apiserver/object.ts'
import { call, startTestServer } from './api-client.ts'

const path = '/api/v1/namespaces/default/configmaps'

async function startProcess(stateDir: string, socketPath: string): Promise<ChildProcess> {
  const script = join(import.meta.dirname, 'api-server-process.ts')
  const child = spawn(process.execPath, ['--no-warnings', script, stateDir, socketPath], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data', { signal: AbortSignal.timeout(60_000) })
  return child
}

interface Acknowledged {
  names: Set<string>
  revision: number
}

/** Creates objects until the server is gone; remembers what was acknowledged. */
async function write(
  socketPath: string,
  round: number,
  writer: number,
  acknowledged: Acknowledged,
): Promise<void> {
  for (let index = 0; ; index += 1) {
    const name = `r${round}-w${writer}-${index}`
    try {
      const { code, body } = await call(socketPath, 'POST', path, {
        body: { metadata: { name }, data: { name } },
      })
      if (code !== 201) return
      acknowledged.names.add(name)
      acknowledged.revision = Math.max(
        acknowledged.revision,
        Number(stringAt(body, 'metadata', 'resourceVersion')),
      )
    } catch {
      return
    }
  }
}

test('whatever was acknowledged survives kill -9, and the revision never goes back', {
  timeout: 120_000,
}, async () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'drydock-kill-'))
  const socketPath = join(stateDir, 'api.sock')
  const acknowledged: Acknowledged = { names: new Set(), revision: 0 }
  for (let round = 0; round < 5; round += 1) {
    const child = await startProcess(stateDir, socketPath)
    const before = acknowledged.names.size
    const writers = [0, 1, 2].map((writer) => write(socketPath, round, writer, acknowledged))
    // Killed in the middle of writing, each time after another number of writes.
    while (acknowledged.names.size < before + 40 + round * 17)
      await new Promise((resolve) => setImmediate(resolve))
    child.kill('SIGKILL')
    await once(child, 'exit')
    await Promise.all(writers)
  }
  const child = await startProcess(stateDir, socketPath)
  const { body } = await call(socketPath, 'GET', path)
  const stored = new Set(objectsAt(body, 'items').map((item) => stringAt(item, 'metadata', 'name')))
  expect([...acknowledged.names].filter((name) => !stored.has(name))).toEqual([])
  expect(acknowledged.names.size).toBeGreaterThan(200)
  expect(Number(stringAt(body, 'metadata', 'resourceVersion'))).toBeGreaterThanOrEqual(acknowledged.revision)
  child.kill('SIGKILL')
  await once(child, 'exit')
  rmSync(stateDir, { recursive: true, force: true })
})

test('on a full disk writes are refused and say why, reads go on, and room makes all well again', async () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'drydock-full-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', stateDir])
  const socketPath = `${stateDir}.sock`
  const api = await startTestServer({ stateDir, socketPath })
  try {
    const data = { text: 'x'.repeat(200_000) }
    let stored = 0
    let refused = await api.call('POST', path, { body: { metadata: { name: 'n0' }, data } })
    for (; refused.code === 201 && stored < 100; stored += 1) {
      refused = await api.call('POST', path, { body: { metadata: { name: `n${stored + 1}` }, data } })
    }
    expect(refused.body).toMatchObject({ code: 507, status: 'Failure', reason: 'InsufficientStorage' })
    expect(refused.body.message).toContain('full')
    const list = await api.call('GET', path)
    expect(objectsAt(list.body, 'items')).toHaveLength(stored)
    expect((await api.call('GET', `${path}/n${stored}`)).code).toBe(404)
    execFileSync('mount', ['-o', 'remount,size=32m', stateDir])
    expect((await api.call('POST', path, { body: { metadata: { name: 'again' }, data } })).code).toBe(201)
    await api.restart()
    const after = await api.call('GET', path)
    expect(objectsAt(after.body, 'items')).toHaveLength(stored + 1)
  } finally {
    await api.server.close()
    execFileSync('umount', [stateDir])
    rmSync(stateDir, { recursive: true, force: true })
  }
})
