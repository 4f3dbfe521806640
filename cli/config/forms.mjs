// The forms in which a configuration may be written, read into one.
//
// Beside the options of the engine there are that of the proof of concept (`optimizely`) and that of
// the requirements (`sync`). What is written in the engine's own form counts before both.

const STRATEGIES = { auto: 'merge', manual: 'skip' }

/**
 * A configuration in the engine's form, its provider as `{ id, config }`; `isProviderNamed` is whether
 * the configuration says which it is.
 */
export function normalForm(config = {}, wanted) {
  const { sync, optimizely, provider, $schema, ...own } = config
  const given = typeof provider === 'string' ? { id: provider } : provider
  const platforms = platformsOf(sync)
  const named = given?.id ?? Object.keys(platforms)[0]
  const id = wanted ?? named ?? 'optimizely'
  const platform = platforms[id] ?? {}
  const { mapping, directory, apiUrl, environment, projectId, ...limits } = platform.options ?? {}
  const reached = defined({
    ...(id === 'optimizely' ? optimizely : {}),
    ...defined({ directory, apiUrl, environment, projectId }),
    ...platform.auth,
    ...(given?.id === id ? given.config : {}),
  })
  return {
    isProviderNamed: named !== undefined,
    form: {
      ...defined({ ...fromSync(sync), mapping, ...limits }),
      ...defined(own),
      provider: { id, config: reached },
    },
  }
}

function platformsOf(sync) {
  return Object.fromEntries(Object.entries(sync?.platforms ?? {}))
}

function fromSync({ mode, state = {}, conflict = {}, protection = {} } = {}) {
  return {
    mode,
    stateUrl: state.storage === 'studio' ? 'studio' : state.path,
    retention: state.retention && kept(state.retention),
    conflictStrategy: STRATEGIES[conflict.strategy] ?? conflict.strategy,
    asksAboutConflicts: conflict.ui === undefined ? undefined : conflict.ui === 'enabled',
    strict: protection.validation === undefined ? undefined : protection.validation === 'strict',
  }
}

/** `30d`, of everything that is kept. */
function kept(text) {
  const days = Number.parseInt(text, 10)
  return { versions: { days }, audit: { days }, backups: { days } }
}

function defined(members) {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}
