// npm run build:fake: the fake platform of catalyst-sync/testing, built and measured.

import { buildFake, checkFake } from './fake.mjs'

const { ok, output } = await buildFake({ show: true })
if (!ok) console.error(output)
const { ok: small, text } = checkFake()
console.log(`${small ? 'ok' : 'FAILED'}: ${text}`)
process.exitCode = ok && small ? 0 : 1
