/** Drydock as a user reaches it, by HTTPS through its gateway, with its controllers and without any node. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createDrydock } from '../../src/drydock.ts'
import { startApiProxy } from '../../src/gateway/api-proxy.ts'
import { keepCertificate } from '../../src/gateway/certificate.ts'
import { wholeRanges } from '../../src/network/ranges.ts'
import { paths, prepareState, renderKubeconfig } from '../../src/state.ts'
import type { Target } from './target.ts'

/** As of the real one that the cases run against. */
const autoscaling = { syncPeriod: 2_000 }

/** @param folder its state folder */
export async function startDrydock(folder: string): Promise<Target> {
  const drydock = await createDrydock({ stateDir: folder, nodes: 0, ranges: wholeRanges, autoscaling })
  const certificate = await keepCertificate(folder, Date.now())
  const proxy = await startApiProxy(paths.apiSocket(folder), 0, certificate)
  const { token } = await prepareState(folder)
  const kubeconfig = join(folder, 'kubeconfig.conformance')
  const server = `https://127.0.0.1:${proxy.port}`
  await writeFile(kubeconfig, renderKubeconfig(server, token, certificate.cert), { mode: 0o600 })
  const stop = async (): Promise<void> => {
    await proxy.close()
    await drydock.stop()
  }
  return { name: 'drydock', kubeconfig, stop }
}
