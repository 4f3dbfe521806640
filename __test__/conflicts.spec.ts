import { SyncEngine, type Conflict, type ConflictChoice, type Resolution } from '..'
import { Bench } from './support/bench'
import { edit } from './support/studio'

const TITLE = '/properties/title/displayName'

let bench: Bench
let deployments = 0

beforeEach(async () => {
  bench = await Bench.open({ types: 3, options: { cacheTtlMs: 0 } })
})
afterEach(() => bench.close())

async function deploy() {
  const { outcomes } = await bench.deploy({ id: `d${deployments++}` }).handle.done
  return outcomes.map(({ typeKey, status }) => `${typeKey} ${status}`).sort()
}

/** Gives the titles of the first types another label. */
function relabel(label: string, types: number): void {
  edit(
    bench.folder.file('dev.db'),
    `UPDATE "ContentType" SET "fields" = json_set("fields", '$.fields[0].label', ?)
     WHERE "id" IN (SELECT 'ct_' || value FROM json_each(?))`,
    label,
    JSON.stringify(Array.from({ length: types }, (_, at) => at + 1)),
  )
}

async function theirs(key: string, displayName: string): Promise<void> {
  const patch = { properties: { title: { displayName } } }
  await bench.platform.control('edit', { version: 'v1', key, patch })
}

async function titleOf(key: string): Promise<unknown> {
  const { types } = (await bench.platform.control('state?version=v1')) as {
    types: Record<string, { properties: { title: { displayName: string } } }>
  }
  return types[key]?.properties.title.displayName
}

/** As many open conflicts: here `Here`, there `There`. Their ids, by type. */
async function conflicting(types: number): Promise<Conflict[]> {
  await deploy()
  for (let at = 1; at <= types; at++) await theirs(`Type${at}`, 'There')
  relabel('Here', types)
  await deploy()
  const { conflicts } = await bench.engine.listConflicts({ status: 'pending' })
  return conflicts.sort((a, b) => a.typeKey.localeCompare(b.typeKey))
}

const brief = ({ typeKey, success, strategy, remaining, error }: Resolution) =>
  [typeKey, success, strategy, remaining.map(({ path }) => path).join(), error?.code ?? ''].join(
    ' ',
  )

test('a conflict is listed and read with all three sides, in values of this realm', async () => {
  const [conflict] = await conflicting(1)
  if (conflict === undefined) throw new Error('there is no conflict')
  expect(conflict).toMatchObject({
    typeKey: 'Type1',
    websiteId: 'site_1',
    name: 'Type 1',
    type: 'field',
    status: 'pending',
    fields: [{ path: TITLE, ancestor: 'Title', local: 'Here', remote: 'There' }],
    local: { properties: { title: { displayName: 'Here' } } },
    remote: { properties: { title: { displayName: 'There' } } },
    ancestor: { properties: { title: { displayName: 'Title' } } },
    autoMerged: [],
  })
  expect(conflict.createdAt).toBeInstanceOf(Date)
  expect(await bench.engine.getConflict(conflict.id)).toStrictEqual(conflict)
  expect(await bench.engine.getConflict('conflict_x')).toBeNull()

  const page = await bench.engine.listConflicts({ type: 'Type1', limit: 1 })
  expect(page).toStrictEqual({ conflicts: [conflict], total: 1, hasMore: false })
  const empty = { conflicts: [], total: 0, hasMore: false }
  expect(await bench.engine.listConflicts({ type: { key: 'Type2' } })).toStrictEqual(empty)
  expect(await bench.engine.listConflicts({ status: 'resolved' })).toStrictEqual(empty)
  const paged = await bench.engine.listConflicts({ offset: 1 })
  expect(paged).toStrictEqual({ conflicts: [], total: 1, hasMore: false })
})

