import * as sync from '..'

const later = (name: string) => ({
  code: 'NOT_AVAILABLE',
  status: 501,
  message: `${name} is not available yet`,
})

test.each(['listBackups', 'verifyHistory', 'exportHistory', 'renderReport'] as const)(
  '%s rejects',
  async (name) => {
    await expect(sync[name]('x')).rejects.toMatchObject(later(name))
    await expect(new sync.SyncEngine()[name]('x')).rejects.toMatchObject(later(name))
  },
)

test('rolling back ends failed', async () => {
  const seen: string[] = []
  const show = ({ status }: sync.DeploymentJob) => seen.push(status)
  const undone = await sync.rollbackDeployment('x', { onUpdate: show }).done
  expect(undone.job).toMatchObject({ status: 'failed', errorInfo: { code: 'NOT_AVAILABLE' } })
  expect(seen).toEqual(['running', 'failed'])
  expect(sync.getDeploymentHistory()).toEqual([])
})
