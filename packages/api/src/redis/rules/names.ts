/** Rules about names: of the resource, of directives, of labels and annotations. */
import { pathOf } from '../../field-path.ts'
import { directiveNames } from '../../generated/directive-names.ts'
import type { RedisSpec } from '../../generated/redis-types.ts'
import { nearest } from '../../nearest.ts'
import { celText, problem, type Rule } from './rule.ts'

/** A name of Service and pod; `NAME-sentinel` and the hash of a revision must still fit into a label. */
const longestName = 43
const namePattern = /^[a-z]([-a-z0-9]*[a-z0-9])?$/

/** Prefix and name of a label or annotation, as Kubernetes has it. */
const labelKeyPattern =
  /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?[/])?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/
const ownedLabelPattern = /^(app[.]kubernetes[.]io|orlop[.]dev|([a-z0-9.-]+[.])?orlop[.]dev)[/]/

const nameRule: Rule = {
  at: '',
  validation: {
    rule: `size(self.metadata.name) <= ${longestName} && self.metadata.name.matches(${celText(namePattern.source)})`,
    message: `metadata.name must start with a letter, hold only lower-case letters, digits and "-", and have at most ${longestName} characters: Services and pods are named after it`,
  },
  problems: ({ metadata: { name } }) =>
    name.length <= longestName && namePattern.test(name)
      ? []
      : [problem('metadata.name', name, nameRule.validation.message.replace('metadata.name ', ''))],
}

const noSuchDirective =
  'a directive that no supported version of Redis or Valkey has; write it as in redis.conf, and settings of Sentinel in spec.failover.sentinel'
/** Known only to a file. They exist, so they pass here, and the operator refuses them with what to use instead. */
const fileOnly = ['include', 'loadmodule', 'rename-command', 'user']
const knownNames: readonly string[] = [...new Set([...directiveNames, ...fileOnly])].sort()
const celDirectives = `[${knownNames.map(celText).join(', ')}]`

const directivesRule: Rule = {
  at: 'spec.config',
  validation: {
    rule: `self.all(name, name in ${celDirectives})`,
    message: `spec.config names ${noSuchDirective}`,
    messageExpression: `'spec.config has "' + self.filter(name, !(name in ${celDirectives}))[0] + '", ${noSuchDirective}'`,
  },
  problems: ({ spec }) =>
    Object.entries(spec.config)
      .filter(([name]) => !knownNames.includes(name))
      .map(([name, value]) => problem(pathOf(['spec', 'config', name]), value, unknownDirective(name))),
}

function unknownDirective(name: string): string {
  const similar = nearest(name, knownNames)
  return `is a directive of no supported version of Redis or Valkey${similar ? `; the nearest is ${similar}` : ''}`
}

const labelMaps: readonly {
  readonly at: string
  readonly read: (spec: RedisSpec) => Record<string, string>
}[] = [
  { at: 'spec.pod.labels', read: (spec) => spec.pod.labels },
  { at: 'spec.pod.annotations', read: (spec) => spec.pod.annotations },
  { at: 'spec.service.annotations', read: (spec) => spec.service.annotations },
  { at: 'spec.placement.nodeSelector', read: (spec) => spec.placement.nodeSelector },
]

const noSuchKey =
  'a key that Kubernetes does not take; use at most 63 letters, digits, "-", "_" and ".", with or without a prefix such as example.com/'

const labelKeyRules: readonly Rule[] = labelMaps.map(({ at, read }) => ({
  at,
  validation: {
    rule: `self.all(key, key.matches(${celText(labelKeyPattern.source)}))`,
    message: `${at} has ${noSuchKey}`,
    messageExpression: `'${at} has "' + self.filter(key, !key.matches(${celText(labelKeyPattern.source)}))[0] + '", ${noSuchKey}'`,
  },
  problems: ({ spec }) =>
    Object.entries(read(spec))
      .filter(([key]) => !labelKeyPattern.test(key))
      .map(([key, value]) => problem(pathOf([...at.split('.'), key]), value, `is ${noSuchKey}`)),
}))

const ownLabel = 'reserved for Orlop, as all under orlop.dev/ and app.kubernetes.io/; choose another'

const ownedLabelsRule: Rule = {
  at: 'spec.pod.labels',
  validation: {
    rule: `self.all(key, !key.matches(${celText(ownedLabelPattern.source)}))`,
    message: `spec.pod.labels has a label ${ownLabel}`,
    messageExpression: `'spec.pod.labels has "' + self.filter(key, key.matches(${celText(ownedLabelPattern.source)}))[0] + '", ${ownLabel}'`,
  },
  problems: ({ spec }) =>
    Object.entries(spec.pod.labels)
      .filter(([key]) => ownedLabelPattern.test(key))
      .map(([key, value]) => problem(pathOf(['spec', 'pod', 'labels', key]), value, `is ${ownLabel}`)),
}

export const nameRules: readonly Rule[] = [nameRule, directivesRule, ...labelKeyRules, ownedLabelsRule]
