/** Speaks to the cluster as its administrator, from within its network. */
import { join } from 'node:path'
import { controlPlaneOf } from './addresses.ts'
import { command, inNetns, plainEnvironment } from './command.ts'
import { programsOf } from './machine.ts'
import type { Place } from './place.ts'

/** Milliseconds for one call that waits for nothing. */
const answersWithin = 30_000

/** @throws {ClusterError} `CommandFailed` */
export function kubectl(
  place: Place,
  args: readonly string[],
  deadline: number = answersWithin,
): Promise<string> {
  const env = { ...plainEnvironment, KUBECONFIG: place.kubeconfig }
  const words = inNetns(controlPlaneOf(place).netns, join(programsOf(place), 'kubectl'), ...args)
  return command('nsenter', words, { env, deadline })
}

/** Applies a file, also over what somebody else has set. */
export async function apply(place: Place, file: string): Promise<void> {
  await kubectl(place, ['apply', '--server-side', '--force-conflicts', '--filename', file])
}
