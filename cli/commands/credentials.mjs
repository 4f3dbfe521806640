// credentials set, remove, rotate: what the engine keeps, encrypted. Secrets never come from arguments.

import { parse } from 'dotenv'
import { Option } from 'commander'

import { Failure } from '../failure.mjs'
import { clean, count } from '../text/clean.mjs'

const NEXT = '--from-env, or --stdin with {"clientId", "clientSecret"} as JSON'

const set = {
  words: 'set <provider>',
  summary: 'Keeps credentials, encrypted with CATALYST_SYNC_KEY. Asks for them, without an echo.',
  options: [
    new Option('--stdin', 'read them as JSON, or as lines of a .env file'),
    new Option('--from-env', 'take OPTIMIZELY_CLIENT_ID, _CLIENT_SECRET and _API_URL').conflicts(
      'stdin',
    ),
  ],
  examples: [
    ['credentials set optimizely', 'asks'],
    ['credentials set optimizely --from-env', 'takes those of the environment, then they can go'],
    ['credentials set optimizely --stdin < secret.json', 'from a secret store'],
  ],
  async run(session, { stdin, fromEnv }, provider) {
    const engine = await session.engine()
    const values = stdin
      ? read(await textOf(session.terminal.stdin))
      : fromEnv
        ? fromVariables(session.env)
        : await asked(session.prompt)
    await engine.credentials.set(provider, values)
    session.out.result(
      'credentials',
      { provider, stored: true },
      ({ paint }) => `${paint.green('✓')} kept for ${clean(provider)}; nothing reads them back.`,
    )
  },
}

const remove = {
  words: 'remove <provider>',
  summary: 'Forgets the credentials of a provider.',
  examples: [['credentials remove optimizely', 'those of the environment count again']],
  async run(session, flags, provider) {
    const engine = await session.engine()
    const removed = await engine.credentials.remove(provider)
    session.out.result('credentials', { provider, stored: false, removed }, () =>
      removed ? `Forgotten for ${clean(provider)}.` : `There were none for ${clean(provider)}.`,
    )
  },
}

const rotate = {
  words: 'rotate',
  summary: 'Encrypts everything anew with CATALYST_SYNC_KEY_NEXT.',
  examples: [['credentials rotate', 'then make the next key CATALYST_SYNC_KEY']],
  async run(session) {
    const engine = await session.engine()
    const sets = await engine.credentials.rotate()
    session.out.result('credentialsRotated', { sets }, ({ paint }) =>
      [
        `${count(sets, 'set')} encrypted with CATALYST_SYNC_KEY_NEXT.`,
        `${paint.dim('next')}  make that key CATALYST_SYNC_KEY, and take CATALYST_SYNC_KEY_NEXT away`,
      ].join('\n'),
    )
  },
}

export default {
  words: 'credentials',
  summary: 'Keeps credentials in the state, encrypted; they go in and never come out.',
  commands: [set, remove, rotate],
}

/** JSON, or the lines of a `.env` file. What it says never gets into a message. */
function read(text) {
  if (!text.trimStart().startsWith('{')) return fromVariables(parse(text))
  try {
    return JSON.parse(text)
  } catch {
    throw new Failure('INVALID_ARGUMENT', 'what came from stdin is no JSON', { next: NEXT })
  }
}

function fromVariables(env) {
  const { OPTIMIZELY_CLIENT_ID: clientId, OPTIMIZELY_CLIENT_SECRET: clientSecret } = env
  if (!clientId || !clientSecret) {
    const message = 'OPTIMIZELY_CLIENT_ID and OPTIMIZELY_CLIENT_SECRET are not both there'
    throw new Failure('CREDENTIALS_MISSING', message, { next: NEXT })
  }
  const apiUrl = env.OPTIMIZELY_API_URL
  return { clientId, clientSecret, ...(apiUrl && { apiUrl }) }
}

async function asked(prompt) {
  const clientId = await prompt.text('Client id:', { instead: NEXT })
  const clientSecret = await prompt.secret('Client secret:', { instead: NEXT })
  return { clientId, clientSecret }
}

async function textOf(stream) {
  let text = ''
  for await (const part of stream.setEncoding('utf8')) text += part
  return text
}
