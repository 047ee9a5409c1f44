/** Carries out one action. Every executor has a deadline and can be repeated after a crash at any point. */
import type { Action, ActionKind } from '../action.ts'
import type { Pass } from './acting.ts'
import { apply, recordPrimary } from './apply.ts'
import { growVolume } from './grow-volume.ts'
import { label } from './label.ts'
import { promote } from './promote.ts'
import { reconnect } from './reconnect.ts'
import { replicate } from './replicate.ts'
import { restart } from './restart.ts'
import { scaleIn } from './scale-in.ts'
import { createPassword, publishBinding } from './secrets.ts'
import { setConfig } from './set-config.ts'
import { switchover } from './switchover.ts'

export type Executor<Kind extends ActionKind> = (
  action: Extract<Action, { do: Kind }>,
  pass: Pass,
) => Promise<void>

const executors: { readonly [Kind in ActionKind]: Executor<Kind> } = {
  apply,
  createPassword,
  publishBinding,
  recordPrimary,
  promote,
  replicate,
  reconnect,
  switchover,
  setConfig,
  label,
  restart,
  growVolume,
  scaleIn,
}

export async function execute<Kind extends ActionKind>(
  action: Extract<Action, { do: Kind }>,
  pass: Pass,
): Promise<void> {
  const executor: Executor<Kind> = executors[action.do as Kind]
  await executor(action, pass)
}
