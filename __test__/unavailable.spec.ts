import * as sync from '..'

const later = (name: string) => ({
  code: 'NOT_AVAILABLE',
  status: 501,
  message: `${name} is not available yet`,
})

test.each([
  'validate',
  'listBackups',
  'recover',
  'verifyHistory',
  'exportHistory',
  'health',
  'renderReport',
] as const)('%s rejects', async (name) => {
  await expect(sync[name]('x')).rejects.toMatchObject(later(name))
  await expect(new sync.SyncEngine()[name]('x')).rejects.toMatchObject(later(name))
})

test.each(['metrics'] as const)('%s throws', (name) => {
  expect(() => sync[name]('x')).toThrow(expect.objectContaining(later(name)))
})

test.each(['set', 'remove', 'rotate'] as const)('credentials.%s rejects', async (name) => {
  await expect(sync.credentials[name]('x')).rejects.toMatchObject(later(`credentials.${name}`))
})

test('resuming and rolling back end failed', async () => {
  const seen: string[] = []
  const show = ({ status }: sync.DeploymentJob) => seen.push(status)
  const resumed = await sync.resumeDeployment('x', show).done
  expect(resumed.job).toMatchObject({ id: 'x', errorInfo: { code: 'NOT_AVAILABLE' } })
  const undone = await sync.rollbackDeployment('x', { onUpdate: show }).done
  expect(undone.job).toMatchObject({ status: 'failed', errorInfo: { code: 'NOT_AVAILABLE' } })
  expect(seen).toEqual(['running', 'failed', 'running', 'failed'])
  expect(sync.getDeploymentHistory()).toEqual([])
})