test('conflicts are decided by themselves, by id and by type, and nothing is sent', async () => {
  const [first, second, third] = await conflicting(3)
  const before = (await bench.platform.requests()).length
  const wanted = [first, second?.id, { key: 'Type3', websiteId: 'site_1' }] as Conflict[]
  const options = { strategy: 'local_wins', resolvedBy: 'ada' } as const
  const resolutions = await bench.engine.resolveConflicts(wanted, options)
  expect(resolutions.map(brief)).toEqual([
    'Type1 true source_wins  ',
    'Type2 true source_wins  ',
    'Type3 true source_wins  ',
  ])
  expect(resolutions.map(({ conflictId }) => conflictId)).toEqual([
    first?.id,
    second?.id,
    third?.id,
  ])
  expect(resolutions[0]).toMatchObject({
    merged: { properties: { title: { displayName: 'Here' } } },
    requiresManual: false,
  })
  expect((await bench.platform.requests()).length).toBe(before)
  expect(await titleOf('Type1')).toBe('There')

  const decided = await bench.engine.getConflict(first?.id ?? '')
  expect(decided).toMatchObject({
    status: 'resolved',
    resolution: 'source_wins',
    resolvedBy: 'ada',
  })
  expect(decided?.resolvedAt).toBeInstanceOf(Date)
  expect(await deploy()).toEqual(['Type1 success', 'Type2 success', 'Type3 success'])
  expect(await titleOf('Type1')).toBe('Here')
  expect(await deploy()).toEqual([])
  expect(await bench.platform.violations()).toEqual([])
})

test('without a strategy nothing is decided', async () => {
  await conflicting(1)
  const [resolution] = await bench.engine.resolveConflicts(['Type1'])
  expect(resolution).toMatchObject({
    success: false,
    strategy: 'merge',
    remaining: [{ path: TITLE, ancestor: 'Title', local: 'Here', remote: 'There' }],
    requiresManual: true,
  })
  expect((await bench.engine.listConflicts({ status: 'pending' })).total).toBe(1)
})

test('a value by hand decides its path, and one for another path is refused', async () => {
  const [first, second] = await conflicting(2)
  const values = { [TITLE]: 'Here' }
  const [right] = await bench.engine.resolveConflicts([first ?? ''], { values })
  expect(right && brief(right)).toBe('Type1 true manual  ')
  const wrong = { '/properties/body/displayName': 'Body' }
  const [refused] = await bench.engine.resolveConflicts([second ?? ''], { values: wrong })
  expect(refused).toMatchObject({
    success: false,
    error: {
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('no conflict at "/properties/body/displayName"'),
    },
  })
})

test.each<[string, unknown]>([
  ['NaN', NaN],
  ['a bigint', 180n],
  ['a function', () => 'Here'],
])('%s is no value, and nothing is decided', async (given, value) => {
  const conflicts = await conflicting(1)
  const values = { [TITLE]: value }
  const message = `values["${TITLE}"] is ${given}, which is no JSON`
  const refused = bench.engine.resolveConflicts(conflicts, { values })
  await expect(refused).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message })
  const [asked] = await bench.engine.resolveConflicts(conflicts, { onConflict: () => ({ values }) })
  expect(asked?.error?.message).toContain(message)
  expect((await bench.engine.listConflicts({ status: 'pending' })).total).toBe(1)
})

