// Runs once, before the first request.

export async function register() {
  // The import stands inside this `if`: elsewhere it is compiled for edge as well.
  if (process.env.NEXT_RUNTIME === 'nodejs') {
    const { configure } = await import('catalyst-sync')
    configure({
      mapping: 'native',
      filesRoot: process.env.FILES_ROOT,
      // What is reviewed is what the CMS has now, and not some seconds ago.
      cacheTtlMs: 0,
    })
  }
}
