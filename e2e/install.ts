/** Installs the operator as a user does, from the rendered YAML, and waits until it runs. */
import { client, target } from './kit/cluster.ts'
import { installOperator } from './kit/operator.ts'

if (target.can.operatorImage === undefined) await installOperator()
await client.close()
