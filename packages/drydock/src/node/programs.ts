import { execFile } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parseReference } from '../images/reference.ts'
import { sameVersion, versionOfTag } from './image-version.ts'
import type { Program, Programs } from './program.ts'
import { unprotected } from './unprotected.ts'

const run = promisify(execFile)

interface Known {
  readonly repositories: readonly string[]
  readonly file: string
  readonly version?: RegExp
  /** What stands before the program, by the name that containers call it; given where the program really is. */
  readonly wrapped?: (path: string) => string
  readonly image: Omit<Program, 'imageID' | 'substitution'>
}

const asIs = (argv: readonly string[]): readonly string[] => argv

/** docker-entrypoint.sh of the official images puts the server before options and before a configuration file. */
const serverFirst =
  (server: string) =>
  (argv: readonly string[]): readonly string[] =>
    /^-|\.conf$/.test(argv[0] ?? '') ? [server, ...argv] : argv

/** The image's own user, or the one the pod asks for. */
const userNamed =
  (own: number, name: string): Program['user'] =>
  (asked = own) => ({
    uid: asked,
    // A uid that an image does not know is in the group root.
    gid: asked === own ? own : 0,
    name: asked === 0 ? 'root' : asked === own ? name : 'app',
    home: asked === 0 ? '/root' : '/',
  })

function redisLike(repositories: readonly string[], server: string, userName: string): Known {
  return {
    repositories,
    file: server,
    version: /\bv=(\S+)/,
    wrapped: unprotected,
    image: {
      entrypoint: [],
      command: [server],
      env: {},
      declaredUser: '',
      user: userNamed(999, userName),
      workingDir: '/data',
      adjust: serverFirst(server),
    },
  }
}

const known: readonly Known[] = [
  redisLike(['redis'], 'redis-server', 'redis'),
  redisLike(['valkey/valkey'], 'valkey-server', 'valkey'),
  {
    repositories: ['memcached'],
    file: 'memcached',
    version: /^memcached (\S+)/,
    image: {
      entrypoint: [],
      command: ['memcached'],
      env: {},
      declaredUser: 'memcache',
      user: userNamed(11211, 'memcache'),
      workingDir: '/',
      adjust: serverFirst('memcached'),
    },
  },
  {
    repositories: ['oliver006/redis_exporter'],
    file: 'prometheus-redis-exporter',
    image: {
      entrypoint: ['prometheus-redis-exporter'],
      command: [],
      env: {},
      declaredUser: '59000:59000',
      user: userNamed(59_000, 'app'),
      workingDir: '/',
      adjust: asIs,
    },
  },
  {
    repositories: ['busybox', 'alpine', 'debian'],
    file: 'sh',
    image: {
      entrypoint: [],
      command: ['sh'],
      env: {},
      declaredUser: '',
      user: userNamed(0, 'root'),
      workingDir: '/',
      adjust: asIs,
    },
  },
]

/** Only below /usr: nothing else of the machine is visible in a container. */
const folders = ['/usr/local/bin', '/usr/sbin', '/usr/bin']

/**
 * The programs of this machine by the image's name. An image never becomes another engine: `valkey/valkey` needs a valkey-server.
 * Each program is asked once for its version.
 */
export function hostPrograms(): Programs {
  const asked = new Map<string, Promise<{ path: string; version: string | undefined } | undefined>>()
  return {
    async find(image) {
      const name = parseReference(image)
      const repository = name?.repository.replace(/^library\//, '')
      const entry = known.find((k) => repository && k.repositories.includes(repository))
      if (!name || !entry) return undefined
      let answer = asked.get(entry.file)
      if (!answer) {
        answer = locate(entry)
        asked.set(entry.file, answer)
      }
      const found = await answer
      if (!found) return undefined
      const promised = versionOfTag(name.tag)
      const differs =
        promised !== undefined && found.version !== undefined && !sameVersion(promised, found.version)
      return {
        ...entry.image,
        ...(entry.wrapped && { wrappers: { [entry.file]: entry.wrapped(found.path) } }),
        imageID: `host://${found.path}${found.version ? `@${found.version}` : ''}`,
        ...(differs && {
          substitution: `image "${image}" names version ${promised}; ${entry.file} ${found.version} of this machine runs instead`,
        }),
      }
    },
  }
}

async function locate(entry: Known): Promise<{ path: string; version: string | undefined } | undefined> {
  for (const folder of folders) {
    const path = join(folder, entry.file)
    try {
      await access(path, constants.X_OK)
    } catch {
      continue
    }
    if (!entry.version) return { path, version: undefined }
    const { stdout } = await run(path, ['--version'], { timeout: 60_000 })
    return { path, version: entry.version.exec(stdout)?.[1] }
  }
  return undefined
}
