/** What a node runs: containerd, kubelet, kube-proxy, and a bridge for its pods. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { clusterDns, clusterDomain, type Node } from './addresses.ts'
import { kubeProxy } from './control-plane.ts'
import { kubernetesFolder } from './keys.ts'
import type { Place } from './place.ts'
import type { Service } from './services.ts'

/** containerd's socket, as the root namespace sees it: it is on disk, so that images can be given to it from there. */
export const containerdSocketOf = ({ folder }: Node): string => join(folder, 'lib/containerd/containerd.sock')
const socket = '/var/lib/containerd/containerd.sock'

const at = (name: string): string => `${kubernetesFolder}/${name}`

export function nodeServices({ name, address, zone }: Node): Service[] {
  return [
    { name: 'containerd', command: ['containerd', `--config=${at('containerd.toml')}`, '--log-level=warn'] },
    {
      name: 'kubelet',
      command: [
        'kubelet',
        `--config=${at('kubelet.json')}`,
        `--kubeconfig=${at('kubelet.conf')}`,
        `--hostname-override=${name}`,
        `--node-ip=${address}`,
        `--node-labels=topology.kubernetes.io/region=region-1,topology.kubernetes.io/zone=${zone}`,
      ],
    },
    { name: 'kube-proxy', command: kubeProxy(name) },
  ]
}

/** Writes the files that those read. */
export async function writeNodeFiles(place: Place, node: Node): Promise<void> {
  const folder = join(node.folder, 'lib/kubernetes')
  await mkdir(join(folder, 'cni'), { recursive: true })
  await writeFile(join(folder, 'containerd.toml'), containerdConfig)
  await writeFile(
    join(folder, 'kubelet.json'),
    JSON.stringify(kubeletConfig(`/${place.cgroup}/${node.name}`)),
  )
  await writeFile(join(folder, 'cni/pods.conflist'), JSON.stringify(podNetwork(node)))
}

const containerdConfig = `version = 2
root = "/var/lib/containerd"
state = "/run/containerd"
[grpc]
  address = "${socket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "registry.k8s.io/pause:3.10"
  # Not every machine lets its root make a process harder to kill than it is.
  restrict_oom_score_adj = true
  # A profile is loaded into the kernel, and stays when the last container has gone.
  disable_apparmor = true
  # As containerd 2 has it: a pod's ports below 1024 are its own, whoever it runs as.
  enable_unprivileged_ports = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${at('cni')}"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
`

/** KubeletConfiguration v1beta1. */
const kubeletConfig = (cgroup: string): object => ({
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  authentication: {
    anonymous: { enabled: false },
    webhook: { enabled: true },
    x509: { clientCAFile: at('ca.crt') },
  },
  authorization: { mode: 'Webhook' },
  tlsCertFile: at('kubelet.crt'),
  tlsPrivateKeyFile: at('kubelet.key'),
  clusterDNS: [clusterDns],
  clusterDomain,
  containerRuntimeEndpoint: `unix://${socket}`,
  cgroupDriver: 'cgroupfs',
  cgroupRoot: cgroup,
  failSwapOn: false,
  // Pods learn nothing of this machine's name servers.
  resolvConf: '',
  volumePluginDir: '/var/lib/kubelet/volume-plugins',
  // How long a grown volume and a changed ConfigMap take to be seen: a minute unless said.
  syncFrequency: '10s',
  // The nodes share one disk and one memory: what fills them is not the fault of their pods.
  evictionHard: { 'memory.available': '100Mi' },
  // There is no registry from which an image would come again.
  imageGCHighThresholdPercent: 100,
})

const podNetwork = ({ pods }: Node): object => ({
  cniVersion: '1.0.0',
  name: 'pods',
  plugins: [
    {
      type: 'bridge',
      bridge: 'cni0',
      isGateway: true,
      ipMasq: false,
      hairpinMode: true,
      ipam: { type: 'host-local', ranges: [[{ subnet: pods }]], routes: [{ dst: '0.0.0.0/0' }] },
    },
    { type: 'portmap', capabilities: { portMappings: true } },
  ],
})
