import { enter, runningDrydock, stateFolder } from '@orlop/drydock'
import type { Context } from '../context.ts'
import { notRunning } from './cluster.ts'

/** What to put before a program to run it inside the local cluster. */
export async function insideArguments(context: Context): Promise<string[]> {
  const folder = stateFolder(context.env)
  if (!(await runningDrydock(folder))) throw notRunning()
  return [...(await enter(folder))]
}
