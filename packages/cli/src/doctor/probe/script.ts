/** What a probing pod runs, and what its log then says. */

/** The operator's image has Node and no shell; any other is taken to have a shell. */
export type Runtime = 'node' | 'sh'

const hugePagesFile = '/sys/kernel/mm/transparent_hugepage/enabled'
const overcommitFile = '/proc/sys/vm/overcommit_memory'
/** There in every cluster. */
const service = 'kubernetes.default.svc'

const forNode = `
const say = (name, value) => console.log(name + '=' + value)
const read = (name, file) => { try { say(name, require('fs').readFileSync(file, 'utf8').trim()) } catch (e) { say(name + '-error', e.code) } }
read('huge-pages', '${hugePagesFile}')
read('overcommit', '${overcommitFile}')
say('clock', Date.now())
setTimeout(() => { say('dns', 'no answer'); process.exit() }, 15000).unref()
require('dns').lookup('${service}', (e) => { say('dns', e ? e.code : 'ok'); process.exit() })`

const forShell = `
echo "huge-pages=$(cat ${hugePagesFile} 2>/dev/null)"
echo "overcommit=$(cat ${overcommitFile} 2>/dev/null)"
echo "clock=$(date +%s)000"
if command -v getent >/dev/null; then getent hosts ${service} >/dev/null && echo dns=ok || echo dns=failed
elif command -v nslookup >/dev/null; then nslookup ${service} >/dev/null 2>&1 && echo dns=ok || echo dns=failed; fi`

export function lookCommand(runtime: Runtime): string[] {
  return runtime === 'node' ? ['node', '-e', forNode] : ['sh', '-c', forShell]
}

export interface Looked {
  readonly hugePages?: string
  readonly overcommit?: string
  readonly resolves?: boolean
  /** ms since 1970 */
  readonly clock?: number
}

/** @param log lines `name=value`; whatever else is said there is nothing to us */
export function parseLook(log: string): Looked {
  const said = new Map(
    log.split('\n').map((line): [string, string] => {
      const [name = '', ...value] = line.split('=')
      return [name, value.join('=').trim()]
    }),
  )
  // `always [madvise] never`: the one in brackets holds.
  const hugePages = /\[(\w+)\]/.exec(said.get('huge-pages') ?? '')?.[1]
  const overcommit = /^[012]$/.exec(said.get('overcommit') ?? '')?.[0]
  const clock = Number(said.get('clock') ?? Number.NaN)
  const dns = said.get('dns')
  return {
    ...(hugePages === undefined ? {} : { hugePages }),
    ...(overcommit === undefined ? {} : { overcommit }),
    ...(dns === undefined ? {} : { resolves: dns === 'ok' }),
    ...(Number.isFinite(clock) && clock > 0 ? { clock } : {}),
  }
}

/** Answers on a port until it is deleted. */
export const serverCommand: readonly string[] = [
  'node',
  '-e',
  "require('net').createServer((s) => s.end('ok')).listen(8080); setTimeout(() => {}, 3600000)",
]

/**
 * Connects again and again: says `open` the first time it gets in, then `closed` when it was kept out three times running, or `still
 * open` when it was not within 20 s.
 */
export function clientCommand(address: string): string[] {
  return [
    'node',
    '-e',
    `
const attempt = () => new Promise((done) => {
  const s = require('net').connect({ host: '${address}', port: 8080 })
  const end = (got) => { s.destroy(); done(got) }
  s.setTimeout(1000, () => end(false)); s.on('data', () => end(true)); s.on('error', () => end(false)); s.on('end', () => end(false))
})
const pause = () => new Promise((done) => setTimeout(done, 200))
const say = (text) => { console.log(text); return text }
const main = async () => {
  let until = Date.now() + 15000
  while (!(await attempt())) { if (Date.now() > until) return say('unreachable'); await pause() }
  say('open')
  until = Date.now() + 20000
  for (let shut = 0; shut < 3; await pause()) { shut = (await attempt()) ? 0 : shut + 1; if (Date.now() > until) return say('still open') }
  say('closed')
}
main()`,
  ]
}
