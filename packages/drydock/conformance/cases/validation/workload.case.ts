/** What Deployments, StatefulSets, ReplicaSets, DaemonSets and Jobs are refused for. */
import { describe, expect, test } from 'vitest'
import { namespace } from '../../cluster.ts'
import { byName } from '../../shown.ts'
import { changing, creating } from './refused.ts'

const ns = await namespace()
const apps = `/apis/apps/v1/namespaces/${ns}`
const jobs = `/apis/batch/v1/namespaces/${ns}/jobs`
const template = 'template: {metadata: {labels: {app: a}}, spec: {containers: [{name: a, image: b}]}}'
const usual = `replicas: 0, selector: {matchLabels: {app: a}}, ${template}`

describe.each([['deployments'], ['statefulsets'], ['replicasets'], ['daemonsets']])('%s', (plural) => {
  const path = `${apps}/${plural}`
  const kind =
    {
      deployments: 'Deployment',
      statefulsets: 'StatefulSet',
      replicasets: 'ReplicaSet',
      daemonsets: 'DaemonSet',
    }[plural] ?? ''
  const said = (text: string) => text.replaceAll(kind, 'KIND').replaceAll(kind.toLowerCase(), 'KIND')

  test('without a spec', async () => {
    expect(said(await creating(path, '{}'))).toMatchSnapshot()
  })
  test('without a selector', async () => {
    expect(said(await creating(path, `{spec: {${template}}}`))).toMatchSnapshot()
  })
  test('with an empty selector', async () => {
    expect(said(await creating(path, `{spec: {selector: {}, ${template}}}`))).toMatchSnapshot()
  })
  test('with a selector that does not match the template', async () => {
    expect(
      said(await creating(path, `{spec: {selector: {matchLabels: {app: b}}, ${template}}}`)),
    ).toMatchSnapshot()
  })
  test('with a bad selector', async () => {
    expect(
      said(
        await creating(
          path,
          `{spec: {selector: {matchLabels: {app: "-"}, matchExpressions: [{key: a, operator: In}, {key: b, operator: Other}, {key: c, operator: Exists, values: [x]}]}, ${template}}}`,
        ),
      ),
    ).toMatchSnapshot()
  })
  test('without containers', async () => {
    expect(
      said(
        await creating(
          path,
          '{spec: {selector: {matchLabels: {app: a}}, template: {metadata: {labels: {app: a}}, spec: {containers: []}}}}',
        ),
      ),
    ).toMatchSnapshot()
  })
  test('with pods that end', async () => {
    expect(
      said(
        await creating(
          path,
          `{spec: {${usual.replace('{containers', '{restartPolicy: Never, containers')}}}`.replace(
            'replicas: 0, ',
            plural === 'daemonsets' ? '' : 'replicas: 0, ',
          ),
        ),
      ),
    ).toMatchSnapshot()
  })
  test('with pods that have a deadline', async () => {
    expect(
      said(
        await creating(
          path,
          `{spec: {${usual.replace('{containers', '{activeDeadlineSeconds: 5, containers')}}}`,
        ),
      ),
    ).toMatchSnapshot()
  })
  test('with negative numbers', async () => {
    expect(
      said(
        await creating(
          path,
          `{spec: {${usual.replace('replicas: 0', 'replicas: -1')}, minReadySeconds: -1, revisionHistoryLimit: -1}}`,
        ),
      ),
    ).toMatchSnapshot()
  })
  test('with labels of pods that are none', async () => {
    expect(
      said(
        await creating(path, `{spec: {${usual.replace('labels: {app: a}', 'labels: {app: a, "x y": z}')}}}`),
      ),
    ).toMatchSnapshot()
  })
  test('another selector later', async () => {
    expect(
      said(
        await changing(
          path,
          `{spec: {${usual}}}`,
          '{spec: {selector: {matchLabels: {app: b}}, template: {metadata: {labels: {app: b}}}}}',
        ),
      ),
    ).toMatchSnapshot()
  })
  test('a selector that no longer matches', async () => {
    expect(
      said(await changing(path, `{spec: {${usual}}}`, '{spec: {template: {metadata: {labels: {app: b}}}}}')),
    ).toMatchSnapshot()
  })
})

