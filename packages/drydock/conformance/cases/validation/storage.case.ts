/** What claims, volumes and storage classes are refused for. */
import { expect, onTestFinished, test } from 'vitest'
import { api, namespace, settled, unique, yaml } from '../../cluster.ts'
import { refusal } from '../../shown.ts'
import { changing, creating } from './refused.ts'

const ns = await namespace()
const claims = `/api/v1/namespaces/${ns}/persistentvolumeclaims`
const volumes = '/api/v1/persistentvolumes'
const classes = '/apis/storage.k8s.io/v1/storageclasses'
const claim =
  '{spec: {storageClassName: none, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}'
const volume = 'capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /x}'

test('a claim says modes and size', async () => {
  expect(await creating(claims, '{}')).toMatchInlineSnapshot(`
    "422 Invalid PersistentVolumeClaim one
    spec.accessModes | FieldValueRequired | Required value: at least 1 access mode is required
    spec.resources[storage] | FieldValueRequired | Required value"
  `)
})
test('a mode is one of four', async () => {
  expect(await creating(claims, claim.replace('ReadWriteOnce', 'Other'))).toMatchInlineSnapshot(`
    "422 Invalid PersistentVolumeClaim one
    spec.accessModes | FieldValueNotSupported | Unsupported value: "Other": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod""
  `)
})
test('one pod alone is a mode of its own', async () => {
  expect(
    await creating(claims, claim.replace('ReadWriteOnce', 'ReadWriteOncePod, ReadWriteOnce')),
  ).toMatchInlineSnapshot(`
    "422 Invalid PersistentVolumeClaim one
    spec.accessModes | FieldValueForbidden | Forbidden: may not use ReadWriteOncePod with other access modes"
  `)
})
test('a size is more than nothing', async () => {
  expect(await creating(claims, claim.replace('1Gi', '"0"'))).toMatchInlineSnapshot(`
    "422 Invalid PersistentVolumeClaim one
    spec.resources[storage] | FieldValueInvalid | Invalid value: "0": must be greater than zero"
  `)
  expect(await creating(claims, claim.replace('1Gi', '"-1"'))).toMatchInlineSnapshot(`
    "422 Invalid PersistentVolumeClaim one
    spec.resources[storage] | FieldValueInvalid | Invalid value: "-1": must be greater than zero"
  `)
})
test('a mode of a volume is one of two', async () => {
  expect(
    await creating(
      claims,
      claim
        .replace('{storage', '{volumeMode: X, storage')
        .replace('{volumeMode: X, storageClassName', '{volumeMode: X, storageClassName'),
    ),
  ).toMatchInlineSnapshot(`
    "422 Invalid PersistentVolumeClaim one
    spec.volumeMode | FieldValueNotSupported | Unsupported value: "X": supported values: "Block", "Filesystem""
  `)
})
test('a class is a DNS name', async () => {
  expect(await creating(claims, claim.replace('none', 'A_'))).toMatchInlineSnapshot(`
    "422 Invalid PersistentVolumeClaim one
    spec.storageClassName | FieldValueInvalid | Invalid value: "A_": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
  `)
})
test('a selector of a claim', async () => {
  expect(
    await creating(
      claims,
      claim.replace(
        '{storageClassName',
        '{selector: {matchExpressions: [{key: a, operator: X}]}, storageClassName',
      ),
    ),
  ).toMatchInlineSnapshot(`
    "422 Invalid PersistentVolumeClaim one
    spec.selector.matchExpressions[0].operator | FieldValueInvalid | Invalid value: "X": not a valid selector operator"
  `)
})
test('modes of a claim stay', async () => {
  expect(
    (await changing(claims, claim, '{spec: {accessModes: [ReadWriteMany]}}')).split('\n')[1]?.slice(0, 200),
  ).toMatchInlineSnapshot(
    `"spec | FieldValueForbidden | Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"`,
  )
})
test('a class of a claim stays', async () => {
  expect(
    (await changing(claims, claim, '{spec: {storageClassName: other}}')).split('\n')[1]?.slice(0, 200),
  ).toMatchInlineSnapshot(
    `"spec | FieldValueForbidden | Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"`,
  )
})
test('a claim without a volume does not grow', async () => {
  expect(
    (await changing(claims, claim, '{spec: {resources: {requests: {storage: 2Gi}}}}'))
      .split('\n')
      .slice(0, 2)
      .join('\n')
      .slice(0, 250),
  ).toMatchInlineSnapshot(`
    "422 Invalid PersistentVolumeClaim one
    spec | FieldValueForbidden | Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"
  `)
})

