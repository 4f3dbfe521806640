// What was decided about conflicts.

import { clean, valueText } from './clean.mjs'

/** The lines of resolutions, in the order of the conflicts that they are about. */
export function renderResolutions(resolutions, conflicts, { paint }) {
  if (resolutions.length === 0) return 'No conflict is open.'
  const lines = resolutions.flatMap((resolution, at) => {
    const { typeKey, success, strategy, remaining, error } = resolution
    const title = paint.bold(clean(typeKey))
    if (success) {
      const fields = conflicts[at]?.fields ?? []
      return [`${paint.green('✓')} ${title}  ${strategy}`, ...decidedLines(resolution, fields)]
    }
    const why = error ? `${error.code}: ${clean(error.message)}` : 'still open'
    return [
      `${paint.magenta('!')} ${title}  ${why}`,
      ...remaining.map(({ path }) => `      ${clean(path)}`),
    ]
  })
  const decided = resolutions.filter(({ success }) => success).length
  const next = decided > 0 ? [`${paint.dim('next')}  catalyst-sync deploy`] : []
  return [
    ...lines,
    '',
    `${decided} of ${resolutions.length} decided. Nothing was sent.`,
    ...next,
  ].join('\n')
}

/** What holds now where both sides had moved; of a whole type, its strategy says it. */
function decidedLines({ merged }, fields) {
  return fields
    .filter(({ path }) => path !== '')
    .map(({ path }) => `      ${clean(path)}  ${valueText(valueAt(merged, path))}`)
}

/** The value at a JSON pointer. */
function valueAt(whole, pointer) {
  const steps = pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
  return steps.reduce((inner, step) => inner?.[step], whole)
}
