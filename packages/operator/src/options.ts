/** How the operator is started: flags, each with an environment variable beside it. */
import { parseArgs } from 'node:util'

export interface OperatorOptions {
  /** Empty: in-cluster credentials. */
  readonly kubeconfig: string | undefined
  /** Look after these only; empty: all. */
  readonly namespaces: readonly string[]
  readonly leaseNamespace: string
  readonly identity: string
  /** Empty: every address of the machine, IPv4 and IPv6. */
  readonly healthHost: string
  readonly healthPort: number
  readonly logLevel: string
}

export const usage = `orlop-operator: runs Redis and Valkey on Kubernetes

  --kubeconfig FILE        how to reach the API server (KUBECONFIG); without it, the pod's own service account
  --namespaces A,B         look after these namespaces only (WATCH_NAMESPACES); without it, after all
  --lease-namespace NAME   where the lease of the leader lives (POD_NAMESPACE, orlop-system)
  --identity NAME          who holds the lease (POD_NAME, host name and process id)
  --health-address H:P     /healthz /readyz /metrics (HEALTH_ADDRESS, :8080)
  --log-level LEVEL        debug, info, warn, error (LOG_LEVEL, info)
  --version                print the version
`

export class OptionError extends Error {
  readonly code = 'BadOption'
}

const levels: readonly string[] = ['debug', 'info', 'warn', 'error']

export function parseOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  fallbackIdentity: string,
): OperatorOptions | 'help' | 'version' {
  const { values } = parse(args)
  if (values.help) return 'help'
  if (values.version) return 'version'
  const address = values['health-address'] ?? env['HEALTH_ADDRESS'] ?? ':8080'
  const match = /^(.*):(\d{1,5})$/.exec(address)
  const port = Number(match?.[2])
  if (!match || port > 65_535) {
    throw new OptionError(`--health-address is "${address}"; give host:port, such as 127.0.0.1:8080`)
  }
  const logLevel = values['log-level'] ?? env['LOG_LEVEL'] ?? 'info'
  if (!levels.includes(logLevel)) {
    throw new OptionError(`--log-level is "${logLevel}"; give one of ${levels.join(', ')}`)
  }
  return {
    kubeconfig: values.kubeconfig ?? env['KUBECONFIG'],
    namespaces: namespacesOf(values.namespaces ?? env['WATCH_NAMESPACES'] ?? ''),
    leaseNamespace: values['lease-namespace'] ?? env['POD_NAMESPACE'] ?? 'orlop-system',
    identity: values.identity ?? env['POD_NAME'] ?? fallbackIdentity,
    healthHost: match[1] ?? '',
    healthPort: port,
    logLevel,
  }
}

/** Without doubles. A name that cannot be one is refused: nothing would ever be found there. */
function namespacesOf(text: string): string[] {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  for (const name of names) {
    if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) {
      throw new OptionError(`--namespaces has "${name}", which is no name of a namespace`)
    }
  }
  return [...new Set(names)]
}

const flags = {
  kubeconfig: { type: 'string' },
  namespaces: { type: 'string' },
  'lease-namespace': { type: 'string' },
  identity: { type: 'string' },
  'health-address': { type: 'string' },
  'log-level': { type: 'string' },
  version: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: flags })
  } catch (error) {
    throw new OptionError(error instanceof Error ? error.message : String(error), { cause: error })
  }
}
