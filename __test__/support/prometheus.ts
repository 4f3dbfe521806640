import { parse } from 'yaml'

/** One line of a family. */
export interface Sample {
  name: string
  labels: Record<string, string>
  value: number
}

/** What stands under one `# TYPE` line. */
export interface Family {
  name: string
  type: string
  help: string
  samples: Sample[]
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/
const NUMBER = /^(NaN|[+-]Inf|-?\d+(\.\d+)?([eE][+-]?\d+)?)$/

/**
 * Reads the text format (version 0.0.4) by its grammar, stricter than Prometheus does: HELP and TYPE
 * before the samples of each family, no family twice, no series twice, a line feed at the end.
 */
export function parseMetrics(text: string): Family[] {
  if (!text.endsWith('\n')) throw new Error('no line feed at the end')
  const families: Family[] = []
  const series = new Set<string>()
  let help: { name: string; text: string } | undefined
  for (const line of text.slice(0, -1).split('\n')) {
    const [, word = '', name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? []
    if (word === 'HELP') {
      if (help || !NAME.test(name)) throw new Error(`unexpected: ${line}`)
      help = { name, text: rest }
    } else if (word === 'TYPE') {
      if (help === undefined || help.name !== name || !/^(counter|gauge|histogram)$/.test(rest)) {
        throw new Error(`unexpected: ${line}`)
      }
      if (families.some((family) => family.name === name)) throw new Error(`twice: ${name}`)
      families.push({ name, type: rest, help: help.text, samples: [] })
      help = undefined
    } else {
      const family = families.at(-1)
      const sample = parseSample(line)
      if (help || !family || !belongs(sample.name, family)) throw new Error(`unexpected: ${line}`)
      const key = line.slice(0, line.lastIndexOf(' '))
      if (series.has(key)) throw new Error(`twice: ${key}`)
      series.add(key)
      family.samples.push(sample)
    }
  }
  if (help) throw new Error(`nothing after the help of ${help.name}`)
  return families
}

function belongs(name: string, { name: family, type }: Family): boolean {
  if (type !== 'histogram') return name === family
  return ['_bucket', '_sum', '_count'].some((suffix) => name === family + suffix)
}

function parseSample(line: string): Sample {
  const name = /^[^{ ]*/.exec(line)?.[0] ?? ''
  if (!NAME.test(name)) throw new Error(`no sample: ${line}`)
  let rest = line.slice(name.length)
  const labels: Record<string, string> = {}
  if (rest.startsWith('{')) {
    do {
      const [all = '', label = '', text = ''] =
        /^[{,]([^=]+)="((?:[^"\\]|\\[\\n"])*)"/.exec(rest) ?? []
      if (all === '' || !LABEL.test(label) || label in labels) {
        throw new Error(`no label: ${line}`)
      }
      const plain: Record<string, string> = { '\\\\': '\\', '\\"': '"', '\\n': '\n' }
      labels[label] = text.replace(/\\./g, (escape) => plain[escape] ?? '')
      rest = rest.slice(all.length)
    } while (rest.startsWith(','))
    if (!rest.startsWith('}')) throw new Error(`no end of labels: ${line}`)
    rest = rest.slice(1)
  }
  if (!rest.startsWith(' ') || !NUMBER.test(rest.slice(1))) throw new Error(`no value: ${line}`)
  return { name, labels, value: Number(rest.slice(1).replace('Inf', 'Infinity')) }
}

/** One alert rule. */
export interface Rule {
  alert: string
  expr: string
  for: string
  labels: Record<string, string>
  annotations: Record<string, string>
}

/** Reads alert rules. */
export function parseRules(text: string): { groups: { name: string; rules: Rule[] }[] } {
  return parse(text) as ReturnType<typeof parseRules>
}
