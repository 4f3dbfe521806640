// What each of the test files does, with the website of its own.

exports.deploys = (website, expected) => {
  let sync
  beforeEach(() => {
    jest.resetModules()
    sync = require('catalyst-sync')
  })
  afterEach(() => sync.close())

  test('sees what is new', async () => {
    const { summary } = await sync.detectChanges({ websiteId: website })
    expect(summary).toMatchObject({ created: expected })
  })

  test('deploys it, with values of this realm', async () => {
    const { job, outcomes } = await sync.synchronize({ websiteId: website })
    expect(job.status).toBe('completed')
    expect(job.startedAt).toBeInstanceOf(Date)
    expect(outcomes.filter(({ operation }) => operation === 'create')).toHaveLength(expected)
  })

  test('sees nothing more, and fails with errors of this realm', async () => {
    const { summary } = await sync.detectChanges({ websiteId: website })
    expect(summary).toMatchObject({ total: 0 })
    const failed = sync.detectChanges({ websiteId: 'nowhere' })
    await expect(failed).rejects.toBeInstanceOf(Error)
    await expect(failed).rejects.toMatchObject({ code: 'WEBSITE_NOT_FOUND' })
  })
}
