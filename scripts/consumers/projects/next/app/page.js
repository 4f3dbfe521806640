import { detectChanges } from 'catalyst-sync'

export const dynamic = 'force-dynamic'

/** A server component: how much there is to deploy. */
export default async function Page() {
  const { summary } = await detectChanges()
  return <p>{`created: ${summary.created}`}</p>
}
