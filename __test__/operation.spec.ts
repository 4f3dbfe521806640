import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { SyncEngine } from '..'
import { Bench } from './support/bench'
import { parseMetrics, parseRules, type Family } from './support/prometheus'
import { selectorsOf } from './support/promql'
import { ROOT } from './support/script'

/** What the labels say that a rule may ask for. */
const VALUES: Record<string, string[]> = {
  outcome: ['success', 'partial', 'failed', 'cancelled'],
  result: ['success', 'failed', 'blocked', 'conflict', 'skipped', 'not_attempted'],
  class: ['AUTH', 'none'],
  status: ['2xx', '3xx', '4xx', '5xx', 'none'],
}

describe('metrics', () => {
  let bench: Bench
  let families: Family[]
  beforeAll(async () => {
    bench = await Bench.open({ types: 3 })
    await bench.deploy().handle.done
    families = parseMetrics(bench.engine.metrics())
  })
  afterAll(() => bench.close())

  const family = (name: string) => families.find((one) => one.name === `catalyst_sync_${name}`)

  test('are text that Prometheus reads', () => {
    expect(families.length).toBeGreaterThan(9)
    for (const { name, type, help } of families) {
      expect(name).toMatch(/^catalyst_sync_[a-z_]+$/)
      expect(name.endsWith('_total')).toBe(type === 'counter')
      expect(help).toMatch(/\.$|[a-z]$/)
    }
    expect(family('operations_total')?.samples).toEqual([
      {
        name: 'catalyst_sync_operations_total',
        labels: { operation: 'create', result: 'success', class: 'none' },
        value: 3,
      },
    ])
  })

  test('histograms grow with their bounds and agree with their counts', () => {
    const { samples = [] } = family('deployment_duration_seconds') ?? {}
    const buckets = samples.filter(({ name }) => name.endsWith('_bucket'))
    const bounds = buckets.map(({ labels }) => Number(labels.le?.replace('Inf', 'Infinity')))
    expect(bounds).toEqual([...bounds].sort((a, b) => a - b))
    expect(bounds.at(-1)).toBe(Infinity)
    const values = buckets.map(({ value }) => value)
    expect(values).toEqual([...values].sort((a, b) => a - b))
    const count = samples.find(({ name }) => name.endsWith('_count'))
    expect(count?.value).toBe(values.at(-1))
  })

  test('hold neither types nor deployments', () => {
    expect(bench.engine.metrics()).not.toMatch(/Type1|deploy-1|site_1|test-secret/)
  })

  test('belong to the engine, whoever it acts for, and survive its end', async () => {
    const engine = new SyncEngine(bench.options)
    expect(parseMetrics(engine.metrics())).not.toEqual(families)
    expect(bench.engine.as({ id: 'ada' }).metrics()).toBe(bench.engine.metrics())
    await engine.close()
    expect(engine.metrics()).toContain('catalyst_sync_deployments_running 0')
  })

  test('alert rules name only what there is, and parse', () => {
    const text = readFileSync(join(ROOT, 'docs/alerts.yml'), 'utf8')
    const { groups } = parseRules(text)
    expect(groups.map(({ name }) => name)).toEqual(['catalyst-sync'])
    const known = new Set(
      families.flatMap(({ name, type }) =>
        type === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => name + end) : [name],
      ),
    )
    const labels = new Set(
      families.flatMap(({ samples }) => samples.flatMap((one) => Object.keys(one.labels))),
    )
    const rules = groups.flatMap((group) => group.rules)
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length)
    for (const rule of rules) {
      expect(Object.keys(rule)).toEqual(['alert', 'expr', 'for', 'labels', 'annotations'])
      expect(rule.alert).toMatch(/^CatalystSync[A-Z][A-Za-z]+$/)
      expect(rule.for).toMatch(/^\d+[smhd]$/)
      expect(['info', 'warning', 'critical']).toContain(rule.labels.severity)
      expect(Object.keys(rule.annotations)).toEqual(['summary', 'description'])
      const selectors = selectorsOf(rule.expr)
      expect(selectors).not.toEqual([])
      for (const { metric, matchers } of selectors) {
        expect(known).toContain(metric)
        for (const { label, value } of matchers) {
          expect(labels).toContain(label)
          for (const one of value.split('|')) expect(VALUES[label]).toContain(one)
        }
      }
    }
  })
})