test('a callback decides one by one, and what it does wrong concerns one conflict only', async () => {
  await bench.close()
  bench = await Bench.open({ types: 8, options: { cacheTtlMs: 0 } })
  const conflicts = await conflicting(8)
  const unreadable = Object.defineProperty({}, 'strategy', {
    enumerable: true,
    get: () => {
      throw new Error('no')
    },
  })
  const answers: Record<string, (conflict: Conflict) => unknown> = {
    Type1: async () => ({ strategy: 'source_wins' }),
    Type2: () => null,
    Type3: () => undefined,
    Type4: () => {
      throw new Error('not today')
    },
    Type5: async () => Promise.reject(Object.create(null)),
    Type6: () => 'source_wins',
    Type7: () => unreadable,
    Type8: ({ fields: [field] }) => ({ values: { [field?.path ?? '']: field?.local } }),
  }
  const asked: string[] = []
  const resolutions = await bench.engine.resolveConflicts(conflicts, {
    resolvedBy: 'ada',
    onConflict: (conflict) => {
      expect(conflict.createdAt).toBeInstanceOf(Date)
      asked.push(conflict.typeKey)
      return answers[conflict.typeKey]?.(conflict) as ConflictChoice
    },
  })
  expect(asked).toEqual(Object.keys(answers))
  expect(resolutions.map(brief)).toEqual([
    'Type1 true source_wins  ',
    `Type2 false manual ${TITLE} `,
    `Type3 false manual ${TITLE} `,
    'Type4 false manual  INVALID_ARGUMENT',
    'Type5 false manual  INVALID_ARGUMENT',
    'Type6 false manual  INVALID_ARGUMENT',
    'Type7 false manual  INVALID_ARGUMENT',
    'Type8 true manual  ',
  ])
  const messages = resolutions.map(({ error }) => error?.message ?? '')
  expect(messages[3]).toMatch(/^onConflict threw: not today/)
  expect(messages[4]).toMatch(/^onConflict threw: what cannot be read/)
  expect(messages[5]).toMatch(/^onConflict\(\) is "source_wins", and should be an object/)
  expect((await bench.engine.listConflicts({ status: 'pending' })).total).toBe(6)
})

test('what detecting shows is asked about and decided, and recorded no sooner', async () => {
  await deploy()
  await theirs('Type1', 'There')
  relabel('Here', 1)
  const { details } = await bench.engine.detectChanges({ includeDetails: true })
  const [conflict] = details?.conflicts ?? []
  const asked: Conflict[] = []
  const decide = (choice: ConflictChoice) =>
    bench.engine.resolveConflicts(conflict ? [conflict] : [], {
      onConflict(one) {
        asked.push(one)
        return choice
      },
    })
  const viewer = bench.engine.as({ id: 'vera', role: 'viewer' })
  await expect(viewer.resolveConflicts([conflict?.id ?? ''])).rejects.toMatchObject({
    code: 'ROLE_REFUSED',
  })
  expect((await bench.engine.listConflicts()).total).toBe(0)
  expect((await decide({ strategy: 'source_wins' })).map(brief)).toEqual([
    'Type1 true source_wins  ',
  ])
  expect(asked).toMatchObject([{ id: conflict?.id, fields: conflict?.fields }])
  expect((await bench.engine.getConflict(conflict?.id ?? ''))?.status).toBe('resolved')
  expect(await deploy()).toEqual(['Type1 success'])
  expect(await titleOf('Type1')).toBe('Here')
})

test('a slow answer holds up its own conflict only', async () => {
  const conflicts = await conflicting(2)
  let answer: (choice: ConflictChoice) => void = () => {}
  const slow = new Promise<ConflictChoice>((resolve) => (answer = resolve))
  const resolving = bench.engine.resolveConflicts(conflicts, {
    onConflict: ({ typeKey }) => (typeKey === 'Type1' ? slow : { strategy: 'source_wins' }),
  })
  const isDecided = async () =>
    (await bench.engine.listConflicts({ type: 'Type2', status: 'resolved' })).total === 1
  while (!(await isDecided()));
  // Meanwhile somebody edits the type that is still asked about.
  relabel('Elsewhere', 1)
  answer({ strategy: 'source_wins' })
  expect((await resolving).map(brief)).toEqual([
    'Type1 false source_wins  PLAN_STALE',
    'Type2 true source_wins  ',
  ])
})

test('what only the platform changed is overruled by type', async () => {
  await deploy()
  await theirs('Type2', 'There')
  const [merged] = await bench.engine.resolveConflicts(['Type2'])
  expect(merged?.error?.message).toMatch(/^no conflict of Type2 with optimizely:.* is open; /)
  const refuse = { when: { method: 'GET' }, what: { kind: 'status', status: 403 } }
  await bench.platform.control('faults', { add: [refuse] })
  const overrule = () => bench.engine.resolveConflicts(['Type2'], { strategy: 'source_wins' })
  expect((await overrule())[0]?.error?.code).toBe('AUTH_FAILED')
  await bench.platform.control('faults', { clear: true })
  const [overruled] = await overrule()
  expect(overruled).toMatchObject({ conflictId: '', typeKey: 'Type2', success: true })
  expect(await titleOf('Type2')).toBe('There')
  expect(await deploy()).toEqual(['Type2 success'])
  expect(await titleOf('Type2')).toBe('Title')
})

