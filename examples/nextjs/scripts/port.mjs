// The port of the studio: looked at before anything is built, started or forgotten.

import { createServer } from 'node:net'

const HOST = '127.0.0.1'
const USUAL = 3000

/** The port that `PORT` asks for; with 0, one that is free. Throws a line for people when it is taken. */
export async function studioPort(env = process.env) {
  const wanted = Number(env.PORT ?? USUAL)
  if (!Number.isInteger(wanted) || wanted < 0 || wanted > 65_535) {
    throw new Error(`PORT is ${env.PORT}, and should be a number between 0 and 65535`)
  }
  try {
    return await listenOn(wanted)
  } catch (error) {
    if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES') throw error
    const why = error.code === 'EACCES' ? 'is not allowed' : 'is taken, perhaps by another example'
    const other = wanted === USUAL ? USUAL + 1 : USUAL
    throw new Error(
      `port ${wanted} ${why}: choose another one, with PORT=${other} npm run example`,
      {
        cause: error,
      },
    )
  }
}

/** A port that nobody listens on. */
export const freePort = () => listenOn(0)

function listenOn(wanted) {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(wanted, HOST, () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}
