import * as sync from '..'

const later = (name: string) => ({
  code: 'NOT_AVAILABLE',
  status: 501,
  message: `${name} is not available yet`,
})

test.each(['validate', 'health', 'renderReport'] as const)(
  '%s rejects',
  async (name) => {
    await expect(sync[name]('x')).rejects.toMatchObject(later(name))
    await expect(new sync.SyncEngine()[name]('x')).rejects.toMatchObject(later(name))
  },
)

test.each(['metrics'] as const)('%s throws', (name) => {
  expect(() => sync[name]('x')).toThrow(expect.objectContaining(later(name)))
})

test.each(['set', 'remove', 'rotate'] as const)('credentials.%s rejects', async (name) => {
  await expect(sync.credentials[name]('x')).rejects.toMatchObject(later(`credentials.${name}`))
})
