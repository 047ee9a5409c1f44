/** Which cluster a command speaks to: the local one where it runs, otherwise what kubectl would use. */
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { runningDrydock, stateFolder } from '@orlop/drydock'
import { type Client, type ConnectionConfig, createClient, loadConnection } from '@orlop/kube'
import type { Context } from '../context.ts'
import { CliError } from '../failure.ts'

export interface ClusterOptions {
  readonly kubeconfig?: string
  readonly context?: string
}

export interface Cluster {
  readonly client: Client
  readonly connection: ConnectionConfig
  /** Set for the local Kubernetes: its state folder. */
  readonly local: string | undefined
  readonly namespace: string
}

/** Opens the cluster for the length of `use`. */
export async function withCluster<T>(
  context: Context,
  options: ClusterOptions,
  use: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const found = await find(context, options)
  const connection = await loadConnection({
    kubeconfig: found.kubeconfig,
    ...(options.context === undefined ? {} : { context: options.context }),
    env: context.env,
  })
  const client = createClient(connection, { userAgent: 'orlop' })
  try {
    return await use({ client, connection, local: found.local, namespace: connection.namespace ?? 'default' })
  } finally {
    await client.close()
  }
}

async function find(
  context: Context,
  options: ClusterOptions,
): Promise<{ kubeconfig: string; local: string | undefined }> {
  if (options.kubeconfig !== undefined) return { kubeconfig: options.kubeconfig, local: undefined }
  const folder = stateFolder(context.env)
  // A context is one of the user's own clusters: the local one has but one, and no name that anybody would type.
  if (options.context === undefined && (await runningDrydock(folder)))
    return { kubeconfig: join(folder, 'kubeconfig'), local: folder }
  const own = context.env['KUBECONFIG'] ?? join(homedir(), '.kube', 'config')
  if (options.context !== undefined || own.split(':').some((file) => existsSync(file)))
    return { kubeconfig: own, local: undefined }
  throw notRunning()
}

export function notRunning(): CliError {
  return new CliError('NotRunning', 'the local Kubernetes is not running', {
    remedy: 'start it: orlop up -f examples/quickstart.yaml   (or name a cluster: --kubeconfig FILE)',
  })
}
