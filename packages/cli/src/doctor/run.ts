/** Asks every check. One that cannot look says so, and the others go on. */
import { type ConnectionConfig, KubeError } from '@orlop/kube'
import { CliError } from '../failure.ts'
import type { Check, Result, Told } from './check.ts'
import { answersWithin, type Surroundings, type Target } from './surroundings.ts'

/** @throws CliError `NoAnswer`, `Unauthorized` before anything is asked where the cluster cannot be spoken to at all */
export async function runChecks(checks: readonly Check[], look: Surroundings): Promise<Told[]> {
  // As many as there are kinds of checks: a fixed, small number.
  return Promise.all(checks.map((check) => ask(check, look)))
}

async function ask({ name, title, run }: Check, look: Surroundings): Promise<Told> {
  try {
    return { check: name, title, ...(await run(look)) }
  } catch (error) {
    if (look.signal.aborted || !(error instanceof KubeError)) throw error
    const why = error.code === 'Forbidden' ? forbidden(error.message) : `${error.message} (${error.code})`
    return { check: name, title, result: 'unknown', seen: why }
  }
}

/** `nodes is forbidden: User "jane" cannot list resource "nodes" in API group "" at the cluster scope` in fewer words. */
function forbidden(message: string): string {
  const [, verb, what] = /cannot (\w+) resource "([^"]+)"/.exec(message) ?? []
  const place = /in the namespace "([^"]+)"/.exec(message)?.[1]
  if (verb === undefined) return `you may not look: ${message}`
  return `you may not ${verb} ${what}${place === undefined ? '' : ` in ${place}`}`
}

/** @throws CliError that says what a person can do, where the API server cannot be spoken to */
export async function assertAnswers({
  client,
  connection,
  signal,
}: Pick<Target, 'client' | 'connection' | 'signal'>): Promise<void> {
  try {
    await client.request('GET', '/version', { signal, timeout: answersWithin })
  } catch (error) {
    if (signal.aborted || !(error instanceof KubeError)) throw error
    if (error.code === 'Unauthorized') {
      throw new CliError(
        'NotLoggedIn',
        `${addressOf(connection)} does not know who you are: ${error.message}`,
        {
          cause: error,
          remedy: 'log in again, or name another user of your kubeconfig: --context NAME',
        },
      )
    }
    // Whoever may not read the version is somebody to the server: the checks tell the rest.
    if (error.code === 'Forbidden') return
    throw new CliError('NoAnswer', `no answer from ${addressOf(connection)}: ${error.message}`, {
      cause: error,
      remedy:
        'is it the cluster you mean? kubectl config get-contexts, then --context NAME or --kubeconfig FILE',
    })
  }
}

export function addressOf({ server, socketPath }: ConnectionConfig): string {
  return socketPath ?? server
}

export function countsOf(told: readonly Told[]): Record<Result, number> {
  const counts = { ok: 0, warn: 0, fail: 0, unknown: 0 }
  for (const { result } of told) counts[result]++
  return counts
}
