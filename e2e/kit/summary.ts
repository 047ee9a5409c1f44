/** Prints each behaviour with its duration and what its writers saw; then what failed, and what this target cannot try. */

import type { Reporter, TestCase, TestModule } from 'vitest/node'
import { chosen } from '../targets/targets.ts'

export default class Summary implements Reporter {
  #cannot: readonly string[] = []

  async onInit(): Promise<void> {
    const target = await chosen(process.env).open()
    this.#cannot = Object.entries(target.can).flatMap(([ability, why]) =>
      why === undefined ? [] : [`            ${ability}: ${why}`],
    )
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const line = (test: TestCase): string => {
      const seconds = ((test.diagnostic()?.duration ?? 0) / 1000).toFixed(1).padStart(6)
      const notes = test.meta().notes ?? []
      return `${seconds} s  ${test.fullName}${notes.map((note) => `\n            ${note}`).join('')}`
    }
    const of = (state: string): TestCase[] => tests.filter((test) => test.result().state === state)
    const print = (title: string, list: readonly TestCase[]): void => {
      if (list.length > 0) console.log(`\n${title}\n${list.map(line).join('\n')}`)
    }
    print('passed', of('passed'))
    print('not tried here', of('skipped'))
    for (const why of this.#cannot) console.log(why)
    print('FAILED', of('failed'))
  }
}
