import { BlockList, isIP, SocketAddress } from 'node:net'
import { type Environment, EvaluationError } from '@marcbachmann/cel-js'
import { isCidr } from '../formats.ts'

/** An address of either family. */
export class Ip {
  readonly text: string
  constructor(text: string) {
    if (isIP(text) === 0) throw new EvaluationError(`IP Address ${JSON.stringify(text)} parse error`)
    this.text = new SocketAddress({ address: text, family: isIP(text) === 4 ? 'ipv4' : 'ipv6' }).address
  }
  get family(): 'ipv4' | 'ipv6' {
    return isIP(this.text) === 4 ? 'ipv4' : 'ipv6'
  }
  within(...subnets: readonly [string, number][]): boolean {
    const list = new BlockList()
    for (const [address, bits] of subnets)
      list.addSubnet(address, bits, isIP(address) === 4 ? 'ipv4' : 'ipv6')
    return list.check(this.text, this.family)
  }
}

/** A network, `10.0.0.0/8`. */
export class Cidr {
  readonly ip: Ip
  readonly bits: number
  constructor(text: string) {
    if (!isCidr(text))
      throw new EvaluationError(`network address parse error during conversion from string: ${text}`)
    const [address = '', bits = ''] = text.split('/')
    this.ip = new Ip(address)
    this.bits = Number(bits)
  }
  containsIp(ip: Ip): boolean {
    return ip.family === this.ip.family && ip.within([this.ip.text, this.bits])
  }
}

/** `url()`, `ip()` and `cidr()` of Kubernetes. */
export function registerNetwork(env: Environment): void {
  registerUrls(env)
  registerAddresses(env)
}

function parseUrl(text: string): URL | undefined {
  // Go's ParseRequestURI takes an absolute URI or an absolute path.
  const base = text.startsWith('/') ? 'path:' : undefined
  return URL.canParse(text, base) ? new URL(text, base) : undefined
}

function registerUrls(env: Environment): void {
  env.registerType('kubernetes.URL', URL)
  env.registerFunction('isURL(string): bool', (text: string) => parseUrl(text) !== undefined)
  env.registerFunction('url(string): kubernetes.URL', (text: string) => {
    const url = parseUrl(text)
    if (url === undefined) throw new EvaluationError(`URL parse error during conversion from string: ${text}`)
    return url
  })
  const part = (name: string, read: (url: URL) => string): void => {
    env.registerFunction(`kubernetes.URL.${name}(): string`, read)
  }
  part('getScheme', (url) => (url.protocol === 'path:' ? '' : url.protocol.slice(0, -1)))
  part('getHost', (url) => url.host)
  part('getHostname', (url) => url.hostname.replaceAll(/[[\]]/g, ''))
  part('getPort', (url) => url.port)
  part('getEscapedPath', (url) => url.pathname)
  env.registerFunction('kubernetes.URL.getQuery(): map<string, list<string>>', (url: URL) => {
    const names = new Set(url.searchParams.keys())
    return Object.fromEntries([...names].map((name) => [name, url.searchParams.getAll(name)]))
  })
}

function registerAddresses(env: Environment): void {
  env.registerType('net.IP', Ip)
  env.registerType('net.CIDR', Cidr)
  env.registerFunction('isIP(string): bool', (text: string) => isIP(text) !== 0)
  env.registerFunction('ip(string): net.IP', (text: string) => new Ip(text))
  env.registerFunction('isCIDR(string): bool', isCidr)
  env.registerFunction('cidr(string): net.CIDR', (text: string) => new Cidr(text))
  env.registerFunction('net.IP.family(): int', (ip: Ip) => (ip.family === 'ipv4' ? 4n : 6n))
  env.registerFunction('net.IP.isLoopback(): bool', (ip: Ip) => ip.within(['127.0.0.0', 8], ['::1', 128]))
  env.registerFunction('net.IP.isUnspecified(): bool', (ip: Ip) => ip.within(['0.0.0.0', 32], ['::', 128]))
  env.registerFunction('net.IP.isLinkLocalUnicast(): bool', (ip: Ip) =>
    ip.within(['169.254.0.0', 16], ['fe80::', 10]),
  )
  env.registerFunction('string(net.IP): string', (ip: Ip) => ip.text)
  env.registerFunction('net.CIDR.containsIP(net.IP): bool', (cidr: Cidr, ip: Ip) => cidr.containsIp(ip))
  env.registerFunction('net.CIDR.containsIP(string): bool', (cidr: Cidr, ip: string) =>
    cidr.containsIp(new Ip(ip)),
  )
  env.registerFunction('net.CIDR.ip(): net.IP', (cidr: Cidr) => cidr.ip)
  env.registerFunction('net.CIDR.prefixLength(): int', (cidr: Cidr) => BigInt(cidr.bits))
}