describe('Deployment', () => {
  const path = `${apps}/deployments`
  test('a strategy is one of two', async () => {
    expect(await creating(path, `{spec: {strategy: {type: Other}, ${usual}}}`)).toMatchInlineSnapshot(`
      "422 Invalid Deployment.apps one
      spec.strategy | FieldValueNotSupported | Unsupported value: {"Type":"Other","RollingUpdate":null}: supported values: "Recreate", "RollingUpdate""
    `)
  })
  test('Recreate has no parameters', async () => {
    expect(
      await creating(path, `{spec: {strategy: {type: Recreate, rollingUpdate: {maxSurge: 1}}, ${usual}}}`),
    ).toMatchInlineSnapshot(`
      "422 Invalid Deployment.apps one
      spec.strategy.rollingUpdate | FieldValueForbidden | Forbidden: may not be specified when strategy \`type\` is 'Recreate'"
    `)
  })
  test('surge and unavailable are not both zero', async () => {
    expect(
      await creating(path, `{spec: {strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0}}, ${usual}}}`),
    ).toMatchInlineSnapshot(`
      "422 Invalid Deployment.apps one
      spec.strategy.rollingUpdate.maxUnavailable | FieldValueInvalid | Invalid value: 0: may not be 0 when \`maxSurge\` is 0"
    `)
    expect(
      await creating(
        path,
        `{spec: {strategy: {rollingUpdate: {maxSurge: "0%", maxUnavailable: "0%"}}, ${usual}}}`,
      ),
    ).toMatchInlineSnapshot(`
      "422 Invalid Deployment.apps one
      spec.strategy.rollingUpdate.maxUnavailable | FieldValueInvalid | Invalid value: "0%": may not be 0 when \`maxSurge\` is 0"
    `)
  })
  test('surge and unavailable are amounts or percentages', async () => {
    expect(
      await creating(
        path,
        `{spec: {strategy: {rollingUpdate: {maxSurge: -1, maxUnavailable: "5"}}, ${usual}}}`,
      ),
    ).toMatchInlineSnapshot(`
      "422 Invalid Deployment.apps one
      spec.strategy.rollingUpdate.maxUnavailable | FieldValueInvalid | Invalid value: "5": a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')
      spec.strategy.rollingUpdate.maxSurge | FieldValueInvalid | Invalid value: -1: must be greater than or equal to 0"
    `)
    expect(
      await creating(path, `{spec: {strategy: {rollingUpdate: {maxUnavailable: "101%"}}, ${usual}}}`),
    ).toMatchInlineSnapshot(`
      "422 Invalid Deployment.apps one
      spec.strategy.rollingUpdate.maxUnavailable | FieldValueInvalid | Invalid value: "101%": must not be greater than 100%"
    `)
  })
  test('the deadline is longer than readiness takes', async () => {
    expect(
      await creating(path, `{spec: {minReadySeconds: 10, progressDeadlineSeconds: 10, ${usual}}}`),
    ).toMatchInlineSnapshot(`
      "422 Invalid Deployment.apps one
      spec.progressDeadlineSeconds | FieldValueInvalid | Invalid value: 10: must be greater than minReadySeconds"
    `)
    expect(await creating(path, `{spec: {progressDeadlineSeconds: -1, ${usual}}}`)).toMatchInlineSnapshot(`
      "422 Invalid Deployment.apps one
      spec.progressDeadlineSeconds | FieldValueInvalid | Invalid value: -1: must be greater than or equal to 0
      spec.progressDeadlineSeconds | FieldValueInvalid | Invalid value: -1: must be greater than minReadySeconds"
    `)
  })
})

