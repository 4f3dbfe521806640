import { Bench, job, provider } from './support/bench'
import { Page } from './support/page'
import { edit } from './support/studio'
import { SyncEngine } from '..'

const NAME = `<script>alert('planted')</script>" onmouseover="alert(1)" hidden='</style></title><img src=x onerror=alert(1)>`
const DESCRIPTION = `javascript:alert(1) --><!-- <svg onload=alert(1)> safe\u202Egnp.exe\u2066\u200f &lt;b&gt; $a$ ~b~ \\`
const LABEL =
  'a | b\n\n# c `d` ``e`` <b>f</b> </details> @octocat #12 https://example.org ![i](x) 100%\r\n::error title=planted::planted, a:b'
const PLANTED = `${NAME} ${DESCRIPTION} ${LABEL}`

const FORMATS = ['html', 'markdown', 'github'] as const

let bench: Bench
beforeEach(async () => {
  bench = await Bench.open({ types: 2, options: { cacheTtlMs: 0 } })
})
afterEach(() => bench.close())

const sql = (text: string, ...values: unknown[]) =>
  edit(bench.folder.file('dev.db'), text, ...values)

/** Plants what is hostile into names, values, errors, authors and messages, on both sides. */
async function plant(): Promise<void> {
  await bench.deploy({ id: PLANTED }).handle.done
  sql(
    `UPDATE "ContentType" SET "name" = ?, "fields" = json_set("fields", '$.description', ?, '$.fields[0].label', ?)
     WHERE "id" = 'ct_1'`,
    NAME,
    DESCRIPTION,
    `here ${LABEL}`,
  )
  sql(`UPDATE "Website" SET "name" = ?`, PLANTED)
  const title = { displayName: `there ${LABEL}` }
  await bench.platform.control('edit', {
    version: 'v1',
    key: 'Type1',
    patch: { properties: { title } },
  })
  await bench.engine.recordVersion('ct_1', {
    source: 'UI',
    author: PLANTED.slice(0, 80),
    message: PLANTED,
  })
}

const render = (format: (typeof FORMATS)[number]) =>
  bench.engine.renderReport({ deploymentId: PLANTED, format, title: `${PLANTED} \ud800` })

test('what is planted into a page is text, and all of it can be seen', async () => {
  await plant()
  const text = await render('html')
  const page = new Page(text)
  for (const tag of ['script', 'img', 'b']) expect(page.all(tag)).toEqual([])
  expect(page.all('style')).toHaveLength(1)
  const names = page.elements.flatMap(({ attrs }) => attrs.map(({ name }) => name))
  expect(
    names.filter((name) => name.startsWith('on') || name === 'style' || name === 'hidden'),
  ).toEqual([])
  const addresses = page.elements.flatMap(({ attrs }) =>
    attrs.filter(({ name }) => name === 'href'),
  )
  expect(addresses.filter(({ value }) => !value.startsWith('#'))).toEqual([])
  expect(text).not.toMatch(
    /[\u202a-\u202e\u2066-\u2069\u200e\u200f]|[\ud800-\udfff](?<![\ud800-\udbff][\udc00-\udfff])(?![\udc00-\udfff])/,
  )
  expect(text).toContain('safe⟨U+202E⟩gnp.exe⟨U+2066⟩⟨U+200F⟩')
  expect(text).toContain('&lt;script&gt;alert(&#39;planted&#39;)&lt;/script&gt;')
  expect(text).toContain('&lt;/style&gt;&lt;/title&gt;&lt;img src=x onerror=alert(1)&gt;')
})

test('what is planted into a comment starts no markup, no row, no mention and no link', async () => {
  await plant()
  const comment = await render('markdown')
  // Outside of code, whose content means nothing.
  const outside = comment.replace(/(`+)(?!`).*?(?<!`)\1(?!`)/gu, '')
  expect(outside).not.toMatch(/<(?!\/?(details|summary|code|b)>)(?<!\\<)/u)
  expect(outside).not.toMatch(/@(?!&#8203;)/u)
  expect(outside).not.toMatch(/:\/\//u)
  expect(outside).not.toMatch(/(?<![\\&])#(?=\d)/u)
  expect(outside.match(/<details>/gu)?.length).toBe(1)
  expect(outside.match(/<\/details>/gu)?.length).toBe(1)
  const tables = comment.split('\n\n').filter((block) => block.startsWith('|'))
  for (const table of tables) {
    const widths = table.split('\n').map((line) => line.match(/(?<!\\)\|/gu)?.length)
    expect(new Set(widths).size).toBe(1)
  }
})

test('what is planted into annotations starts no command and ends no line', async () => {
  await plant()
  const lines = (await render('github')).trimEnd().split('\n')
  for (const line of lines)
    expect(line).toMatch(/^::(error|warning|notice) title=[^:,\r]*::[^\r]*$/u)
  expect(lines.join('\n')).toContain('100%25%0D%0A%3A%3Aerror title=planted%3A%3Aplanted%2C a%3Ab')
})

test.each(FORMATS)('no credential is told in %s', async (format) => {
  const secrets = ['SECRET-of-the-config', 'SECRET-of-the-environment', 'SECRET-of-the-job']
  const before = process.env.OPTIMIZELY_CLIENT_SECRET
  process.env.OPTIMIZELY_CLIENT_SECRET = secrets[1]
  try {
    const config = {
      clientId: 'test-client',
      clientSecret: secrets[0],
      apiUrl: `${bench.platform.origin}/v1`,
    }
    const engine = new SyncEngine({ ...bench.options, provider: provider(config) })
    const odd = {
      ...job({ id: 'odd' }),
      token: secrets[2],
      options: { apiKey: secrets[2] } as object,
    }
    const { job: ended } = await engine.startDeployment(odd, provider(config), () => {}).done
    expect(ended.errorInfo).toMatchObject({ code: 'AUTH_FAILED' })
    const report = await engine.renderReport({ deploymentId: 'odd', format })
    expect(report).toContain('AUTH_FAILED')
    for (const secret of [...secrets, 'test-secret']) expect(report).not.toContain(secret)
    await engine.close()
  } finally {
    if (before === undefined) delete process.env.OPTIMIZELY_CLIENT_SECRET
    else process.env.OPTIMIZELY_CLIENT_SECRET = before
  }
})
