import { badImage } from './image-error.ts'

/** How an image wants to be run. Source: opencontainers/image-spec, config.md. */
export interface ImageConfig {
  readonly entrypoint: readonly string[]
  readonly cmd: readonly string[]
  /** Lines NAME=VALUE. */
  readonly env: readonly string[]
  readonly workingDir: string
  /** "", "1000", "redis", "1000:1000", "redis:redis". */
  readonly user: string
  /** "6379/tcp". */
  readonly exposedPorts: readonly string[]
  /** Folders that a container can write in, whatever its root is. */
  readonly volumes: readonly string[]
}

export const emptyConfig: ImageConfig = {
  entrypoint: [],
  cmd: [],
  env: [],
  workingDir: '',
  user: '',
  exposedPorts: [],
  volumes: [],
}

/** What the configuration of an image says that matters here. */
export interface ParsedConfig {
  readonly config: ImageConfig
  readonly os: string
  readonly architecture: string
  /** RFC 3339, or empty. */
  readonly created: string
  /** Digests of the layers as they are without compression. */
  readonly diffIds: readonly string[]
}

/** @throws ImageError `BadImage`. */
export function parseConfig(text: string): ParsedConfig {
  const whole = record(parseJson(text, 'the configuration of the image'))
  const config = record(whole['config'])
  return {
    config: {
      entrypoint: strings(config['Entrypoint']),
      cmd: strings(config['Cmd']),
      env: strings(config['Env']),
      workingDir: string(config['WorkingDir']),
      user: string(config['User']),
      exposedPorts: Object.keys(record(config['ExposedPorts'])),
      volumes: Object.keys(record(config['Volumes'])),
    },
    os: string(whole['os']),
    architecture: string(whole['architecture']),
    created: string(whole['created']),
    diffIds: strings(record(whole['rootfs'])['diff_ids']),
  }
}

/** @throws ImageError `BadImage` that names `what`. */
export function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw badImage(`${what} is no JSON`, cause)
  }
}

export function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}

export function records(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.map(record) : []
}

export function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((v) => typeof v === 'string') : []
}

export function string(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
