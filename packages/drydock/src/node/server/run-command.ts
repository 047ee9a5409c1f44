import { enter, enterInTerminal, killGroup, killInTerminal } from '../container/enter.ts'
import { childOf, terminalSizer } from '../container/terminal.ts'
import { NodeError } from '../node-error.ts'
import type { Running, Tap } from '../pod/slot.ts'
import type { Container } from '../pod/types.ts'
import type { PodWorker } from '../pod/worker.ts'
import { type RemoteCommand, type RemoteStreams, statusOfExit } from './remote-command.ts'

/** The running container a request is about. Throws NodeError `NotFound` or `NotRunning`. */
export function runningOf(
  worker: PodWorker,
  container: string,
): { running: Running; container: Container; netns: string } {
  const slot = worker.slots.find((s) => s.container.name === container)
  if (!slot) throw new NodeError('NotFound', `container ${container} is not in pod ${worker.pod.name}`)
  if (!slot.running || !worker.setup)
    throw new NodeError('NotRunning', `container not running (${container})`)
  return { running: slot.running, container: slot.container, netns: worker.setup.netns }
}

/** Runs a command in a container between the streams of a client, and tells its exit code. The command ends when the client goes away. */
export async function runCommand(
  at: { running: Running; netns: string },
  wanted: RemoteCommand,
  streams: RemoteStreams,
): Promise<void> {
  const child = wanted.tty
    ? enterInTerminal(at.running.process, at.netns, wanted.argv, await streams.size())
    : enter(at.running.process, at.netns, wanted.argv)
  if (wanted.tty) streams.onResize(terminalSizer(() => childOf(child.pid)))
  const kill = (): void => (wanted.tty ? killInTerminal(child) : killGroup(child))
  streams.gone.addEventListener('abort', kill, { once: true })
  child.stdin?.on('error', () => {})
  if (streams.stdin && child.stdin) streams.stdin.on('error', () => {}).pipe(child.stdin)
  else child.stdin?.end()
  const code = new Promise<number>((resolve) => {
    child.on('error', () => resolve(126))
    child.on('close', (status) => resolve(status ?? 137))
  })
  const outputs = [
    [child.stdout, streams.stdout],
    [child.stderr, streams.stderr ?? (wanted.tty ? streams.stdout : undefined)],
  ] as const
  for (const [from, to] of outputs) {
    if (to)
      from
        ?.on('error', () => {})
        .pipe(
          to.on('error', () => {}),
          { end: false },
        )
    else from?.resume()
  }
  const status = statusOfExit(await code)
  streams.gone.removeEventListener('abort', kill)
  await streams.finish(status)
}

/** Bytes that may wait for a client that does not read; it misses what is said beyond. */
const mostWaiting = 8 * 1024 * 1024

/** Joins the client with a container: what that says from now on, until it ends, and its input where it has one. */
export async function attach(
  at: { running: Running; container: Container },
  wanted: RemoteCommand,
  streams: RemoteStreams,
): Promise<void> {
  const { process, taps } = at.running
  const { tty = false, stdinOnce = false } = at.container
  const tap: Tap = (stream, data) => {
    // A terminal has one output.
    const to = stream === 'stdout' || tty ? streams.stdout : streams.stderr
    if (to && to.writableLength < mostWaiting) to.write(data)
  }
  taps.add(tap)
  for (const stream of [streams.stdin, streams.stdout, streams.stderr]) stream?.on('error', () => {})
  if (streams.stdin && process.stdin) streams.stdin.pipe(process.stdin, { end: stdinOnce })
  else streams.stdin?.resume()
  if (wanted.tty) {
    streams.onResize((size) => process.resize(size))
    void streams.size().then((size) => size && process.resize(size))
  }
  const gone = Promise.withResolvers<void>()
  streams.gone.addEventListener('abort', () => gone.resolve(), { once: true })
  try {
    await Promise.race([process.exited, gone.promise])
    await streams.finish(statusOfExit(0))
  } finally {
    taps.delete(tap)
    if (process.stdin) streams.stdin?.unpipe(process.stdin)
    if (stdinOnce && streams.stdin) process.stdin?.end()
  }
}
