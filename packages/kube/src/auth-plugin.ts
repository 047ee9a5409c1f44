import type { ConnectionConfig } from './connection.ts'
import { KubeError } from './errors.ts'

/**
 * The credentials of a user whose kubeconfig names a program or a provider (cloud vendors, OIDC).
 * The one place that needs `@kubernetes/client-node`: it takes a second to load, hence only here and only then.
 */
export async function credentialsOfPlugin(
  paths: readonly string[],
  context: string,
): Promise<Partial<ConnectionConfig>> {
  const { KubeConfig } = await import('@kubernetes/client-node')
  const config = new KubeConfig()
  for (const [i, path] of paths.entries()) {
    if (i === 0) config.loadFromFile(path)
    else {
      const more = new KubeConfig()
      more.loadFromFile(path)
      config.mergeConfig(more, true)
    }
  }
  config.setCurrentContext(context)

  const options = async (): Promise<{
    headers?: unknown
    cert?: unknown
    key?: unknown
  }> => {
    const https: Parameters<typeof config.applyToHTTPSOptions>[0] = {}
    try {
      await config.applyToHTTPSOptions(https)
    } catch (cause) {
      throw new KubeError('BadConfig', `the credentials of context ${context} could not be obtained`, {
        cause,
      })
    }
    return https
  }
  const first = await options()
  return {
    ...(isPem(first.cert) ? { cert: String(first.cert) } : {}),
    ...(isPem(first.key) ? { key: String(first.key) } : {}),
    // The library keeps what the plugin gave until it expires.
    ...(bearer(first.headers) ? { token: async () => bearer((await options()).headers) ?? '' } : {}),
  }
}

function isPem(value: unknown): value is string | Buffer {
  return typeof value === 'string' || Buffer.isBuffer(value)
}

function bearer(headers: unknown): string | undefined {
  if (typeof headers !== 'object' || headers === null) return undefined
  const value: unknown = 'Authorization' in headers ? headers.Authorization : undefined
  return typeof value === 'string' && value.startsWith('Bearer ') ? value.slice('Bearer '.length) : undefined
}
