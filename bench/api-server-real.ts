import { startApiServerAndEtcd } from '../packages/drydock/conformance/targets/real.ts'
import type { Measured } from './api-server.ts'

/** Starts etcd and kube-apiserver, without controllers. */
export async function startBenchReal(folder: string, programs: string): Promise<Measured> {
  const began = performance.now()
  const { kubeconfig, pids, stop } = await startApiServerAndEtcd(folder, programs)
  return { kubeconfig, started: performance.now() - began, pids, stop }
}
