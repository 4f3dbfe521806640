import type { Metadata } from 'next'

import { DeploymentHistory } from '@/components/history/deployment-history'
import { SyncHistoryTable } from '@/components/history/sync-history-table'
import { PageHead } from '@/components/parts/page-head'

export const metadata: Metadata = { title: 'History' }

export default function Page() {
  return (
    <>
      <PageHead title="History">
        Every deployment, and every attempt that reached a platform.
      </PageHead>
      <div className="stack">
        <DeploymentHistory />
        <SyncHistoryTable />
      </div>
    </>
  )
}
