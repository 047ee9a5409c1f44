import type { Executor } from './act.ts'

export const setConfig: Executor<'setConfig'> = async ({ instance, directives }, pass) => {
  await pass.connect(instance, (redis) => redis.configSet(directives))
}
