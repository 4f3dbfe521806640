// What of a configuration the schema does not allow, in words. No value is ever quoted: it may be a secret.

import { readFileSync } from 'node:fs'

import Ajv from 'ajv'
import { distance } from 'fastest-levenshtein'

const SCHEMA = JSON.parse(
  readFileSync(new URL('../../catalyst-sync.schema.json', import.meta.url), 'utf8'),
)

/** How unlike a known key an unknown one may be to be taken for it. */
const NEAR = 0.4

const STORAGE = '/sync/state/storage'

/** The problems of a configuration, each a sentence that names the key; empty when it is right. */
export function problemsOf(config) {
  const validate = new Ajv({ allErrors: true, verbose: true }).compile(SCHEMA)
  if (validate(config)) return []
  const branches = validate.errors.filter(({ keyword }) => keyword === 'anyOf')
  const told = validate.errors.filter((error) => !isOfOtherBranch(error, branches))
  return [...new Set(told.map(sentence))]
}

/** Of alternatives, only what is wrong with the one that was meant: an object is no list of words. */
function isOfOtherBranch({ keyword, instancePath, data }, branches) {
  if (keyword === 'anyOf') return typeof data === 'object'
  if (!branches.some((branch) => branch.instancePath === instancePath)) return false
  const isObject = typeof data === 'object' && data !== null
  return isObject ? keyword === 'enum' : true
}

function sentence({ keyword, instancePath, params, parentSchema, data }) {
  const name = instancePath.slice(1).replaceAll('/', '.') || 'the configuration'
  if (keyword === 'additionalProperties') return unknown(instancePath, params, parentSchema)
  if (instancePath === STORAGE && isPostgres(data)) {
    return `${name} is postgresql, which is not available yet; use sqlite or studio`
  }
  if (keyword === 'enum') return `${name} is none of: ${params.allowedValues.join(', ')}`
  if (keyword === 'anyOf') {
    return `${name} is none of: ${parentSchema.anyOf[0].enum.join(', ')}, and no { id, config }`
  }
  if (keyword === 'required') return `${name} lacks ${params.missingProperty}`
  if (keyword === 'pattern')
    return `${name} is not of the form that is expected: ${parentSchema.description}`
  if (keyword === 'type')
    return `${name} is ${kind(data)}, and should be ${KINDS[params.type] ?? params.type}`
  if (keyword === 'minimum') return `${name} should be at least ${params.limit}`
  return `${name} should hold something`
}

const KINDS = {
  string: 'a text',
  integer: 'a whole number',
  object: 'an object',
  array: 'a list',
  boolean: 'true or false',
}

function kind(data) {
  if (data === null || data === undefined) return 'empty'
  if (Array.isArray(data)) return KINDS.array
  return KINDS[typeof data] ?? `a ${typeof data}`
}

function isPostgres(value) {
  return typeof value === 'string' && /^postgres/i.test(value)
}

function unknown(instancePath, { additionalProperty: given }, { properties }) {
  const place = instancePath === '' ? '' : `${instancePath.slice(1).replaceAll('/', '.')}.`
  const near = nearest(given, Object.keys(properties))
  return `${place}${given} is not known${near === undefined ? '' : `; did you mean ${near}?`}`
}

/** The known key that is most like another, if any is. */
function nearest(given, known) {
  const [best] = known
    .map((name) => ({ name, far: unlikeness(given.toLowerCase(), name.toLowerCase()) }))
    .sort((one, other) => one.far - other.far)
  return best !== undefined && best.far <= NEAR ? best.name : undefined
}

function unlikeness(given, known) {
  const isBeginning = given.length > 1 && known.startsWith(given)
  return isBeginning ? 0 : distance(given, known) / known.length
}
