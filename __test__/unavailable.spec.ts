import * as sync from '..'

const later = (name: string) => ({
  code: 'NOT_AVAILABLE',
  status: 501,
  message: `${name} is not available yet`,
})

test.each(['renderReport'] as const)('%s rejects', async (name) => {
  await expect(sync[name]('x')).rejects.toMatchObject(later(name))
  await expect(new sync.SyncEngine()[name]('x')).rejects.toMatchObject(later(name))
})
