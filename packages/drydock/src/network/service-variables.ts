/** The variables by which containers find Services, as Docker's links once did: pkg/kubelet/envvars/envvars.go. Pure. */
import type { Service } from '@orlop/kube'

/**
 * @param services of all namespaces
 * @param links whether the Services of the pod's own namespace are among them: `spec.enableServiceLinks`. That of the API always is.
 */
export function serviceVariables(
  services: readonly Service[],
  namespace: string,
  links: boolean,
): Record<string, string> {
  const all: Record<string, string> = {}
  for (const service of services) {
    const { metadata } = service
    const isApi = metadata.namespace === 'default' && metadata.name === 'kubernetes'
    if (isApi || (links && metadata.namespace === namespace)) Object.assign(all, variablesOf(service))
  }
  return all
}

function variablesOf({ metadata, spec }: Service): Record<string, string> {
  const { clusterIP, ports: [first, ...others] = [] } = spec ?? {}
  if (!clusterIP || clusterIP === 'None' || spec?.type === 'ExternalName' || !first) return {}
  const prefix = variableName(metadata.name)
  const result: Record<string, string> = {
    [`${prefix}_SERVICE_HOST`]: clusterIP,
    [`${prefix}_SERVICE_PORT`]: String(first.port),
    [`${prefix}_PORT`]: urlOf(clusterIP, first),
  }
  for (const port of [first, ...others]) {
    const { name, port: number, protocol = 'TCP' } = port
    if (name) result[`${prefix}_SERVICE_PORT_${variableName(name)}`] = String(number)
    const link = `${prefix}_PORT_${number}_${protocol.toUpperCase()}`
    result[link] = urlOf(clusterIP, port)
    result[`${link}_PROTO`] = protocol.toLowerCase()
    result[`${link}_PORT`] = String(number)
    result[`${link}_ADDR`] = clusterIP
  }
  return result
}

const variableName = (name: string): string => name.toUpperCase().replaceAll('-', '_')

const urlOf = (host: string, { port, protocol = 'TCP' }: { port: number; protocol?: string }): string =>
  `${protocol.toLowerCase()}://${host}:${port}`
