// The second act: somebody edits in the studio, a colleague edits the same type in the CMS.

import { writeFileSync } from 'node:fs'
import { relative } from 'node:path'

import { ROOT } from '../../scripts/run.mjs'
import { showChangeSet, showConflict } from './change-set.mjs'
import { deploy, OPTIMIZELY, showOutcomes } from './deployment.mjs'
import { line, section } from './page.mjs'
import { cyan, dim } from './paint.mjs'
import { writes } from './platform.mjs'
import { promise, promiseEqual } from './promise.mjs'

const AT = '/properties/title/maxLength'

/** Edit here, edit there, see, deploy, look at the report, decide, deploy. */
export async function editOnBothSides(scene) {
  await editTwice(scene)
  await see(scene)
  await deployWhatIsClear(scene)
  await lookAtTheReport(scene)
  await decide(scene)
  await deployTheDecision(scene)
}

async function editTwice({ studio, platform }) {
  section('Two people edit the same type', 'one in the studio, one in the CMS')
  studio.edit('type_article', ({ fields: [title, , , topic] }) => {
    title.validation.maxLength = 140
    topic.label = 'Section'
  })
  line(`studio: ${cyan('title')} at most 140 characters, ${cyan('topic')} is called Section`)
  await platform.edit('Article', {
    properties: { title: { maxLength: 200 }, body: { displayName: 'Story' } },
  })
  line(`CMS:    ${cyan('title')} at most 200 characters, ${cyan('body')} is called Story`)
}

async function see({ engine }) {
  section('Who changed what', 'three sides, property by property')
  const { details } = await engine.detectChanges({ provider: OPTIMIZELY, includeDetails: true })
  const [conflict] = details.conflicts
  showConflict(conflict)
  const [{ suggestion, ...overlap }, ...others] = conflict.fields
  promiseEqual(
    'one property was changed on both sides',
    [overlap, ...others],
    [{ path: AT, ancestor: 160, local: 140, remote: 200 }],
  )
  promiseEqual("the CMS's value loses nothing", suggestion.take, 'remote')
}

async function deployWhatIsClear({ platform, engine }) {
  section('Deploy what is clear', 'the conflict stays open')
  const seen = (await platform.requests()).length
  const { outcomes } = await deploy(engine, 'fourth', OPTIMIZELY, { outcome: 'partial' })
  showOutcomes(outcomes.filter(({ status }) => status === 'conflict'))
  const sent = writes((await platform.requests()).slice(seen)).map(({ body }) => JSON.parse(body))
  promiseEqual("the studio's other edit is sent, and nothing else", sent, [
    { properties: { topic: { displayName: 'Section' } } },
  ])
  promiseEqual("the colleague's edits are as they were", await shown(platform), ['Story', 200])
}

async function lookAtTheReport({ engine, report }) {
  section('A report to look at', 'one page, no network, no script')
  const page = await engine.renderReport({ deploymentId: 'fourth' })
  writeFileSync(report, page)
  line(dim(`  ${relative(ROOT, report)}`))
  const sides = [160, 140, 200].map((limit) => `<span class="value">${limit}</span>`)
  promise(
    'it tells all three sides of the conflict',
    sides.every((side) => page.includes(side)),
  )
}

async function decide({ platform, engine }) {
  section('Decide', 'property by property; nothing is sent')
  const seen = writes(await platform.requests()).length
  const { conflicts } = await engine.listConflicts({ status: 'pending' })
  const [resolution] = await engine.resolveConflicts(conflicts, {
    strategy: 'manual',
    values: { [AT]: 180 },
    resolvedBy: 'editor',
  })
  line(dim(`  ${resolution.conflictId}  ${AT} → 180`))
  promise('the conflict is resolved', resolution.success, resolution)
  promiseEqual('no write', writes(await platform.requests()).slice(seen), [])
}

async function deployTheDecision({ studio, platform, engine }) {
  section('Deploy both ways', "the decision goes there, the colleague's edit comes home")
  await deploy(engine, 'fifth', OPTIMIZELY, { options: { mode: 'bidirectional' } })
  promiseEqual('the CMS has the decision, and its own edit', await shown(platform), ['Story', 180])
  const { fields } = studio.definition('type_article')
  const [title, body, , topic] = fields
  promiseEqual(
    'the studio has all three',
    [title.validation.maxLength, body.label, topic.label],
    [180, 'Story', 'Section'],
  )
  const { summary } = await engine.detectChanges({ provider: OPTIMIZELY })
  promise(
    'both sides agree',
    summary.total === 0 && summary.remoteChanged === 0 && summary.conflicts === 0,
    summary,
  )
  const history = await engine.getVersionHistory({ key: 'Article', websiteId: 'site_journal' })
  for (const { semver, source, message } of history) {
    line(dim(`  ${semver}  ${source.padEnd(4)}  ${message ?? ''}`))
  }
}

/** What the two people see of it in the CMS. */
async function shown(platform) {
  const { title, body } = (await platform.types()).Article.properties
  return [body.displayName, title.maxLength]
}