/** A claim of a class and the volume that it is bound to. */
async function boundClaim(className: string): Promise<string> {
  const name = unique('one')
  await api.post(volumes, {
    metadata: { name },
    spec: { ...yaml(`{${volume}}`), storageClassName: className },
  })
  onTestFinished(async () => void (await api.delete(`${volumes}/${name}`)))
  await settled(`${volumes}/${name}`, ({ status }) => status.phase === 'Available')
  const manifest = yaml(claim.replace('none', className))
  await api.post(claims, { spec: { ...manifest.spec, volumeName: name }, metadata: { name } })
  await settled(`${claims}/${name}`, ({ status }) => status.phase === 'Bound')
  return `${claims}/${name}`
}
const grow = async (path: string, size: string) =>
  refusal(await api.patch(path, 'merge', { spec: { resources: { requests: { storage: size } } } }))

test('a class that does not let claims grow', async () => {
  const name = unique('class')
  await api.post(classes, { metadata: { name }, provisioner: 'a/b' })
  onTestFinished(async () => void (await api.delete(`${classes}/${name}`)))
  expect(await grow(await boundClaim(name), '2Gi')).toMatchInlineSnapshot(`
    "403 Forbidden persistentvolumeclaims one
    persistentvolumeclaims "one" is forbidden: only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize"
  `)
})
test('no class at all', async () => {
  expect(await grow(await boundClaim(unique('class')), '2Gi')).toMatchInlineSnapshot(`
    "403 Forbidden persistentvolumeclaims one
    persistentvolumeclaims "one" is forbidden: only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize"
  `)
})
test('a class that lets claims grow; shrinking is refused', async () => {
  const name = unique('class')
  await api.post(classes, { metadata: { name }, provisioner: 'a/b', allowVolumeExpansion: true })
  onTestFinished(async () => void (await api.delete(`${classes}/${name}`)))
  const path = await boundClaim(name)
  expect(await grow(path, '2Gi')).toBe('200')
  expect(await grow(path, '512Mi')).toMatchInlineSnapshot(`
    "422 Invalid PersistentVolumeClaim one
    spec.resources.requests.storage | FieldValueForbidden | Forbidden: field can not be less than status.capacity"
  `)
})
test('a claim that was asked to grow may ask for less again', async () => {
  const name = unique('class')
  await api.post(classes, { metadata: { name }, provisioner: 'a/b', allowVolumeExpansion: true })
  onTestFinished(async () => void (await api.delete(`${classes}/${name}`)))
  const path = await boundClaim(name)
  expect(await grow(path, '3Gi')).toBe('200')
  expect(await grow(path, '2Gi')).toBe('200')
})

