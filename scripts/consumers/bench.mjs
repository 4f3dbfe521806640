import { join } from 'node:path'

import { FakePlatform } from '../../examples/demo/platform.mjs'
import { Studio } from '../../examples/demo/studio.mjs'
import { WEBSITES } from '../../examples/demo/websites.mjs'

/** Content types that there are to deploy. */
export const TYPES = WEBSITES.flatMap(({ types }) => types).length

/** Gives a studio's database and an empty platform of their own to what is done with them. */
export async function withBench(folder, fake, act) {
  const studio = new Studio(join(folder, 'dev.db'))
  studio.make(WEBSITES)
  const platform = await FakePlatform.start(fake)
  try {
    const environment = { ...platform.environment, DATABASE_URL: `file:${studio.path}` }
    await act({ environment })
    const violations = await platform.violations()
    if (violations.length > 0)
      throw new Error(`against the contract: ${JSON.stringify(violations)}`)
  } finally {
    await platform.stop()
  }
}