test('what is no open conflict is told one by one', async () => {
  const [conflict] = await conflicting(1)
  if (conflict === undefined) throw new Error('there is no conflict')
  const id = conflict.id
  const foreign = { id: 'conflict_1', contentTypeId: 'ct_1', localVersion: {} }
  const other = { ...conflict, digest: '0'.repeat(64) }
  const wanted = [foreign, 'conflict_0', 'Type2', 'Nothing', 5, null, {}, other, conflict, id]
  const resolve = () =>
    bench.engine.resolveConflicts(wanted as Conflict[], { strategy: 'source_wins' })
  const told = (resolutions: Resolution[]) =>
    resolutions.map(({ success, error }) => (success ? 'decided' : error?.code))
  const unknown = [
    'INVALID_ARGUMENT',
    'INVALID_ARGUMENT',
    'INVALID_ARGUMENT',
    'TYPE_NOT_FOUND',
    'INVALID_ARGUMENT',
    'INVALID_ARGUMENT',
    'INVALID_ARGUMENT',
  ]
  const first = await resolve()
  expect(told(first)).toEqual([...unknown, 'PLAN_STALE', 'decided', 'INVALID_ARGUMENT'])
  expect(first[2]?.error?.message).toMatch(/^no conflict of Type2 is open, and nothing of it moved/)
  expect(first[9]?.error?.message).toMatch(/^the conflict conflict_\w+ is given twice; /)
  expect(told(await resolve())).toEqual([...unknown, 'CONFLICT', 'CONFLICT', 'CONFLICT'])
})

test('an outdated conflict is refused with what became of it', async () => {
  const [conflict] = await conflicting(1)
  await theirs('Type1', 'There again')
  await deploy()
  const [newer] = (await bench.engine.listConflicts({ status: 'pending' })).conflicts
  const onConflict = jest.fn()
  const [refused] = await bench.engine.resolveConflicts([conflict ?? ''], { onConflict })
  expect(refused).toMatchObject({
    success: false,
    error: { code: 'PLAN_STALE', message: expect.stringContaining(`it is ${newer?.id} now`) },
  })
  expect(onConflict).not.toHaveBeenCalled()
})

test('of two engines that decide the same conflict one wins, and the other is told', async () => {
  const [conflict] = await conflicting(1)
  const other = new SyncEngine(bench.options)
  const both = [bench.engine, other].map((engine) =>
    engine.resolveConflicts([conflict ?? ''], { strategy: 'source_wins' }),
  )
  const resolutions = (await Promise.all(both)).flat()
  await other.close()
  expect(resolutions.filter(({ success }) => success)).toHaveLength(1)
  const loser = resolutions.find(({ success }) => !success)
  expect(['CONFLICT', 'DEPLOYMENT_IN_PROGRESS', 'PLAN_STALE']).toContain(loser?.error?.code)
})

