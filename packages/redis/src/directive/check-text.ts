import { isIPv4, isIPv6 } from 'node:net'
import { invalid, type Wrong } from './wrong.ts'

/** `validateProcTitleTemplate` in src/server.c. */
const titleVariables = /\{(title|listen-addr|server-mode|port|tls-port|unixsocket|config-file)\}/g

const fileName = {
  takes: (value: string) => value !== '' && !/[/\\]/.test(value),
  remedy: 'write the name of a file, not a path',
}
const nodeName = {
  takes: (value: string) => /^[\w.:-]*$/.test(value),
  remedy: 'write letters, digits, dots and hyphens only',
}

/** Text that the server reads more closely, and would not start with (the `isValid...` functions of src/config.c). */
const grammars: Readonly<Record<string, { takes: (value: string) => boolean; remedy: string }>> = {
  appenddirname: fileName,
  appendfilename: fileName,
  'cluster-config-file': fileName,
  dbfilename: fileName,
  'cluster-announce-hostname': {
    takes: (value) => /^[A-Za-z0-9.-]{0,255}$/.test(value),
    remedy: 'write letters, digits, dots and hyphens only',
  },
  'cluster-announce-human-nodename': nodeName,
  'cluster-announce-ip': nodeName,
  'cluster-announce-client-ipv4': {
    takes: (value) => value === '' || isIPv4(value),
    remedy: 'write an IPv4 address',
  },
  'cluster-announce-client-ipv6': {
    takes: (value) => value === '' || isIPv6(value),
    remedy: 'write an IPv6 address',
  },
  // The collations that every image has; a server does not start with one that its image lacks.
  'locale-collate': { takes: (value) => /^(C|POSIX|)$/.test(value), remedy: 'write C or POSIX' },
  'proc-title-template': {
    takes: (value) => value.trim() !== '' && !/[{}]/.test(value.replace(titleVariables, '')),
    remedy:
      'write text with no other variables than {title}, {listen-addr}, {server-mode}, {port} and {tls-port}',
  },
}

/** What is wrong with the value of a directive of type `string`. */
export function checkText(name: string, value: string): Wrong | undefined {
  const grammar = grammars[name]
  return grammar === undefined || grammar.takes(value) ? undefined : invalid(grammar.remedy)
}