test.each([
  ['', 'no line feed'],
  ['a 1\n', 'unexpected'],
  ['# HELP a x\na 1\n', 'unexpected'],
  ['# HELP a x\n# TYPE a gauge\na one\n', 'no value'],
  ['# HELP a x\n# TYPE a gauge\nb 1\n', 'unexpected'],
  ['# HELP a x\n# TYPE a gauge\na 1\na 2\n', 'twice'],
  ['# HELP a x\n# TYPE a gauge\na{b="x\\t"} 1\n', 'no label'],
  ['# HELP a x\n# TYPE a gauge\na{b="x} 1\n', 'no label'],
])('the parser refuses %j', (text, message) => {
  expect(() => parseMetrics(text)).toThrow(message)
})

test.each([
  ['rate(a)', 'no range'],
  ['rate(a[5m], 1)', 'one argument too many'],
  ['a[5m] > 0', 'a range that nothing takes'],
  ['sum(a', 'unexpected'],
  ['a{b=c} > 0', 'unexpected'],
  ['abs(a) > 0', 'no rule needs abs'],
])('no expression: %s', (expression, message) => {
  expect(() => selectorsOf(expression)).toThrow(message)
})

describe('health', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await Bench.open({ types: 1 })
  })
  afterEach(() => bench.close())

  test('of everything', async () => {
    expect(await bench.engine.health()).toStrictEqual({
      status: 'healthy',
      database: { status: 'ok' },
      state: { status: 'ok' },
      platform: { status: 'ok' },
      successRate24h: null,
      timestamp: expect.any(Date),
    })
  })

  test('without credentials', async () => {
    const health = await bench.engine.health({ provider: 'optimizely' })
    expect(health.status).toBe('healthy')
    const engine = new SyncEngine({ databaseUrl: bench.options.databaseUrl })
    expect(await engine.health()).toMatchObject({
      status: 'degraded',
      platform: { status: 'not_configured', code: 'CREDENTIALS_MISSING' },
    })
    await engine.close()
  })

  test.each([
    ['file:./nowhere.db', 'DATABASE_NOT_FOUND'],
    ['postgresql://localhost/x', 'DATABASE_UNSUPPORTED'],
  ])('with the database %s', async (databaseUrl, code) => {
    const engine = new SyncEngine({ ...bench.options, databaseUrl })
    const health = await engine.health()
    expect(health).toMatchObject({ status: 'unhealthy', database: { status: 'failed', code } })
    await engine.close()
  })

  test('after the end, and of what is no provider', async () => {
    await expect(bench.engine.health({ provider: 5 as never })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    })
    await bench.engine.close()
    await expect(bench.engine.health()).rejects.toMatchObject({ code: 'ENGINE_CLOSED' })
  })
})

describe('the files', () => {
  const database = join(tmpdir(), 'nowhere', 'dev.db')

  test.each([
    [undefined, `${database}.catalyst-sync`],
    ['studio', database],
    [`file:${database}.sync`, `${database}.sync`],
  ])('with stateUrl %s', async (stateUrl, state) => {
    const engine = new SyncEngine({ databaseUrl: `file:${database}?socket_timeout=1`, stateUrl })
    expect(engine.stateLocation()).toEqual({ database, state })
    await engine.close()
  })

  test('of an address that is none of a file', async () => {
    const engine = new SyncEngine({ databaseUrl: 'postgresql://localhost/x' })
    expect(() => engine.stateLocation()).toThrow(
      expect.objectContaining({ code: 'DATABASE_UNSUPPORTED' }) as Error,
    )
    await engine.close()
  })
})
