import { parseMemory } from './memory.ts'
import { bufferLimits } from './normalise.ts'
import { invalid, type Wrong } from './wrong.ts'

/** The directives that are a list of arguments, each with a grammar of its own (the `setConfig...Option` functions of src/config.c). */
export function checkWords(name: string, given: readonly string[]): Wrong | undefined {
  switch (name) {
    case 'save':
      return isSave(given)
        ? undefined
        : invalid('write pairs of seconds and changes, such as "900 1 300 10", or ""')
    case 'client-output-buffer-limit':
      return isBufferLimits(given)
        ? undefined
        : invalid('write class, hard limit, soft limit and seconds, such as "replica 256mb 64mb 60"')
    case 'oom-score-adj-values':
      return isScores(given) ? undefined : invalid('write three numbers from -2000 to 2000 that do not fall')
    case 'latency-tracking-info-percentiles':
      return given.every(isPercentile) ? undefined : invalid('write numbers from 0 to 100')
    case 'replicaof':
    case 'slaveof':
      return isAddress(given) ? undefined : invalid('write a host and a port, or no one')
    default:
      return undefined
  }
}

function isSave(given: readonly string[]): boolean {
  return (
    given.length % 2 === 0 &&
    given.every((word, i) => /^\d{1,10}$/.test(word) && (i % 2 === 1 || Number(word) > 0))
  )
}

function isBufferLimits(given: readonly string[]): boolean {
  return (
    given.length > 0 &&
    bufferLimits(given).every(
      ([name = '', hard = '', soft = '', seconds = '']) =>
        /^(normal|slave|replica|pubsub)$/i.test(name) &&
        parseMemory(hard) !== undefined &&
        parseMemory(soft) !== undefined &&
        /^\d{1,9}$/.test(seconds),
    )
  )
}

function isScores(given: readonly string[]): boolean {
  const scores = given.map(Number)
  const falls = scores.some((score, i) => i > 0 && score < (scores[i - 1] ?? score))
  return (
    scores.length === 3 &&
    !falls &&
    given.every((word) => /^-?\d{1,4}$/.test(word) && Math.abs(Number(word)) <= 2000)
  )
}

function isPercentile(word: string): boolean {
  return /^\d{1,3}(\.\d+)?$/.test(word) && Number(word) <= 100
}

function isAddress([host, port, ...more]: readonly string[]): boolean {
  if (host === undefined) return true
  return (
    more.length === 0 && (/^\d{1,5}$/.test(port ?? '') || (/^no$/i.test(host) && /^one$/i.test(port ?? '')))
  )
}
