/** Whether an autoscaler has figures to go by. */
import { isNotFound, KubeError } from '@orlop/kube'
import type { Check } from '../check.ts'
import { answersWithin } from '../surroundings.ts'

const remedy = 'install metrics-server, if caches are to scale by memory or CPU'

export const metricsApi: Check = {
  name: 'metrics-api',
  title: 'Metrics API',
  run: async ({ client, signal }) => {
    try {
      await client.request('GET', '/apis/metrics.k8s.io/v1beta1', { signal, timeout: answersWithin })
      return {
        result: 'ok',
        seen: 'metrics.k8s.io answers: an autoscaler can scale caches by memory and CPU',
      }
    } catch (error) {
      if (isNotFound(error)) {
        return {
          result: 'warn',
          seen: 'metrics.k8s.io is not there: autoscalers and kubectl top have no figures',
          remedy,
        }
      }
      if (!(error instanceof KubeError) || error.code !== 'Unavailable' || error.status === undefined)
        throw error
      return {
        result: 'warn',
        seen: `metrics.k8s.io is registered and does not answer: ${error.message}`,
        remedy: 'kubectl get apiservice v1beta1.metrics.k8s.io -o yaml',
      }
    }
  },
}
