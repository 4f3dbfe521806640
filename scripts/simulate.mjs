// npm run simulate -- <seeds> [from]: lives through as many seeds of the simulation as are asked for.

import { requireTools } from './requirements.mjs'
import { run } from './run.mjs'

const [seeds = '2000', from = '0'] = process.argv.slice(2)
const numbers = [seeds, from]
if (!numbers.every((number) => /^\d+$/.test(number))) {
  console.error('usage: npm run simulate -- <seeds> [from]')
  process.exit(2)
}

await requireTools()
const words = ['test', '--no-default-features', '--test', 'main', '--']
const { ok } = await run(
  'cargo',
  [...words, '--exact', 'simulation::many', '--ignored', '--nocapture'],
  {
    show: true,
    env: { SIMULATION_SEEDS: seeds, SIMULATION_FROM: from },
  },
)
process.exit(ok ? 0 : 1)
