/**
 * The client of the end-to-end tests, a program of its own: in a pod, beside the cluster, or outside of it.
 * Where Redis is comes from REDIS_HOST, REDIS_PORT (6379) and REDIS_PASSWORD, or from the folder of a binding Secret (BINDING).
 * What it has to say are lines of JSON on its standard output.
 *
 *   ping           connects and asks: {"reply": "PONG"}, or {"error": "..."} and exit code 1
 *   write PREFIX   writes until its standard input ends, or SIGTERM; a report every 200 ms, and at the end
 *   check PREFIX   reads a report on its standard input, and all that it names: {"checked": n, "lost": [...]}
 *   burn           keeps the server busy until its standard input ends, or SIGTERM
 */
import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { burn } from './burn.ts'
import { check } from './check.ts'
import { type Address, connect } from './connection.ts'
import { type Report, startWriter } from './writer.ts'

const reportEvery = 200
/** How long who asks once waits, on whatever machine; in ms. */
const patience = 10_000

function addressFrom(env: NodeJS.ProcessEnv): Address {
  const folder = env['BINDING']
  const bound = (key: string): string | undefined =>
    folder === undefined ? undefined : readFileSync(`${folder}/${key}`, 'utf8')
  return {
    host: bound('host') ?? env['REDIS_HOST'] ?? '127.0.0.1',
    port: Number(bound('port') ?? env['REDIS_PORT'] ?? 6379),
    password: bound('password') ?? env['REDIS_PASSWORD'],
  }
}

/** Aborts when the one who started it has had enough. In a pod nobody holds its standard input: EOF there is no end. */
function untilTold(env: NodeJS.ProcessEnv): AbortSignal {
  const end = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => end.abort())
  if (env['KUBERNETES_SERVICE_HOST'] === undefined) process.stdin.once('end', () => end.abort()).resume()
  return end.signal
}

const print = (answer: unknown): boolean => process.stdout.write(`${JSON.stringify(answer)}\n`)

async function main([command, prefix = 'e2e']: readonly string[]): Promise<number> {
  const address = addressFrom(process.env)
  switch (command) {
    case 'ping': {
      try {
        const redis = await connect(address, patience)
        print({ reply: await redis.send('PING') })
        redis.close()
        return 0
      } catch (error) {
        print({ error: error instanceof Error ? error.message || error.name : String(error) })
        return 1
      }
    }
    case 'write': {
      const writer = startWriter(address, prefix, untilTold(process.env))
      const timer = setInterval(() => print(writer.report()), reportEvery)
      await writer.ended
      clearInterval(timer)
      print(writer.report())
      return 0
    }
    case 'check': {
      const report: Report = JSON.parse(await text(process.stdin))
      print(await check(address, prefix, report.ranges))
      return 0
    }
    case 'burn':
      await burn(address, untilTold(process.env))
      return 0
    default:
      process.stderr.write('usage: e2e-client ping | write PREFIX | check PREFIX | burn\n')
      return 2
  }
}

process.exitCode = await main(process.argv.slice(2))
