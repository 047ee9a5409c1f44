/** Which cluster the behaviours are tried on: E2E_TARGET, real by default. */
import { drydock, drydockStage } from './drydock.ts'
import { real, realStage } from './real.ts'
import type { Stage, Target } from './target.ts'

const targets: Readonly<Record<string, { open: () => Promise<Target>; stage: Stage }>> = {
  real: { open: real, stage: realStage },
  drydock: { open: drydock, stage: drydockStage },
}

export function chosen(env: NodeJS.ProcessEnv): { open: () => Promise<Target>; stage: Stage } {
  const name = env['E2E_TARGET'] ?? 'real'
  const found = targets[name]
  if (!found) throw new Error(`E2E_TARGET is ${name}; it can be ${Object.keys(targets).join(' or ')}`)
  return found
}
