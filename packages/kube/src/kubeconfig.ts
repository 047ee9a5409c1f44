import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { ConnectionConfig } from './connection.ts'
import { KubeError } from './errors.ts'

export interface LoadOptions {
  /** Path of a kubeconfig; otherwise `KUBECONFIG`, `~/.kube/config`, and the service account of the pod, in this order. */
  kubeconfig?: string | undefined
  /** Otherwise the file's current context. */
  context?: string | undefined
  env: NodeJS.ProcessEnv
}

/**
 * Finds the API server and the credentials as kubectl does.
 * A cluster whose server is `unix:///path` is reached through that socket.
 * @throws KubeError `BadConfig` when there is no configuration, or none that can be read.
 */
export async function loadConnection(o: LoadOptions): Promise<ConnectionConfig> {
  const said = o.kubeconfig ?? o.env.KUBECONFIG
  if (said) return fromFiles(said.split(':').filter(Boolean), o)
  const home = join(o.env.HOME ?? '/', '.kube', 'config')
  if (await exists(home)) return fromFiles([home], o)
  if (o.env.KUBERNETES_SERVICE_HOST) return inCluster(o.env)
  throw new KubeError('BadConfig', `no cluster is configured: no KUBECONFIG, no ${home}, and this is no pod`)
}

const serviceAccount = '/var/run/secrets/kubernetes.io/serviceaccount'

async function inCluster(env: NodeJS.ProcessEnv): Promise<ConnectionConfig> {
  const host = env.KUBERNETES_SERVICE_HOST ?? ''
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${env.KUBERNETES_SERVICE_PORT ?? '443'}`,
    ca: await read(join(serviceAccount, 'ca.crt')),
    // The kubelet renews it about every hour.
    token: async () => (await read(join(serviceAccount, 'token'))).trim(),
    namespace: (await read(join(serviceAccount, 'namespace'))).trim(),
  }
}

/** One entry of a kubeconfig, and the folder that its relative paths start from. */
interface Entry {
  value: Record<string, unknown>
  folder: string
}

async function fromFiles(paths: readonly string[], o: LoadOptions): Promise<ConnectionConfig> {
  const { parse } = await import('./yaml.ts')
  const files: Entry[] = []
  for (const path of paths) {
    const value: unknown = parse(await read(path))
    if (!isRecord(value)) throw new KubeError('BadConfig', `${path} is no kubeconfig`)
    files.push({ value, folder: dirname(resolve(path)) })
  }
  // As kubectl merges several files: the first that names something wins.
  const find = (list: string, name: string, inner: string): Entry => {
    for (const { value, folder } of files) {
      const entries = value[list]
      const entry: unknown = Array.isArray(entries)
        ? entries.find((e: unknown) => isRecord(e) && e.name === name)
        : undefined
      if (isRecord(entry) && isRecord(entry[inner])) return { value: entry[inner], folder }
    }
    throw new KubeError('BadConfig', `${paths.join(':')} has no ${inner} named ${JSON.stringify(name)}`)
  }
  const current =
    o.context ?? files.map((f) => text(f.value, 'current-context')).find((name) => name !== undefined)
  if (!current) throw new KubeError('BadConfig', `${paths.join(':')} names no current context`)
  const context = find('contexts', current, 'context').value
  const cluster = find('clusters', text(context, 'cluster') ?? '', 'cluster')
  const userName = text(context, 'user')
  const user = userName === undefined ? undefined : find('users', userName, 'user')
  const namespace = text(context, 'namespace')
  return {
    ...(await clusterPart(cluster)),
    ...(user ? await userPart(user, paths, current) : {}),
    ...(namespace ? { namespace } : {}),
  }
}

async function clusterPart(cluster: Entry): Promise<ConnectionConfig> {
  const server = text(cluster.value, 'server') ?? ''
  if (text(cluster.value, 'proxy-url')) {
    throw new KubeError('BadConfig', 'proxy-url in a kubeconfig is not supported')
  }
  if (server.startsWith('unix://')) {
    return { server: 'http://localhost', socketPath: server.slice('unix://'.length) }
  }
  if (!/^https?:\/\//.test(server)) throw new KubeError('BadConfig', `not an address of a server: ${server}`)
  const ca = await pem(cluster, 'certificate-authority')
  const serverName = text(cluster.value, 'tls-server-name')
  return {
    server: server.replace(/\/+$/, ''),
    ...(ca ? { ca } : {}),
    ...(serverName ? { serverName } : {}),
    ...(cluster.value['insecure-skip-tls-verify'] === true ? { insecureSkipTLSVerify: true } : {}),
  }
}

async function userPart(
  user: Entry,
  paths: readonly string[],
  context: string,
): Promise<Partial<ConnectionConfig>> {
  if (user.value.exec !== undefined || user.value['auth-provider'] !== undefined) {
    const { credentialsOfPlugin } = await import('./auth-plugin.ts')
    return credentialsOfPlugin(paths, context)
  }
  const [cert, key] = [await pem(user, 'client-certificate'), await pem(user, 'client-key')]
  const tokenFile = text(user.value, 'tokenFile')
  const token = tokenFile
    ? async () => (await read(resolve(user.folder, tokenFile))).trim()
    : text(user.value, 'token')
  const headers = impersonation(user.value)
  const username = text(user.value, 'username')
  if (username !== undefined) {
    const pair = `${username}:${text(user.value, 'password') ?? ''}`
    headers.authorization = `Basic ${Buffer.from(pair).toString('base64')}`
  }
  return {
    ...(cert ? { cert } : {}),
    ...(key ? { key } : {}),
    ...(token ? { token } : {}),
    ...(Object.keys(headers).length > 0 ? { headers } : {}),
  }
}

function impersonation(user: Record<string, unknown>): Record<string, string> {
  const as = text(user, 'as')
  return as ? { 'impersonate-user': as } : {}
}

/** A PEM that stands in the file as base64 (`NAME-data`) or in a file of its own (`NAME`). */
async function pem(entry: Entry, name: string): Promise<string | undefined> {
  const data = text(entry.value, `${name}-data`)
  if (data) return Buffer.from(data, 'base64').toString('utf8')
  const path = text(entry.value, name)
  return path ? read(resolve(entry.folder, path)) : undefined
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new KubeError('BadConfig', `cannot read ${path}`, { cause })
  }
}

async function exists(path: string): Promise<boolean> {
  return readFile(path).then(
    () => true,
    () => false,
  )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function text(record: Record<string, unknown>, key: string): string | undefined {
  const value = record[key]
  return typeof value === 'string' && value !== '' ? value : undefined
}
