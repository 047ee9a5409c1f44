import { execFile } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parseImage, sameVersion, versionOfTag } from './image-name.ts'

const run = promisify(execFile)

/** What stands for an image: a program of this machine, and what its image would say of itself. */
export interface Program {
  /** Says what really runs, as a container's `imageID`. */
  readonly imageID: string
  readonly entrypoint: readonly string[]
  readonly command: readonly string[]
  /** The uid it runs as where the pod does not say. */
  readonly uid: number
  /** The image's USER: empty means root, a name cannot be verified to be another. For `runAsNonRoot`. */
  readonly declaredUser: string
  /** Names for the container's passwd file. */
  readonly userName: string
  readonly workingDir: string
  /** What the image's entrypoint script does to the arguments it is given. */
  adjust(argv: readonly string[]): readonly string[]
  /** A sentence, when the version that runs is not the one the tag names. */
  readonly substitution?: string
}

/** Images to programs. */
export interface Programs {
  /** Undefined when nothing on this machine stands for the image. */
  find(image: string): Promise<Program | undefined>
}

interface Known {
  readonly repositories: readonly string[]
  readonly file: string
  readonly version?: RegExp
  readonly image: Pick<
    Program,
    'entrypoint' | 'command' | 'uid' | 'declaredUser' | 'userName' | 'workingDir' | 'adjust'
  >
}

const asIs = (argv: readonly string[]): readonly string[] => argv

/** docker-entrypoint.sh of the official images puts the server before options and before a configuration file. */
const serverFirst =
  (server: string) =>
  (argv: readonly string[]): readonly string[] =>
    /^-|\.conf$/.test(argv[0] ?? '') ? [server, ...argv] : argv

function redisLike(repositories: readonly string[], server: string, userName: string): Known {
  return {
    repositories,
    file: server,
    version: /\bv=(\S+)/,
    image: {
      entrypoint: [],
      command: [server],
      uid: 999,
      declaredUser: '',
      userName,
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
      uid: 11211,
      declaredUser: 'memcache',
      userName: 'memcache',
      workingDir: '/',
      adjust: serverFirst('memcached'),
    },
  },
  {
    repositories: ['busybox', 'alpine', 'debian'],
    file: 'sh',
    image: {
      entrypoint: [],
      command: ['sh'],
      uid: 0,
      declaredUser: '',
      userName: 'root',
      workingDir: '/',
      adjust: asIs,
    },
  },
]

/** Only below /usr: nothing else of the machine is visible in a container. */
const folders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin']

/**
 * The programs of this machine by the image's name. An image never becomes another engine: `valkey/valkey` needs a valkey-server.
 * Each program is asked once for its version.
 */
export function hostPrograms(): Programs {
  const asked = new Map<string, Promise<{ path: string; version: string | undefined } | undefined>>()
  return {
    async find(image) {
      const name = parseImage(image)
      const entry = known.find((k) => name && k.repositories.includes(name.repository))
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
    const { stdout } = await run(path, ['--version'], { timeout: 5000 })
    return { path, version: entry.version.exec(stdout)?.[1] }
  }
  return undefined
}