describe('StatefulSet', () => {
  const path = `${apps}/statefulsets`
  test('a management policy is one of two', async () => {
    expect(await creating(path, `{spec: {podManagementPolicy: Other, ${usual}}}`)).toMatchInlineSnapshot(`
      "422 Invalid StatefulSet.apps one
      spec.podManagementPolicy | FieldValueInvalid | Invalid value: "Other": must be 'OrderedReady' or 'Parallel'"
    `)
  })
  test('an update strategy is one of two', async () => {
    expect(await creating(path, `{spec: {updateStrategy: {type: Other}, ${usual}}}`)).toMatchInlineSnapshot(`
      "422 Invalid StatefulSet.apps one
      spec.updateStrategy | FieldValueInvalid | Invalid value: {"Type":"Other","RollingUpdate":null}: must be 'RollingUpdate' or 'OnDelete'"
    `)
  })
  test('OnDelete has no partition', async () => {
    expect(
      await creating(
        path,
        `{spec: {updateStrategy: {type: OnDelete, rollingUpdate: {partition: 1}}, ${usual}}}`,
      ),
    ).toMatchInlineSnapshot(`
      "422 Invalid StatefulSet.apps one
      spec.updateStrategy.rollingUpdate | FieldValueInvalid | Invalid value: {"Partition":1,"MaxUnavailable":null}: only allowed for updateStrategy 'RollingUpdate'"
    `)
  })
  test('a partition is not negative', async () => {
    expect(
      await creating(path, `{spec: {updateStrategy: {rollingUpdate: {partition: -1}}, ${usual}}}`),
    ).toMatchInlineSnapshot(`
      "422 Invalid StatefulSet.apps one
      spec.updateStrategy.rollingUpdate.partition | FieldValueInvalid | Invalid value: -1: must be greater than or equal to 0"
    `)
  })
  test('claims are kept or deleted', async () => {
    expect(
      await creating(
        path,
        `{spec: {persistentVolumeClaimRetentionPolicy: {whenDeleted: Perhaps, whenScaled: Later}, ${usual}}}`,
      ),
    ).toMatchInlineSnapshot(`
      "422 Invalid StatefulSet.apps one
      spec.persistentVolumeClaimRetentionPolicy.whenDeleted | FieldValueNotSupported | Unsupported value: "Perhaps": supported values: "Retain", "Delete"
      spec.persistentVolumeClaimRetentionPolicy.whenScaled | FieldValueNotSupported | Unsupported value: "Later": supported values: "Retain", "Delete""
    `)
  })
  test('ordinals start at 0 or above', async () => {
    expect(await creating(path, `{spec: {ordinals: {start: -1}, ${usual}}}`)).toMatchInlineSnapshot(`
      "422 Invalid StatefulSet.apps one
      spec.ordinals.start | FieldValueInvalid | Invalid value: -1: must be greater than or equal to 0"
    `)
  })
  test('a template of a claim that is none', async () => {
    expect(
      await creating(path, `{spec: {volumeClaimTemplates: [{metadata: {name: data}, spec: {}}], ${usual}}}`),
    ).toMatchInlineSnapshot(`
      "422 Invalid StatefulSet.apps one
      spec.volumeClaimTemplates[0].spec.accessModes | FieldValueRequired | Required value: at least 1 access mode is required
      spec.volumeClaimTemplates[0].spec.resources[storage] | FieldValueRequired | Required value"
    `)
  })
  test('a name of pods has room for the number', async () => {
    expect(
      await creating(path, `{metadata: {name: ${'a'.repeat(64)}}, spec: {${usual}}}`),
    ).toMatchInlineSnapshot(`
      "422 Invalid StatefulSet.apps aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
      metadata.name | FieldValueInvalid | Invalid value: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa": must be no more than 63 characters"
    `)
  })
  test.each([
    ['serviceName: other'],
    ['podManagementPolicy: Parallel'],
    [
      'volumeClaimTemplates: [{metadata: {name: x}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}]',
    ],
  ])('%s is refused later', async (field) => {
    expect(await changing(path, `{spec: {serviceName: s, ${usual}}}`, `{spec: {${field}}}`)).toBe(
      "422 Invalid StatefulSet.apps one\nspec | FieldValueForbidden | Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    )
  })
  test.each([
    ['replicas: 0'],
    ['ordinals: {start: 3}'],
    ['template: {metadata: {annotations: {a: b}}}'],
    ['updateStrategy: {type: OnDelete, rollingUpdate: null}'],
    ['revisionHistoryLimit: 3'],
    ['persistentVolumeClaimRetentionPolicy: {whenDeleted: Delete}'],
    ['minReadySeconds: 3'],
  ])('%s may be said later', async (field) => {
    expect(await changing(path, `{spec: {serviceName: s, ${usual}}}`, `{spec: {${field}}}`)).toBe('200')
  })
})

describe('DaemonSet', () => {
  const path = `${apps}/daemonsets`
  test('one of surge and unavailable is not zero, and only one', async () => {
    expect(
      await creating(
        path,
        `{spec: {updateStrategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0}}, selector: {matchLabels: {app: a}}, ${template}}}`,
      ),
    ).toMatchInlineSnapshot(`
      "422 Invalid DaemonSet.apps one
      spec.updateStrategy.rollingUpdate.maxUnavailable | FieldValueRequired | Required value: cannot be 0 when maxSurge is 0"
    `)
    expect(
      await creating(
        path,
        `{spec: {updateStrategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 1}}, selector: {matchLabels: {app: a}}, ${template}}}`,
      ),
    ).toMatchInlineSnapshot(`
      "422 Invalid DaemonSet.apps one
      spec.updateStrategy.rollingUpdate.maxSurge | FieldValueInvalid | Invalid value: 1: may not be set when maxUnavailable is non-zero"
    `)
  })
  test('a strategy is one of two', async () => {
    expect(
      await creating(
        path,
        `{spec: {updateStrategy: {type: Other}, selector: {matchLabels: {app: a}}, ${template}}}`,
      ),
    ).toMatchInlineSnapshot(`
      "422 Invalid DaemonSet.apps one
      spec.updateStrategy | FieldValueNotSupported | Unsupported value: {"Type":"Other","RollingUpdate":null}: supported values: "RollingUpdate", "OnDelete""
    `)
  })
})

describe('Job', () => {
  const pods = 'template: {spec: {restartPolicy: Never, containers: [{name: a, image: b}]}}'
  test('pods end', async () => {
    expect(await creating(jobs, `{spec: {${template}}}`)).toMatchInlineSnapshot(`
      "422 Invalid Job.batch one
      spec.template.spec.restartPolicy | FieldValueRequired | Required value: valid values: "OnFailure", "Never""
    `)
  })
  test('a selector is not said', async () => {
    expect(
      byName(await creating(jobs, `{spec: {selector: {matchLabels: {a: b}}, ${pods}}}`)).replace(
        /Invalid value: \{.*\}: /s,
        'Invalid value: X: ',
      ),
    ).toMatchInlineSnapshot(`
      "422 Invalid Job.batch one
      spec.selector | FieldValueInvalid | Invalid value: X: \`selector\` does not match template \`labels\`"
    `)
  })
  test('the template stays', async () => {
    expect(
      (
        await changing(
          jobs,
          `{spec: {suspend: true, ${pods}}}`,
          '{spec: {template: {spec: {containers: [{name: a, image: c}]}}}}',
        )
      ).replace(/Invalid value: \{.*\}: /s, 'Invalid value: X: '),
    ).toMatchInlineSnapshot(`
      "422 Invalid Job.batch one
      spec.template | FieldValueInvalid | Invalid value: X: field is immutable"
    `)
  })
  test('completions stay', async () => {
    expect(
      await changing(jobs, `{spec: {suspend: true, completions: 2, ${pods}}}`, '{spec: {completions: 3}}'),
    ).toMatchInlineSnapshot(`
      "422 Invalid Job.batch one
      spec.completions | FieldValueInvalid | Invalid value: 3: field is immutable"
    `)
  })
  test('the mode of completion stays', async () => {
    expect(
      await changing(
        jobs,
        `{spec: {suspend: true, completions: 2, ${pods}}}`,
        '{spec: {completionMode: Indexed}}',
      ),
    ).toMatchInlineSnapshot(`
      "422 Invalid Job.batch one
      spec.completionMode | FieldValueInvalid | Invalid value: "Indexed": field is immutable"
    `)
  })
  test.each([
    ['parallelism: 3'],
    ['backoffLimit: 3'],
    ['activeDeadlineSeconds: 3'],
    ['ttlSecondsAfterFinished: 3'],
    ['suspend: true'],
  ])('%s may be said later', async (field) => {
    expect(await changing(jobs, `{spec: {suspend: true, ${pods}}}`, `{spec: {${field}}}`)).toBe('200')
  })
})
