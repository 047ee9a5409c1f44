import type { Service } from '@orlop/kube'
import { expect, test } from 'vitest'
import { resolvConf } from './resolv-conf.ts'
import { serviceVariables } from './service-variables.ts'

test('a pod looks names up in its namespace first', () => {
  expect(resolvConf('10.96.0.10', { namespace: 'shop' })).toBe(`nameserver 10.96.0.10
search shop.svc.cluster.local svc.cluster.local cluster.local
options ndots:5
`)
})

test('dnsConfig adds to what the policy gives, and its options win', () => {
  const config = {
    nameservers: ['10.0.0.1'],
    searches: ['example.com', 'cluster.local'],
    options: [{ name: 'ndots', value: '2' }, { name: 'edns0' }],
  }
  expect(resolvConf('10.96.0.10', { namespace: 'shop', config })).toBe(`nameserver 10.96.0.10
nameserver 10.0.0.1
search shop.svc.cluster.local svc.cluster.local cluster.local example.com
options ndots:2 edns0
`)
  expect(resolvConf('10.96.0.10', { namespace: 'shop', policy: 'None', config })).toBe(`nameserver 10.0.0.1
search example.com cluster.local
options ndots:2 edns0
`)
})

test('Default has no search list', () => {
  expect(resolvConf('10.96.0.10', { namespace: 'shop', policy: 'Default' })).toBe('nameserver 10.96.0.10\n')
})

test('variables name the Services of the own namespace, and the API wherever the pod is', () => {
  const service = (namespace: string, name: string, spec: Service['spec']): Service => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace, name },
    ...(spec ? { spec } : {}),
  })
  const services = [
    service('default', 'kubernetes', { clusterIP: '10.96.0.1', ports: [{ name: 'https', port: 443 }] }),
    service('shop', 'my-cache', {
      clusterIP: '10.96.1.0',
      ports: [
        { port: 53, protocol: 'UDP' },
        { name: 'tls-port', port: 6380 },
      ],
    }),
    service('shop', 'headless', { clusterIP: 'None', ports: [{ port: 1 }] }),
  ]
  const api = {
    KUBERNETES_SERVICE_HOST: '10.96.0.1',
    KUBERNETES_SERVICE_PORT: '443',
    KUBERNETES_SERVICE_PORT_HTTPS: '443',
    KUBERNETES_PORT: 'tcp://10.96.0.1:443',
    KUBERNETES_PORT_443_TCP: 'tcp://10.96.0.1:443',
    KUBERNETES_PORT_443_TCP_PROTO: 'tcp',
    KUBERNETES_PORT_443_TCP_PORT: '443',
    KUBERNETES_PORT_443_TCP_ADDR: '10.96.0.1',
  }
  expect(serviceVariables(services, 'shop', false)).toEqual(api)
  expect(serviceVariables(services, 'shop', true)).toEqual({
    ...api,
    MY_CACHE_SERVICE_HOST: '10.96.1.0',
    MY_CACHE_SERVICE_PORT: '53',
    MY_CACHE_SERVICE_PORT_TLS_PORT: '6380',
    MY_CACHE_PORT: 'udp://10.96.1.0:53',
    MY_CACHE_PORT_53_UDP: 'udp://10.96.1.0:53',
    MY_CACHE_PORT_53_UDP_PROTO: 'udp',
    MY_CACHE_PORT_53_UDP_PORT: '53',
    MY_CACHE_PORT_53_UDP_ADDR: '10.96.1.0',
    MY_CACHE_PORT_6380_TCP: 'tcp://10.96.1.0:6380',
    MY_CACHE_PORT_6380_TCP_PROTO: 'tcp',
    MY_CACHE_PORT_6380_TCP_PORT: '6380',
    MY_CACHE_PORT_6380_TCP_ADDR: '10.96.1.0',
  })
})
