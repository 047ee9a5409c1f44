/** Two settings of nodes that Redis warns of at its start (`checkTHPEnabled`, `checkOvercommit` in redis src/syscheck.c). */
import type { Check, Finding } from '../check.ts'
import type { NodeReport, ProbeReport } from '../probe/report.ts'

export const hugePages: Check = {
  name: 'huge-pages',
  title: 'Huge pages',
  run: async ({ probe }) => judgeHugePages(probe),
}

export const overcommit: Check = {
  name: 'overcommit',
  title: 'Overcommit',
  run: async ({ probe }) => judgeOvercommit(probe),
}

const notLooked: Finding = { result: 'unknown', seen: 'not looked at; --probe' }

/** `always [madvise] never`: the one in brackets holds. Redis itself calls prctl(PR_SET_THP_DISABLE) (directive disable-thp). */
export function judgeHugePages(probe: ProbeReport | undefined): Finding {
  return judge(
    probe,
    ({ hugePages: value }) => value,
    (value) => value !== 'always',
    {
      good: (values) => `transparent huge pages: ${values}`,
      bad: (nodes) =>
        `transparent huge pages are always on at ${nodes}: servers switch them off for themselves (disable-thp), where the container may; otherwise a save copies 2 MiB for each page written`,
      remedy: 'on the node: echo madvise > /sys/kernel/mm/transparent_hugepage/enabled',
    },
  )
}

/** Linux Documentation/mm/overcommit-accounting: 1 always grants, 0 guesses, 2 never grants more than there is. */
export function judgeOvercommit(probe: ProbeReport | undefined): Finding {
  return judge(
    probe,
    ({ overcommit: value }) => value,
    (value) => value === '1',
    {
      good: (values) => `vm.overcommit_memory=${values}: a save can always fork`,
      bad: (nodes) =>
        `vm.overcommit_memory is not 1 at ${nodes}: the fork of a save, or of a replica's first copy, may be refused while memory is short`,
      remedy:
        'on the node: sysctl -w vm.overcommit_memory=1   (kubelets set it at their start, unless protectKernelDefaults)',
    },
  )
}

function judge(
  probe: ProbeReport | undefined,
  value: (node: NodeReport) => string | undefined,
  isGood: (value: string) => boolean,
  say: {
    readonly good: (values: string) => string
    readonly bad: (nodes: string) => string
    readonly remedy: string
  },
): Finding {
  if (probe === undefined) return notLooked
  const failed = probe.nodes.filter((node) => value(node) === undefined)
  const details = failed.map(
    ({ node, trouble }) => `${node}: not known${trouble === undefined ? '' : `, ${trouble}`}`,
  )
  const seen = probe.nodes.flatMap((node) => {
    const found = value(node)
    return found === undefined ? [] : [{ node: node.node, found }]
  })
  if (seen.length === 0) return { result: 'unknown', seen: 'no pod could tell', details }
  const bad = seen.filter(({ found }) => !isGood(found))
  if (bad.length > 0) {
    const nodes = bad.map(({ node, found }) => `${node} (${found})`).join(', ')
    return { result: 'warn', seen: say.bad(nodes), details, remedy: say.remedy }
  }
  const values = [...new Set(seen.map(({ found }) => found))].join(', ')
  const all = failed.length === 0
  return {
    result: all ? 'ok' : 'unknown',
    seen: `${say.good(values)}${all ? '' : ', where it could be seen'}`,
    details,
  }
}
