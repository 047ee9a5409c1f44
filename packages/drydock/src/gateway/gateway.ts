/** The only part outside the namespaces: lets this machine reach what is inside, on loopback addresses alone. */
import {
  type Client,
  EventRecorder,
  type KubeObject,
  type Log,
  type Pod,
  Reflector,
  resources,
  type Service,
  systemClock,
} from '@orlop/kube'
import { paths, replaceFile } from '../state.ts'
import { type Door, openDoor } from './doors.ts'
import { type GatewayMap, loopbackFor } from './gateway-map.ts'

export interface GatewayOptions {
  readonly stateDir: string
  readonly client: Client
  readonly log: Log
  readonly signal: AbortSignal
}

/** One door that has to be open. */
interface Wanted {
  readonly kind: keyof GatewayMap
  /** Where on this machine. */
  readonly host: string
  readonly owner: KubeObject
  readonly port: number
  readonly inside: string
}

/** Opens a door for every port of every Service and pod, and closes those of what went. Resolves when it runs. */
export async function startGateway(o: GatewayOptions): Promise<{ stopped: Promise<void> }> {
  const { client, log, signal, stateDir } = o
  const clock = systemClock
  const services = new Reflector<Service>({
    client,
    resource: resources.services,
    log,
    clock,
    random: Math.random,
  })
  const pods = new Reflector<Pod>({ client, resource: resources.pods, log, clock, random: Math.random })
  const events = new EventRecorder({
    client,
    reportingController: 'gateway',
    reportingInstance: 'gateway',
    clock,
    log,
  })
  const running = [services.run(signal), pods.run(signal)]
  await Promise.all([services.synced(signal), pods.synced(signal)])

  const doors = new Map<string, Door>()
  let written = ''
  const sync = async (): Promise<void> => {
    const wanted = new Map(
      [...services.store.list().flatMap(portsOfService), ...pods.store.list().flatMap(portsOfPod)].map(
        (w) => [keyOf(w), w],
      ),
    )
    for (const [key, door] of doors) {
      if (wanted.has(key)) continue
      door.close()
      doors.delete(key)
    }
    const map: GatewayMap = { services: {}, pods: {}, nodePorts: {} }
    for (const [key, one] of wanted) {
      const door = doors.get(key) ?? (await open(one, key))
      if (door === undefined) continue
      const { namespace, name } = one.owner.metadata
      const ports = map[one.kind][`${namespace}/${name}`] ?? {}
      ports[String(one.port)] = door.address
      map[one.kind][`${namespace}/${name}`] = ports
    }
    const text = `${JSON.stringify(map, null, 1)}\n`
    if (text !== written) await replaceFile(paths.gatewayMap(stateDir), text)
    written = text
  }
  const open = async (one: Wanted, key: string): Promise<Door | undefined> => {
    const { host } = one
    const elsewhere = one.kind === 'nodePorts' ? 'leave' : 'move'
    const door = await openDoor(paths.dialSocket(stateDir), host, one.port, one.inside, log, elsewhere)
    if (door) doors.set(key, door)
    if (door?.moved === 'taken') {
      const note = `Port ${host}:${one.port} of this machine is taken by another program; reached at ${door.address} instead`
      log.warn({ inside: one.inside, address: door.address }, note)
      events.record(one.owner, { type: 'Warning', reason: 'HostPortTaken', note, action: 'Listen' })
    }
    return door
  }

  const serial = serially(sync, (error) => log.error({ err: error }, 'the gateway could not follow a change'))
  services.subscribe(serial.again)
  pods.subscribe(serial.again)
  await serial.again()
  const stopped = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true })
  }).then(async () => {
    await serial.idle()
    for (const door of doors.values()) door.close()
    await Promise.all(running)
  })
  return { stopped }
}

function keyOf({ kind, inside, owner, port }: Wanted): string {
  return `${kind} ${owner.metadata.uid} ${inside} ${port}`
}

/** The API server has a door of its own: the one the kubeconfig names. */
const apiService = { namespace: 'default', name: 'kubernetes' }

function portsOfService(service: Service): Wanted[] {
  const { namespace, name } = service.metadata
  if (namespace === apiService.namespace && name === apiService.name) return []
  const address = service.spec?.clusterIP
  if (address === undefined || address === '' || address === 'None') return []
  const host = loopbackFor(address)
  return (service.spec?.ports ?? [])
    .filter((port) => port.protocol !== 'UDP')
    .flatMap(({ port, nodePort }): Wanted[] => {
      const shared = { owner: service, inside: `${address}:${port}` }
      const own: Wanted = { ...shared, kind: 'services', host, port }
      return nodePort === undefined
        ? [own]
        : [own, { ...shared, kind: 'nodePorts', host: '127.0.0.1', port: nodePort }]
    })
}

function portsOfPod(pod: Pod): Wanted[] {
  const address = pod.status?.podIP
  if (address === undefined || address === '' || pod.metadata.deletionTimestamp !== undefined) return []
  return (pod.spec?.containers ?? [])
    .flatMap((container) => container.ports ?? [])
    .filter((port) => port.protocol !== 'UDP')
    .map(({ containerPort: port }) => ({
      kind: 'pods',
      owner: pod,
      host: loopbackFor(address),
      port,
      inside: `${address}:${port}`,
    }))
}

/** Runs `work` one at a time; asked for while it runs, it runs once more afterwards. */
function serially(work: () => Promise<void>, failed: (error: unknown) => void) {
  let again = false
  let current: Promise<void> | undefined
  const loop = async (): Promise<void> => {
    while (again) {
      again = false
      await work().catch(failed)
    }
    current = undefined
  }
  return {
    again: (): Promise<void> => {
      again = true
      current ??= loop()
      return current
    },
    idle: (): Promise<void> => current ?? Promise.resolve(),
  }
}
