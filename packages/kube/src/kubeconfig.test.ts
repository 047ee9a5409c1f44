import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { loadConnection } from './kubeconfig.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubeconfig-'))
})
afterEach(() => rm(folder, { recursive: true }))

const base64 = (text: string): string => Buffer.from(text).toString('base64')

interface Parts {
  cluster?: object
  user?: object
  context?: object
}

async function write(name: string, { cluster, user, context }: Parts, more: object = {}): Promise<string> {
  const path = join(folder, name)
  const config = {
    'current-context': name,
    contexts: [{ name, context: { cluster: name, user: name, ...context } }],
    clusters: [{ name, cluster: { server: 'https://10.0.0.1:6443', ...cluster } }],
    users: [{ name, user: user ?? {} }],
    ...more,
  }
  await writeFile(path, stringify(config))
  return path
}

const env = {}

test('data in the file', async () => {
  const kubeconfig = await write('a', {
    cluster: { 'certificate-authority-data': base64('CA'), 'tls-server-name': 'kubernetes' },
    user: { 'client-certificate-data': base64('CERT'), 'client-key-data': base64('KEY'), token: 't' },
    context: { namespace: 'caches' },
  })
  expect(await loadConnection({ kubeconfig, env })).toEqual({
    server: 'https://10.0.0.1:6443',
    ca: 'CA',
    cert: 'CERT',
    key: 'KEY',
    token: 't',
    serverName: 'kubernetes',
    namespace: 'caches',
  })
})

test('files named beside it, the token read anew each time', async () => {
  await writeFile(join(folder, 'ca.pem'), 'CA')
  await writeFile(join(folder, 'token'), 'one\n')
  const kubeconfig = await write('a', {
    cluster: { 'certificate-authority': 'ca.pem' },
    user: { tokenFile: 'token' },
  })
  const { ca, token } = await loadConnection({ kubeconfig, env })
  expect(ca).toBe('CA')
  if (typeof token !== 'function') return expect.fail('the token is fixed')
  expect(await token()).toBe('one')
  await writeFile(join(folder, 'token'), 'two\n')
  expect(await token()).toBe('two')
})

test('a socket', async () => {
  const kubeconfig = await write('a', { cluster: { server: 'unix:///run/drydock/api.sock' } })
  expect(await loadConnection({ kubeconfig, env })).toEqual({
    server: 'http://localhost',
    socketPath: '/run/drydock/api.sock',
  })
})

test('name and password, and whom to act as', async () => {
  const kubeconfig = await write('a', { user: { username: 'me', password: 'pw', as: 'you' } })
  expect((await loadConnection({ kubeconfig, env })).headers).toEqual({
    authorization: `Basic ${base64('me:pw')}`,
    'impersonate-user': 'you',
  })
})

test('several files are one, and a context may be chosen', async () => {
  const a = await write('a', {})
  const b = await write('b', { cluster: { server: 'https://b', 'insecure-skip-tls-verify': true } })
  const both = { KUBECONFIG: `${a}:${b}` }
  expect(await loadConnection({ env: both })).toEqual({ server: 'https://10.0.0.1:6443' })
  expect(await loadConnection({ env: both, context: 'b' })).toEqual({
    server: 'https://b',
    insecureSkipTLSVerify: true,
  })
})

test('a program that hands out credentials is asked', async () => {
  const credential = {
    apiVersion: 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    status: { token: 'from the program' },
  }
  const kubeconfig = await write('a', {
    user: {
      exec: {
        apiVersion: 'client.authentication.k8s.io/v1',
        command: 'echo',
        args: [JSON.stringify(credential)],
        interactiveMode: 'Never',
      },
    },
  })
  const { server, token } = await loadConnection({ kubeconfig, env })
  expect(server).toBe('https://10.0.0.1:6443')
  if (typeof token !== 'function') return expect.fail('the token is fixed')
  expect(await token()).toBe('from the program')
})

describe('what cannot work is BadConfig', () => {
  test.each<[string, () => Promise<string>]>([
    ['no file', async () => join(folder, 'none')],
    ['no such user', () => write('a', { context: { user: 'b' } })],
    ['no context', () => write('a', {}, { contexts: [] })],
    ['no current context', () => write('a', {}, { 'current-context': '' })],
    ['no server', () => write('a', { cluster: { server: '' } })],
    ['a proxy', () => write('a', { cluster: { 'proxy-url': 'socks5://x' } })],
    ['a program that fails', () => write('a', { user: { exec: { command: 'false' } } })],
  ])('%s', async (_, path) => {
    await expect(loadConnection({ kubeconfig: await path(), env })).rejects.toMatchObject({
      code: 'BadConfig',
    })
  })

  test('nothing at all', async () => {
    await expect(loadConnection({ env: { HOME: folder } })).rejects.toMatchObject({ code: 'BadConfig' })
  })
})
