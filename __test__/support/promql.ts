import { parser } from '@prometheus-io/lezer-promql'

/** One metric that an expression selects, and the labels that it is narrowed by. */
export interface Selector {
  metric: string
  matchers: { label: string; operator: string; value: string }[]
}

/** Functions that take a range; the others that there are take none, and no rule needs them. */
const OF_RANGES = ['rate', 'increase', 'changes']

/** Parses an expression by the grammar of Prometheus; tells what it selects. */
export function selectorsOf(expression: string): Selector[] {
  const tree = parser.parse(expression)
  tree.iterate({
    enter({ type, from }) {
      if (type.isError) throw new Error(`${expression}: unexpected at ${from}`)
    },
  })
  const selectors: Selector[] = []
  tree.iterate({
    enter({ node }) {
      const text = expression.slice(node.from, node.to)
      if (node.name === 'FunctionCall') {
        const called = node.getChild('FunctionIdentifier')!
        const name = expression.slice(called.from, called.to)
        const given = node.getChild('FunctionCallBody')?.firstChild
        if (!OF_RANGES.includes(name)) throw new Error(`${expression}: no rule needs ${name}`)
        if (given?.name !== 'MatrixSelector') throw new Error(`${text}: no range`)
        if (given.nextSibling) throw new Error(`${text}: one argument too many`)
      }
      if (node.name === 'MatrixSelector' && node.parent?.parent?.name !== 'FunctionCall') {
        throw new Error(`${text}: a range that nothing takes`)
      }
      if (node.name === 'VectorSelector') {
        const metric = node.getChild('Identifier')!
        const matchers = node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? []
        selectors.push({
          metric: expression.slice(metric.from, metric.to),
          matchers: matchers.map((matcher) => {
            const part = (name: string) => {
              const { from, to } = matcher.getChild(name)!
              return expression.slice(from, to)
            }
            const value = JSON.parse(part('StringLiteral')) as string
            return { label: part('LabelName'), operator: part('MatchOp'), value }
          }),
        })
      }
    },
  })
  return selectors
}
