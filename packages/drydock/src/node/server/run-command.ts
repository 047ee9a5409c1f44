import { finished } from 'node:stream/promises'
import { enter, killGroup } from '../container/enter.ts'
import { readLog } from '../logs/reader.ts'
import { messageOf, NodeError } from '../node-error.ts'
import type { Running } from '../pod/slot.ts'
import type { PodWorker } from '../pod/worker.ts'
import {
  type RemoteCommand,
  type RemoteStreams,
  statusOfExit,
  statusOfFailure,
  type TerminalSize,
} from './remote-command.ts'

/** The running container a request is about. Throws NodeError `NotFound` or `NotRunning`. */
export function runningOf(worker: PodWorker, container: string): { running: Running; netns: string } {
  const slot = worker.slots.find((s) => s.container.name === container)
  if (!slot) throw new NodeError('NotFound', `container ${container} is not in pod ${worker.pod.name}`)
  if (!slot.running || !worker.setup)
    throw new NodeError('NotRunning', `container not running (${container})`)
  return { running: slot.running, netns: worker.setup.netns }
}

/** Runs a command in a container between the streams of a client, and tells its exit code. The command ends when the client goes away. */
export async function runCommand(
  at: { running: Running; netns: string },
  wanted: RemoteCommand,
  streams: RemoteStreams,
): Promise<void> {
  const argv = wanted.tty ? inTerminal(wanted.argv, await streams.size()) : wanted.argv
  const child = enter(at.running.process, at.netns, argv)
  const kill = (): void => killGroup(child)
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

/** Shows the client what a container says from now on, until it ends. */
export async function attach(at: { running: Running }, streams: RemoteStreams): Promise<void> {
  const { log } = at.running
  streams.stdin?.resume()
  try {
    for await (const text of readLog(
      log.file,
      { follow: true, tailLines: 0 },
      { writer: log, now: 0, signal: streams.gone },
    )) {
      if (streams.stdout && !streams.stdout.write(text)) await drained(streams)
    }
    await streams.finish(statusOfExit(0))
  } catch (error) {
    await streams.finish(statusOfFailure(messageOf(error)))
  }
}

async function drained(streams: RemoteStreams): Promise<void> {
  const { stdout } = streams
  if (!stdout) return
  await Promise.race([
    new Promise<void>((resolve) => stdout.once('drain', () => resolve())),
    finished(stdout, { signal: streams.gone }).catch(() => {}),
  ])
}

/** Node has no terminals of its own: script(1), which every container sees in /usr, gives the command one. */
function inTerminal(argv: readonly string[], size: TerminalSize | undefined): readonly string[] {
  const resize = size ? `stty cols ${size.width} rows ${size.height}; ` : ''
  return ['/usr/bin/script', '-qfec', `${resize}exec ${argv.map(quoted).join(' ')}`, '/dev/null']
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`
}
