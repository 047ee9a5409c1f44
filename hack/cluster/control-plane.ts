/** What the control plane runs. */
import { clusterDomain, controlPlaneOf, nodesOf, podRange, serviceRange } from './addresses.ts'
import { kubernetesFolder } from './keys.ts'
import type { Place } from './place.ts'
import type { Service } from './services.ts'

const key = (name: string): string => `${kubernetesFolder}/${name}`

/** All start at once: each waits for those it needs by itself. */
export function controlPlaneServices(place: Place): Service[] {
  const { address } = controlPlaneOf(place)
  const [first] = nodesOf(place)
  return [
    { name: 'etcd', command: etcd },
    { name: 'kube-apiserver', command: apiServer(address) },
    { name: 'kube-controller-manager', command: controllerManager },
    { name: 'kube-scheduler', command: scheduler },
    // With it clients, extension servers and webhooks are reached by their Services from here too. It asks for the addresses of its node
    // and waits half a minute where it has none: so it passes for the first one.
    { name: 'kube-proxy', command: kubeProxy(first?.name ?? '') },
  ]
}

const etcd = [
  'etcd',
  '--data-dir=/var/lib/etcd',
  '--listen-client-urls=http://127.0.0.1:2379',
  '--advertise-client-urls=http://127.0.0.1:2379',
  '--listen-peer-urls=http://127.0.0.1:2380',
  '--log-level=warn',
  // Nothing here outlives the machine that it runs on.
  '--unsafe-no-fsync',
]

const apiServer = (address: string): string[] => [
  'kube-apiserver',
  '--etcd-servers=http://127.0.0.1:2379',
  '--bind-address=0.0.0.0',
  `--advertise-address=${address}`,
  '--secure-port=6443',
  `--tls-cert-file=${key('apiserver.crt')}`,
  `--tls-private-key-file=${key('apiserver.key')}`,
  `--client-ca-file=${key('ca.crt')}`,
  `--service-account-key-file=${key('service-accounts.pub')}`,
  `--service-account-signing-key-file=${key('service-accounts.key')}`,
  `--service-account-issuer=https://kubernetes.default.svc.${clusterDomain}`,
  '--authorization-mode=Node,RBAC',
  '--enable-admission-plugins=NodeRestriction',
  `--service-cluster-ip-range=${serviceRange}`,
  '--allow-privileged=true',
  `--kubelet-client-certificate=${key('admin.crt')}`,
  `--kubelet-client-key=${key('admin.key')}`,
  `--kubelet-certificate-authority=${key('ca.crt')}`,
  '--kubelet-preferred-address-types=InternalIP',
  // Extension servers such as metrics-server hear from it who asks.
  `--requestheader-client-ca-file=${key('ca.crt')}`,
  '--requestheader-allowed-names=front-proxy-client',
  '--requestheader-username-headers=X-Remote-User',
  '--requestheader-group-headers=X-Remote-Group',
  '--requestheader-extra-headers-prefix=X-Remote-Extra-',
  `--proxy-client-cert-file=${key('front-proxy.crt')}`,
  `--proxy-client-key-file=${key('front-proxy.key')}`,
]

const controllerManager = [
  'kube-controller-manager',
  `--kubeconfig=${key('controller-manager.conf')}`,
  `--root-ca-file=${key('ca.crt')}`,
  `--cluster-signing-cert-file=${key('ca.crt')}`,
  `--cluster-signing-key-file=${key('ca.key')}`,
  `--service-account-private-key-file=${key('service-accounts.key')}`,
  '--use-service-account-credentials',
  '--leader-elect=false',
  '--allocate-node-cidrs=false',
  // A lost node is noticed after 16 s instead of 50: else every test of it waits for a minute. kubelet renews its lease every 10 s, and a
  // grace much shorter than two of those would take a busy node for a lost one.
  '--node-monitor-grace-period=16s',
  '--node-monitor-period=2s',
  // What many small tests do at once is more than the 20 requests in a second that it allows itself.
  '--kube-api-qps=300',
  '--kube-api-burst=500',
]

const scheduler = [
  'kube-scheduler',
  `--kubeconfig=${key('scheduler.conf')}`,
  '--leader-elect=false',
  '--kube-api-qps=300',
  '--kube-api-burst=500',
]

export const kubeProxy = (node: string): string[] => [
  'kube-proxy',
  `--kubeconfig=${key('proxy.conf')}`,
  `--hostname-override=${node}`,
  '--proxy-mode=iptables',
  `--cluster-cidr=${podRange}`,
  // How many connections the kernel follows is a setting of the whole machine.
  '--conntrack-max-per-core=0',
]
