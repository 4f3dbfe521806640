import { Bench } from './support/bench'
import { edit } from './support/studio'

let bench: Bench
beforeEach(async () => {
  bench = await Bench.open({ types: 2, options: { cacheTtlMs: 0 } })
})
afterEach(() => bench.close())

const writes = async () =>
  (await bench.platform.requests()).filter(({ kind }) => ['post', 'patch', 'delete'].includes(kind))

/** Gives a type one field. */
function define(id: string, field: object): void {
  const fields = JSON.stringify({ name: 'Type 1', fields: [field] })
  edit(
    bench.options.databaseUrl!.slice(5),
    'UPDATE ContentType SET fields = ? WHERE id = ?',
    fields,
    id,
  )
}

test('what is wrong is told by severity, code, type, path and remedy, and nothing is written', async () => {
  define('ct_1', { id: 'f1', name: 'title', type: 'text', label: 'x'.repeat(256) })
  const findings = await bench.engine.validate({ contentTypeKeys: ['ct_1'] })
  expect(findings).toStrictEqual([
    {
      severity: 'error',
      code: 'TEXT_TOO_LONG',
      typeKey: 'Type1',
      path: '/properties/title/displayName',
      message: '/properties/title/displayName has 256 characters; the platform takes 255',
      remedy: 'shorten the text',
    },
  ])
  expect(await writes()).toEqual([])
  const { findings: planned } = await bench.engine.planDeployment({ contentTypeKeys: ['ct_1'] })
  expect(planned).toEqual(findings)
})

test('what a warning holds back is withheld until somebody goes past it', async () => {
  define('ct_1', {
    id: 'f1',
    name: 'title',
    type: 'text',
    validation: { pattern: '^\\p{Script=Greek}$' },
  })
  const options = { contentTypeKeys: ['ct_1'] }
  const careful = await bench.engine.synchronize(options)
  expect(careful.outcomes).toMatchObject([
    { status: 'success', withheld: ['/properties/title/pattern'] },
  ])
  const bold = await bench.engine.synchronize({ ...options, bypassValidation: true })
  expect(bold.outcomes).toMatchObject([{ status: 'success', withheld: [] }])
})

test('a viewer may validate', async () => {
  const findings = await bench.engine.as({ id: 'ada' }).validate()
  expect(new Set(findings.map(({ code }) => code))).toEqual(new Set(['LOSS']))
})

test.each([
  [{ contentTypeKeys: 'x' }, 'INVALID_ARGUMENT', 'options.contentTypeKeys'],
  [{ contentTypeKeys: ['Nothing'] }, 'TYPE_NOT_FOUND', 'Nothing'],
  [{ mode: 'sideways' }, 'INVALID_ARGUMENT', 'options.mode'],
  ['x', 'INVALID_ARGUMENT', 'options'],
])('validate refuses %j', async (options, code, message) => {
  await expect(bench.engine.validate(options as never)).rejects.toMatchObject({
    code,
    message: expect.stringContaining(message),
  })
})
