import { Environment } from '@marcbachmann/cel-js'
import { registerLists } from './list-library.ts'
import { registerNetwork } from './network-library.ts'
import { registerQuantities } from './quantity-library.ts'
import { registerStrings } from './string-library.ts'

let environment: Environment | undefined

/**
 * CEL as rules of CustomResourceDefinitions may use it: `self`, `oldSelf` and the libraries of Kubernetes. Made once, at
 * the first rule: it takes milliseconds, and most test servers never see one.
 */
export function ruleEnvironment(): Environment {
  environment ??= make()
  return environment
}

function make(): Environment {
  const env = new Environment({
    enableOptionalTypes: true,
    homogeneousAggregateLiterals: false,
    // The real server limits what a rule costs instead; lists of hundreds of names are legal there.
    limits: { maxAstNodes: 1_000_000, maxListElements: 100_000, maxMapEntries: 100_000 },
  })
  env.registerVariable('self', 'dyn')
  env.registerVariable('oldSelf', 'dyn')
  registerLists(env)
  registerStrings(env)
  registerQuantities(env)
  registerNetwork(env)
  return env
}
