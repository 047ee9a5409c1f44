import { once } from 'node:events'
import { access } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { logFile } from '../container/start.ts'
import { type LogOptions, readLog } from '../logs/reader.ts'
import { NodeError } from '../node-error.ts'
import { podFolder } from '../pod/setup.ts'
import type { PodWorker } from '../pod/worker.ts'
import type { ServerContext } from './context.ts'
import { flag, type KubeletRequest } from './request.ts'

/** Answers `/containerLogs`: the log of the container's latest run, or of the one before. */
export async function serveLogs(
  o: ServerContext,
  asked: KubeletRequest,
  worker: PodWorker,
  response: ServerResponse,
): Promise<void> {
  const slot = worker.slots.find((s) => s.container.name === asked.container)
  if (!slot) throw new NodeError('NotFound', `container ${asked.container} is not in pod ${asked.pod}`)
  const folder = podFolder(worker.stateDir, worker.pod.uid)
  const previous = flag(asked.query, 'previous')
  const run = slot.status.restartCount - (previous ? 1 : 0)
  const waitsForRun =
    slot.status.state?.waiting !== undefined && slot.status.lastState?.terminated === undefined
  const file = await existing(
    previous
      ? [logFile(folder, asked.container, run)]
      : [run, run - 1].map((r) => logFile(folder, asked.container, r)),
  )
  if (!file) {
    const who = `container "${asked.container}" in pod "${asked.pod}"`
    if (previous) throw new NodeError('BadRequest', `previous terminated ${who} not found`)
    if (waitsForRun)
      throw new NodeError(
        'BadRequest',
        `${who} is waiting to start: ${slot.status.state?.waiting?.reason ?? 'ContainerCreating'}`,
      )
  }
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  response.writeHead(200, { 'content-type': 'text/plain' })
  response.flushHeaders()
  const writer = slot.running?.log.file === file ? slot.running?.log : undefined
  for await (const chunk of readLog(file ?? '', optionsOf(asked.query), {
    writer,
    now: o.clock.now(),
    signal: gone.signal,
  })) {
    if (!response.write(chunk))
      await Promise.race([once(response, 'drain', { signal: gone.signal }), once(response, 'close')]).catch(
        () => {},
      )
  }
  response.end()
}

async function existing(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) {
    if (
      await access(file).then(
        () => true,
        () => false,
      )
    )
      return file
  }
  return undefined
}

function optionsOf(query: URLSearchParams): LogOptions {
  const number = (name: string): number | undefined => {
    const text = query.get(name)
    if (text === null || text === '') return undefined
    const value = Number(text)
    if (!Number.isInteger(value) || value < 0) throw new NodeError('BadRequest', `invalid ${name}: ${text}`)
    return value
  }
  const [tailLines, sinceSeconds, limitBytes, sinceTime] = [
    number('tailLines'),
    number('sinceSeconds'),
    number('limitBytes'),
    query.get('sinceTime'),
  ]
  return {
    timestamps: flag(query, 'timestamps'),
    follow: flag(query, 'follow'),
    ...(tailLines !== undefined && { tailLines }),
    ...(sinceSeconds !== undefined && { sinceSeconds }),
    ...(limitBytes !== undefined && { limitBytes }),
    ...(sinceTime && { sinceTime }),
  }
}