test('a volume has a capacity, modes and a source', async () => {
  expect(await creating(volumes, '{spec: {}}')).toMatchInlineSnapshot(`
    "422 Invalid PersistentVolume one
    spec.accessModes | FieldValueRequired | Required value
    spec.capacity | FieldValueRequired | Required value
    spec.capacity | FieldValueNotSupported | Unsupported value: null: supported values: "storage"
    spec | FieldValueRequired | Required value: must specify a volume type"
  `)
})
test('a volume has one source', async () => {
  expect(await creating(volumes, `{spec: {${volume}, nfs: {server: a, path: /b}}}`)).toMatchInlineSnapshot(`
    "422 Invalid PersistentVolume one
    spec.nfs | FieldValueForbidden | Forbidden: may not specify more than 1 volume type"
  `)
})
test('a capacity is more than nothing', async () => {
  expect(await creating(volumes, `{spec: {${volume.replace('1Gi', '"0"')}}}`)).toMatchInlineSnapshot(`
    "422 Invalid PersistentVolume one
    spec.capacity[storage] | FieldValueInvalid | Invalid value: "0": must be greater than zero"
  `)
})
test('a reclaim policy is one of three', async () => {
  expect(
    await creating(volumes, `{spec: {${volume}, persistentVolumeReclaimPolicy: Other}}`),
  ).toMatchInlineSnapshot(`
    "422 Invalid PersistentVolume one
    spec.persistentVolumeReclaimPolicy | FieldValueNotSupported | Unsupported value: "Other": supported values: "Delete", "Recycle", "Retain""
  `)
})
test('a root is not recycled', async () => {
  expect(
    await creating(volumes, `{spec: {${volume.replace('/x', '/')}, persistentVolumeReclaimPolicy: Recycle}}`),
  ).toMatchInlineSnapshot(`
    "422 Invalid PersistentVolume one
    spec.persistentVolumeReclaimPolicy | FieldValueForbidden | Forbidden: may not be 'recycle' for a hostPath mount of '/'"
  `)
})
test('a path of a host goes not up', async () => {
  expect(await creating(volumes, `{spec: {${volume.replace('/x', '/x/../y')}}}`)).toMatchInlineSnapshot(`
    "422 Invalid PersistentVolume one
    spec.hostPath.path | FieldValueInvalid | Invalid value: "/x/../y": must not contain '..'"
  `)
})
test('a local volume says its node', async () => {
  expect(
    await creating(
      volumes,
      '{spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], local: {path: /x}}}',
    ),
  ).toMatchInlineSnapshot(`
    "422 Invalid PersistentVolume one
    spec.nodeAffinity | FieldValueRequired | Required value: Local volume requires node affinity"
  `)
})
test('a source of a volume stays', async () => {
  expect(
    (await changing(volumes, `{spec: {${volume}}}`, '{spec: {hostPath: {path: /y}}}'))
      .split('\n')[1]
      ?.slice(0, 150),
  ).toMatchInlineSnapshot(
    `"spec.persistentvolumesource | FieldValueForbidden | Forbidden: spec.persistentvolumesource is immutable after creation"`,
  )
})
test('a reclaim policy may change', async () => {
  expect(
    await changing(volumes, `{spec: {${volume}}}`, '{spec: {persistentVolumeReclaimPolicy: Delete}}'),
  ).toBe('200')
})

test('a class has a provisioner', async () => {
  expect(await creating(classes, '{}')).toMatchInlineSnapshot(`
    "422 Invalid StorageClass.storage.k8s.io one
    provisioner | FieldValueRequired | Required value"
  `)
  expect(await creating(classes, '{provisioner: "a b"}')).toMatchInlineSnapshot(`
    "422 Invalid StorageClass.storage.k8s.io one
    provisioner | FieldValueInvalid | Invalid value: "a b": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
  `)
})
test('a class says what happens to volumes and when they are bound', async () => {
  expect(
    await creating(classes, '{provisioner: a/b, reclaimPolicy: X, volumeBindingMode: Y}'),
  ).toMatchInlineSnapshot(`
    "422 Invalid StorageClass.storage.k8s.io one
    reclaimPolicy | FieldValueNotSupported | Unsupported value: "X": supported values: "Delete", "Retain"
    volumeBindingMode | FieldValueNotSupported | Unsupported value: "Y": supported values: "Immediate", "WaitForFirstConsumer""
  `)
})
test.each([
  ['provisioner: c/d'],
  ['parameters: {a: b}'],
  ['reclaimPolicy: Retain'],
  ['volumeBindingMode: WaitForFirstConsumer'],
])('a class stays: %s', async (field) => {
  expect(await changing(classes, '{provisioner: a/b}', `{${field}}`)).toMatchSnapshot()
})
test('a class may let volumes grow later', async () => {
  expect(await changing(classes, '{provisioner: a/b}', '{allowVolumeExpansion: true}')).toBe('200')
})
