/** Rules about fields that contradict each other, or the catalogue. */
import { parseQuantity } from '../../quantity.ts'
import { datasetShare, leastMemory } from '../capacity.ts'
import { catalogue, type Engine, isSupportedVersion, versionPattern } from '../catalogue.ts'
import { celText, problem, type Rule } from './rule.ts'

const versionRule: Rule = {
  at: 'spec',
  validation: {
    rule: `self.engine == 'valkey' ? self.version.matches(${celText(versionPattern('valkey').source)}) : self.version.matches(${celText(versionPattern('redis').source)})`,
    message: `spec.version must be a version that Orlop knows: redis ${catalogue.redis.join(', ')}; valkey ${catalogue.valkey.join(', ')}; each with or without a patch number`,
    messageExpression: `self.engine == 'valkey' ? ${versionMessage('valkey')} : ${versionMessage('redis')}`,
  },
  problems: ({ spec }) =>
    isSupportedVersion(spec.engine, spec.version)
      ? []
      : [
          problem(
            'spec.version',
            spec.version,
            `must be, for engine ${spec.engine}, one of ${catalogue[spec.engine].join(', ')}, with or without a patch number`,
          ),
        ],
}

/** In CEL: the concatenation stands inside each branch, because the cost of joining to a conditional cannot be estimated. */
function versionMessage(engine: Engine): string {
  return `'spec.version is "' + self.version + '"; for engine ${engine} it must be one of ${catalogue[engine].join(', ')}, with or without a patch number'`
}

const memoryRule: Rule = {
  at: 'spec.memory',
  validation: {
    rule: `!isQuantity(self) || quantity(self).asApproximateFloat() >= ${leastMemory}.0`,
    message: 'spec.memory must be at least 1Mi; a number without a unit is bytes: write 256Mi',
    messageExpression: `'spec.memory is "' + self + '"; it must be at least 1Mi, and a number without a unit is bytes: write 256Mi'`,
  },
  problems: ({ spec }) =>
    (parseQuantity(spec.memory) ?? leastMemory) >= leastMemory
      ? []
      : [
          problem(
            'spec.memory',
            spec.memory,
            'must be at least 1Mi; a number without a unit is bytes: write 256Mi',
          ),
        ],
}

const limitRule: Rule = {
  at: 'spec',
  validation: {
    rule: `!has(self.resources) || !has(self.resources.limits) || !has(self.resources.limits.memory) || !isQuantity(self.resources.limits.memory) || !isQuantity(self.memory) || quantity(self.memory).asApproximateFloat() <= quantity(self.resources.limits.memory).asApproximateFloat() * ${datasetShare}`,
    message:
      'spec.memory must be at most 70 % of spec.resources.limits.memory; leave the limit out to have it computed',
    messageExpression: `'spec.memory is ' + self.memory + ', more than 70 % of spec.resources.limits.memory ' + self.resources.limits.memory + '; raise the limit, or leave it out to have it computed'`,
  },
  problems: ({ spec }) => {
    const limit = spec.resources.limits?.memory
    if (
      limit === undefined ||
      (parseQuantity(spec.memory) ?? 0) <= (parseQuantity(limit) ?? 0) * datasetShare
    )
      return []
    return [
      problem(
        'spec.resources.limits.memory',
        limit,
        `must leave room: spec.memory ${spec.memory} is more than 70 % of it; raise the limit, or leave it out to have it computed`,
      ),
    ]
  },
}

const minReplicasRule: Rule = {
  at: 'spec',
  validation: {
    rule: '!has(self.writes) || !has(self.writes.minReplicas) || self.writes.minReplicas < self.instances',
    message:
      'spec.writes.minReplicas must be less than spec.instances: one instance is the primary, and only the others are replicas',
  },
  problems: ({ spec }) =>
    (spec.writes.minReplicas ?? 0) < spec.instances
      ? []
      : [
          problem(
            'spec.writes.minReplicas',
            spec.writes.minReplicas,
            `must be at most ${spec.instances - 1}, the replicas of ${spec.instances} instances`,
          ),
        ],
}

const quorumRule: Rule = {
  at: 'spec.failover.sentinel',
  validation: {
    rule: '!has(self.quorum) || !has(self.instances) || self.quorum <= self.instances',
    message: 'spec.failover.sentinel.quorum must be at most spec.failover.sentinel.instances',
  },
  problems: ({ spec: { failover } }) =>
    failover.sentinel === undefined || failover.sentinel.quorum <= failover.sentinel.instances
      ? []
      : [
          problem(
            'spec.failover.sentinel.quorum',
            failover.sentinel.quorum,
            `must be at most ${failover.sentinel.instances}, the number of Sentinels`,
          ),
        ],
}

const sentinelRule: Rule = {
  at: 'spec',
  validation: {
    rule: `!has(self.failover) || !has(self.failover.sentinel) || (has(self.failover.mode) ? self.failover.mode == 'sentinel' : self.instances > 1)`,
    message:
      'spec.failover.sentinel is given, but spec.failover.mode is not sentinel (its default is none at 1 instance)',
  },
  problems: ({ spec }) =>
    spec.failover.sentinel === undefined ||
    (spec.failover.mode ? spec.failover.mode === 'sentinel' : spec.instances > 1)
      ? []
      : [
          problem(
            'spec.failover.sentinel',
            spec.failover.sentinel,
            `is only used with failover.mode sentinel, and the mode is ${spec.failover.mode ?? 'none, the default at 1 instance'}`,
          ),
        ],
}

const authRule: Rule = {
  at: 'spec.auth',
  validation: {
    rule: `!has(self.disabled) || !self.disabled || !has(self.secretName) || self.secretName == ''`,
    message: 'spec.auth.disabled is true and spec.auth.secretName names a password; leave one of them out',
  },
  problems: ({ spec: { auth } }) =>
    auth.disabled && auth.secretName !== ''
      ? [
          problem(
            'spec.auth.secretName',
            auth.secretName,
            'names a password, and spec.auth.disabled is true; leave one out',
          ),
        ]
      : [],
}

export const contradictionRules: readonly Rule[] = [
  versionRule,
  memoryRule,
  limitRule,
  minReplicasRule,
  sentinelRule,
  quorumRule,
  authRule,
]
