/** Rules about changes that can never work on the volumes that exist. */
import { parseQuantity } from '../../quantity.ts'
import { problem, type Rule } from './rule.ts'

const storageClassRule: Rule = {
  at: 'spec.persistence.storage.storageClassName',
  validation: {
    rule: 'self == oldSelf',
    message:
      'spec.persistence.storage.storageClassName cannot change: volumes stay where they were made; make a new resource with the other class and move the data',
    messageExpression: `'spec.persistence.storage.storageClassName cannot change from "' + oldSelf + '" to "' + self + '": volumes stay where they were made; make a new resource with the other class and move the data'`,
  },
  problems: ({ spec }, old) => {
    const [before, after] = [old?.spec.persistence.storage, spec.persistence.storage]
    if (!before || !after || before.storageClassName === after.storageClassName) return []
    return [
      problem(
        'spec.persistence.storage.storageClassName',
        after.storageClassName,
        `cannot change from "${before.storageClassName}": volumes stay where they were made; make a new resource and move the data`,
      ),
    ]
  },
}

const shrinkRule: Rule = {
  at: 'spec.persistence.storage.size',
  validation: {
    rule: '!isQuantity(self) || !isQuantity(oldSelf) || quantity(self).compareTo(quantity(oldSelf)) >= 0',
    message: 'spec.persistence.storage.size cannot shrink: Kubernetes only grows volumes',
    messageExpression: `'spec.persistence.storage.size cannot shrink from ' + oldSelf + ' to ' + self + ': Kubernetes only grows volumes'`,
  },
  problems: ({ spec }, old) => {
    const [before, after] = [old?.spec.persistence.storage?.size, spec.persistence.storage?.size]
    if (before === undefined || after === undefined) return []
    return (parseQuantity(after) ?? 0) >= (parseQuantity(before) ?? 0)
      ? []
      : [
          problem(
            'spec.persistence.storage.size',
            after,
            `cannot shrink from ${before}: Kubernetes only grows volumes`,
          ),
        ]
  },
}

export const changeRules: readonly Rule[] = [storageClassRule, shrinkRule]
