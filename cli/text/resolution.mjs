// What was decided about conflicts.

import { clean } from './clean.mjs'

/** The lines of resolutions. */
export function renderResolutions(resolutions, { paint }) {
  if (resolutions.length === 0) return 'No conflict is open.'
  const lines = resolutions.flatMap(({ typeKey, success, strategy, remaining, error }) => {
    const title = paint.bold(clean(typeKey))
    if (success) return [`${paint.green('✓')} ${title}  ${strategy}`]
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
