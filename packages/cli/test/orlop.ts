/** The command line as its user has it: the built bundles, each test with a state folder of its own. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { askControl, type DrydockStatus, runningDrydock } from '@orlop/drydock'
import { type Client, createClient, loadConnection } from '@orlop/kube'

const root = new URL('../../..', import.meta.url).pathname
/** Set to try bundles that lie elsewhere. */
const bundles = process.env['ORLOP_DIST'] ?? join(root, 'dist')
export const examples: string = join(root, 'examples')

export interface Result {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Home {
  readonly folder: string
  /** Runs the command line to its end. */
  orlop(...args: string[]): Promise<Result>
  /** The same, and it must end well; gives what it printed. */
  ok(...args: string[]): Promise<string>
  /** Starts the command line; the caller waits for it. */
  start(...args: string[]): ChildProcess
  /** From now on it is called with these environment variables, too. */
  with(env: Readonly<Record<string, string>>): Home
  /** Writes a file into a folder of the test and gives its path. */
  file(name: string, text: string): Promise<string>
  /** A client of its API, as kubectl has one. */
  client(): Promise<Client>
  status(): Promise<DrydockStatus>
  /** Stops it and removes everything. */
  remove(): Promise<void>
}

export async function createHome(folder?: string): Promise<Home> {
  if (!existsSync(join(bundles, 'orlop.mjs'))) {
    execFileSync(process.execPath, ['hack/build.ts'], { cwd: root, timeout: 180_000 })
  }
  // Short: sockets lie in it.
  const own = await mkdtemp('/tmp/oc-')
  const state = folder ?? join(own, 's')
  const clients: Client[] = []
  let added: Readonly<Record<string, string>> = {}
  const start = (...args: string[]): ChildProcess => {
    const { ORLOP_COMMAND, MAKELEVEL, KUBECONFIG, ...env } = process.env
    return spawn(process.execPath, [join(bundles, 'orlop.mjs'), ...args], {
      env: { ...env, ORLOP_HOME: state, HOME: own, SHELL: 'sh', ...added },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
  }
  const home: Home = {
    folder: state,
    start,
    orlop(...args) {
      const child = start(...args)
      child.stdin?.end()
      return finished(child)
    },
    async ok(...args) {
      const { code, stdout, stderr } = await home.orlop(...args)
      if (code !== 0) throw new Error(`orlop ${args.join(' ')} ended with ${code}:\n${stdout}${stderr}`)
      return stdout
    },
    with(env) {
      added = { ...added, ...env }
      return home
    },
    async file(name, text) {
      const path = join(own, name)
      await writeFile(path, text)
      return path
    },
    async client() {
      const client = createClient(await loadConnection({ kubeconfig: join(state, 'kubeconfig'), env: {} }))
      clients.push(client)
      return client
    },
    async status() {
      const status = await runningDrydock(state)
      if (status === undefined)
        throw new Error(`it does not run: ${JSON.stringify(await askControl(state, 'status'))}`)
      return status
    },
    async remove() {
      for (const client of clients) await client.close()
      await home.orlop('down')
      await rm(own, { recursive: true, force: true })
    },
  }
  return home
}

export async function finished(child: ChildProcess): Promise<Result> {
  let stdout = ''
  let stderr = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, stdout, stderr }))
  })
}

/** Asks until it gets an answer that is not false or undefined; errors count as no answer. */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | false | undefined>,
  within = 60_000,
): Promise<T> {
  const until = Date.now() + within
  for (let seen: unknown; ; ) {
    try {
      const answer = await ask()
      if (answer !== false && answer !== undefined) return answer
      seen = answer
    } catch (error) {
      seen = error
    }
    if (Date.now() > until) throw new Error(`${what}: not within ${within} ms`, { cause: seen })
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Processes whose command line names a text: all that belongs to a state folder does, or is a child of such a one. */
export async function processesNaming(text: string): Promise<string[]> {
  const found: string[] = []
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    if (line.includes(text)) found.push(`${pid} ${line.replaceAll('\0', ' ')}`)
  }
  return found
}

/** A process and all that it started, as this process numbers them. */
export async function descendants(pid: number): Promise<number[]> {
  const all = [pid]
  for (const parent of all) {
    for (const task of await readdir(`/proc/${parent}/task`).catch(() => [])) {
      const children = await readFile(`/proc/${parent}/task/${task}/children`, 'utf8').catch(() => '')
      all.push(...children.split(' ').filter(Boolean).map(Number))
    }
  }
  return all
}

export async function commandLine(pid: number): Promise<string> {
  return (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ')
}

export async function isAlive(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  return stat !== undefined && !/\) [ZX] /.test(stat)
}

/** A cache as small as can be, that is soon ready. */
export function cacheYaml(name: string, spec = ''): string {
  return `apiVersion: orlop.dev/v1alpha1
kind: Redis
metadata: {name: ${name}}
spec:
  memory: 64Mi
${spec.replace(/^/gm, '  ')}
`
}
