// What holds: flags before the environment, the environment before the file; and where each came from.

import { basename } from 'node:path'

import { completeEnvironment } from './environment.mjs'
import { readConfiguration } from './file.mjs'
import { normalForm } from './forms.mjs'

/** Options of the command line that are settings, by the name that they have there. */
const FLAGS = {
  database: 'databaseUrl',
  state: 'stateUrl',
  mapping: 'mapping',
  website: 'website',
  requestTimeout: 'requestTimeoutMs',
}

/** Settings that are the command line's own and no options of the engine. */
const OWN = ['website', 'strict', 'asksAboutConflicts']

/** The origin of what was found in no place. */
export const NOWHERE = 'nowhere'

/** Credentials and the address that they are for: all of them come from the same place. */
const ACCESS = ['clientId', 'clientSecret', 'apiUrl']

/**
 * Everything that a command needs to know before it begins: `engine` are the options of the engine,
 * `origins` says of each setting where it came from.
 */
export async function settingsOf({ flags, env, folder }) {
  const variables = completeEnvironment(env, folder)
  const file = await readConfiguration(folder, flags.config)
  const source = file && basename(file.path)
  const { form, isProviderNamed } = normalForm(file?.config, flags.provider)
  const origins = Object.fromEntries(Object.keys(form).map((name) => [name, source]))
  if (!isProviderNamed) origins.provider = 'default'
  if (form.provider.config.directory !== undefined) origins.directory = source

  if (form.databaseUrl === undefined || variables.DATABASE_URL !== undefined) {
    delete form.databaseUrl
    origins.databaseUrl = originOf(variables, 'DATABASE_URL')
  }
  form.provider = reachable(form.provider, variables, { origins, source })
  for (const [flag, name] of Object.entries(FLAGS)) {
    if (flags[flag] === undefined) continue
    form[name] = flags[flag]
    origins[name] = `--${flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
  }
  if (flags.provider !== undefined) origins.provider = '--provider'
  if (flags.directory !== undefined) {
    form.provider.config.directory = flags.directory
    origins.directory = '--directory'
  }
  const engine = Object.fromEntries(Object.entries(form).filter(([name]) => !OWN.includes(name)))
  return {
    engine: { ...engine, allowedHosts: hostsOf(form) },
    website: form.website ?? '',
    isStrict: form.strict ?? false,
    asksAboutConflicts: form.asksAboutConflicts ?? true,
    origins: { ...origins, ...keysAmong(variables) },
    file: file?.path,
  }
}

function originOf(variables, name) {
  const from = variables[name]
  return from === undefined
    ? NOWHERE
    : from === 'environment'
      ? `environment: ${name}`
      : `${from}: ${name}`
}

/**
 * The provider; credentials of the environment stand in for those of the file, and its address for
 * the file's. An address that the file names for credentials of the environment is left to the engine,
 * which refuses a host that they are not for.
 */
function reachable({ id, config }, variables, { origins, source }) {
  if (id !== 'optimizely') return { id, config: { ...config } }
  const isOfEnvironment = variables.OPTIMIZELY_CLIENT_ID !== undefined
  const isOfFile = !isOfEnvironment && config.clientId !== undefined
  origins.credentials = isOfFile ? source : originOf(variables, 'OPTIMIZELY_CLIENT_ID')
  const isAddressOfFile =
    isOfFile ||
    (isOfEnvironment && config.clientId === undefined && variables.OPTIMIZELY_API_URL === undefined)
  origins.apiUrl =
    isAddressOfFile && config.apiUrl !== undefined
      ? source
      : originOf(variables, 'OPTIMIZELY_API_URL')
  const isKept = (name) =>
    isOfFile || !ACCESS.includes(name) || (name === 'apiUrl' && isAddressOfFile)
  const members = Object.entries(config).filter(([name]) => isKept(name))
  return { id, config: Object.fromEntries(members) }
}

/** The hosts of the configuration, and that of an address that comes with its own credentials. */
function hostsOf({ allowedHosts = [], provider: { config } }) {
  if (config.clientId === undefined || config.clientSecret === undefined) return allowedHosts
  const own = URL.canParse(config.apiUrl) ? [new URL(config.apiUrl).host] : []
  return [...allowedHosts, ...own]
}

/** Keys are no settings, and yet it matters whether they are there. */
function keysAmong(variables) {
  const isKey = ([name]) => name.startsWith('CATALYST_SYNC_')
  return Object.fromEntries(Object.entries(variables).filter(isKey))
}
