/** A real registry (Debian's docker-registry) on loopback, filled by skopeo. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { builtImage, dockerArchive, tarOf } from './image-fixture.ts'
import { eventually } from './node-fixture.ts'

const run = promisify(execFile)

export interface Registry {
  /** HOST:PORT */
  readonly address: string
  /** Pushes an image that says `words`; gives its digest there. */
  push(name: string, words: string): Promise<string>
  stop(): Promise<void>
}

/** Keeps everything in `folder`. */
export async function startRegistry(folder: string): Promise<Registry> {
  const address = `127.0.0.1:${await freePort()}`
  const config = join(folder, 'registry.yml')
  const data = join(folder, 'registry')
  await mkdir(data)
  const storage = `{filesystem: {rootdirectory: ${data}}, delete: {enabled: true}}`
  await writeFile(config, `version: 0.1\nstorage: ${storage}\nhttp: {addr: "${address}"}\n`)
  const server = spawn('docker-registry', ['serve', config], { stdio: 'ignore' })
  const ended = once(server, 'exit')
  await eventually(() => fetch(`http://${address}/v2/`).then((r) => r.ok), undefined, 60_000)
  return {
    address,
    push,
    async stop() {
      server.kill('SIGKILL')
      await ended
    },
  }

  async function push(name: string, words: string): Promise<string> {
    const busybox = await readFile(join(await builtImage('redis-8.0'), 'rootfs/bin/busybox'))
    const layer = await tarOf([
      ['bin/busybox', busybox, 0o755],
      ['words', words],
    ])
    const work = await mkdtemp(join(folder, 'push-'))
    const [file, digest] = [join(work, 'image.tar'), join(work, 'digest')]
    const config = { Entrypoint: ['/bin/busybox'], Cmd: ['cat', '/words'], User: '7:8' }
    await writeFile(file, await dockerArchive([layer], { config }))
    const copy = ['--insecure-policy', 'copy', '--quiet', '--dest-tls-verify=false', '--digestfile', digest]
    await run('skopeo', [...copy, `docker-archive:${file}`, `docker://${name}`], { timeout: 120_000 })
    return (await readFile(digest, 'utf8')).trim()
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
