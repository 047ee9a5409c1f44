/** Progress of long work: a line a step with its time; on a terminal a spinner while it lasts. */
import { styleText } from 'node:util'

export interface Progress {
  /** Runs one step and reports it. `note` changes what stands beside the step while it runs. */
  step<T>(title: string, work: (note: (text: string) => void) => Promise<T>): Promise<T>
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']

export function createProgress(out: NodeJS.WriteStream, now: () => number = Date.now): Progress {
  const fancy = out.isTTY === true
  const style = (format: Parameters<typeof styleText>[0], text: string): string =>
    fancy ? styleText(format, text) : text
  return {
    async step(title, work) {
      const started = now()
      let detail = ''
      let frame = 0
      const draw = (): void => {
        const mark = style('cyan', frames[frame++ % frames.length] ?? '')
        out.write(`\r\u001b[K${mark} ${title}${detail === '' ? '' : style('dim', `  ${detail}`)}`)
      }
      const timer = fancy ? setInterval(draw, 80) : undefined
      if (fancy) draw()
      const finish = (mark: string): void => {
        clearInterval(timer)
        const time = style('dim', `${((now() - started) / 1000).toFixed(1)} s`)
        out.write(
          `${fancy ? '\r\u001b[K' : ''}${mark} ${title}${detail === '' ? '' : `  ${style('dim', detail)}`}  ${time}\n`,
        )
      }
      try {
        const result = await work((text) => {
          detail = text.split('\n')[0] ?? ''
          // A line that wraps could not be drawn over.
          const room = Math.max(10, (out.columns || 80) - title.length - 16)
          if (fancy && detail.length > room) detail = `${detail.slice(0, room - 1)}…`
        })
        detail = ''
        finish(style('green', '✓'))
        return result
      } catch (error) {
        finish(style('red', '✗'))
        throw error
      }
    },
  }
}
