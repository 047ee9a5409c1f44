import type { EndpointSlice, Node, Service } from '@orlop/kube'
import { expect, test } from 'vitest'
import { planLoadBalancers } from './load-balancer-plan.ts'
import { routeChanges } from './load-balancers.ts'

const service = (name: string, spec: Service['spec'] = {}, ip?: string): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'default' },
  spec: { type: 'LoadBalancer', ...spec },
  ...(ip ? { status: { loadBalancer: { ingress: [{ ip }] } } } : {}),
})
const node = (n: number, ready = 'True'): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: `node-${n}` },
  status: {
    addresses: [{ type: 'InternalIP', address: `10.77.0.1${n}` }],
    conditions: [{ type: 'Ready', status: ready }],
  },
})
const slice = (of: string, ...on: string[]): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: of, namespace: 'default', labels: { 'kubernetes.io/service-name': of } },
  addressType: 'IPv4',
  endpoints: on.map((nodeName) => ({ addresses: ['10.244.1.2'], nodeName, conditions: { ready: true } })),
})
const given = (services: Service[]): [string, string | undefined][] =>
  planLoadBalancers({ services, slices: [], nodes: [] }).statuses.map(({ service, address }) => [
    service.metadata.name,
    address,
  ])

test('each gets the lowest free address; one that was given stays, one that is asked for is heeded where it is free', () => {
  expect(
    given([
      service('new'),
      service('old', {}, '10.98.0.1'),
      service('asks', { loadBalancerIP: '10.98.0.9' }),
      service('late', { loadBalancerIP: '10.98.0.1' }),
      service('strange', { loadBalancerIP: '192.0.2.1' }),
    ]),
  ).toEqual([
    ['new', '10.98.0.2'],
    ['asks', '10.98.0.9'],
    ['late', '10.98.0.3'],
    ['strange', '10.98.0.4'],
  ])
})

test('one of another class is left alone; one that is no load balancer any more gives its address back', () => {
  expect(
    given([
      service('classed', { loadBalancerClass: 'x/y' }),
      service('inside', { type: 'ClusterIP' }, '10.98.0.5'),
    ]),
  ).toEqual([['inside', undefined]])
})

test('the outside reaches a Service through a node that is ready, and with local traffic through one with its pods', () => {
  const services = [
    service('any', {}, '10.98.0.1'),
    service('local', { externalTrafficPolicy: 'Local' }, '10.98.0.2'),
    service('nowhere', { externalTrafficPolicy: 'Local' }, '10.98.0.3'),
  ]
  const slices = [slice('local', 'node-1', 'node-3'), slice('nowhere', 'node-1')]
  const plan = planLoadBalancers({ services, slices, nodes: [node(1, 'Unknown'), node(2), node(3)] })
  expect([...plan.routes]).toEqual([
    ['10.98.0.1', '10.77.0.13'],
    ['10.98.0.2', '10.77.0.13'],
  ])
})

test('only routes that differ are changed, and all are made anew where nobody knows what is there', () => {
  const after = new Map([
    ['10.98.0.1', '10.77.0.11'],
    ['10.98.0.2', '10.77.0.12'],
  ])
  expect(routeChanges(undefined, after)[0]).toBe('route flush protocol 98')
  const before = new Map([
    ['10.98.0.1', '10.77.0.11'],
    ['10.98.0.3', '10.77.0.12'],
  ])
  expect(routeChanges(before, after)).toEqual([
    'route delete 10.98.0.3 protocol 98',
    'route replace 10.98.0.2 via 10.77.0.12 protocol 98',
  ])
})