test('what a suggestion says is done by the value of its side', async () => {
  const file = bench.folder.file('dev.db')
  const set = (id: string, expression: string) =>
    edit(file, `UPDATE "ContentType" SET "fields" = ${expression} WHERE "id" = ?`, id)
  const patch = async (key: string, properties: Record<string, unknown>) =>
    bench.platform.control('edit', { version: 'v1', key, patch: { properties } })
  await deploy()
  set('ct_1', `json_set("fields", '$.fields[0].validation', json('{"maxLength":60}'))`)
  await patch('Type1', { title: { maxLength: 80 } })
  set('ct_2', `json_remove("fields", '$.fields[1]')`)
  await patch('Type2', { body: { displayName: 'Text' } })
  relabel('Here', 3)
  await theirs('Type3', 'There')
  await deploy()
  const { conflicts } = await bench.engine.listConflicts({ status: 'pending' })
  const fields = conflicts.flatMap((conflict) => conflict.fields)
  const told = fields.map(({ path, suggestion }) => [path, suggestion?.code, suggestion?.take])
  expect(told.sort()).toEqual([
    ['/properties/body', 'KEEPS_CONTENT', 'remote'],
    [TITLE, undefined, undefined],
    ['/properties/title/maxLength', 'LOOSER', 'remote'],
  ])

  const follow = ({ fields }: Conflict): ConflictChoice => ({
    values: Object.fromEntries(
      fields.flatMap(({ path, suggestion, ...sides }) =>
        suggestion?.take ? [[path, sides[suggestion.take] ?? null]] : [],
      ),
    ),
  })
  const resolutions = await bench.engine.resolveConflicts(conflicts, { onConflict: follow })
  expect(resolutions.map(brief).sort()).toEqual([
    'Type1 true manual  ',
    'Type2 true manual  ',
    `Type3 false manual ${TITLE} `,
  ])
  expect(resolutions.find(({ typeKey }) => typeKey === 'Type2')).toMatchObject({
    merged: { properties: { body: { displayName: 'Text' } } },
  })
  expect(await deploy()).toContain('Type3 conflict')
  expect(await bench.engine.detectChanges()).toMatchObject({
    summary: { deleted: 0, conflicts: 1, remoteChanged: 0 },
  })
})

test('conflicts are taken out of the log', async () => {
  const [first, second] = await conflicting(2)
  await bench.engine.resolveConflicts([first?.id ?? ''], { strategy: 'source_wins' })
  expect(await bench.engine.clearResolved({ olderThanDays: 1 })).toBe(0)
  const past = `UPDATE "conflict_log" SET "resolved_at" = 1 WHERE "resolution" IS NOT NULL`
  edit(bench.folder.file('dev.db.catalyst-sync'), past)
  expect(await bench.engine.clearResolved({ olderThanDays: 1 })).toBe(1)
  expect(await bench.engine.getConflict(first?.id ?? '')).toBeNull()
  expect(await bench.engine.deleteConflict(second?.id ?? '')).toBe(true)
  expect(await bench.engine.deleteConflict(second?.id ?? '')).toBe(false)
  expect((await bench.engine.listConflicts()).total).toBe(0)
})

test.each<[string, unknown[], string]>([
  ['resolveConflicts', [], 'conflicts is missing, and should be a list of conflicts'],
  ['resolveConflicts', ['x'], 'conflicts is "x", and should be a list of conflicts'],
  ['resolveConflicts', [[], 5], 'options is 5, and should be an object'],
  ['resolveConflicts', [[], { strategy: 'x' }], 'options.strategy is "x", and should be "source_'],
  ['resolveConflicts', [[], { values: 5 }], 'options.values is 5, and should be an object'],
  ['resolveConflicts', [[], { values: { x: 1 } }], '"x" is no path of a conflict'],
  [
    'resolveConflicts',
    [[], { values: { '/x': 1 }, strategy: 'merge' }],
    'options.strategy is "merge", and should be "manual", because there are values',
  ],
  ['resolveConflicts', [[], { onConflict: 5 }], 'options.onConflict is of type number, and should'],
  ['resolveConflicts', [[], { resolvedBy: 5 }], 'options.resolvedBy is 5, and should be a text'],
  ['listConflicts', [{ status: 'x' }], 'options.status is "x", and should be "pending" or "resolv'],
  ['listConflicts', [{ limit: 0 }], 'options.limit is 0, and should be a whole number from 1 to'],
  ['getConflict', [], 'id is missing, and should be the id of a conflict'],
  ['deleteConflict', [5], 'id is 5, and should be a text'],
  ['clearResolved', [], 'options.olderThanDays is missing, and should be a whole number'],
])('%s refuses %p', async (name, given, message) => {
  const method = bench.engine[name as 'getConflict'] as (...given: unknown[]) => Promise<unknown>
  await expect(method.apply(bench.engine, given)).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining(message),
  })
})
