/** Installs the operator as a user does, from the rendered YAML, and waits until it runs. */

import { client, kubectl, target } from './kit/cluster.ts'
import { installable, installYaml } from './targets/images.ts'

if (installable()) {
  await kubectl(['apply', '--server-side', '--filename', installYaml])
  await kubectl(
    ['--namespace', 'orlop-system', 'rollout', 'status', 'deployment/orlop-operator', '--timeout=120s'],
    { within: 130_000 },
  )
} else if (target.can.operatorImage === undefined) {
  throw new Error(`${installYaml} is missing: make build`)
}
await client.close()
