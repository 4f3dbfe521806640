import { node } from './support/script'

test('what the page of the promises names is there, and each break still applies', async () => {
  const { code, stderr } = await node(['scripts/promises.mjs', '--check'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
})
