import type { Metadata } from 'next'

import { ConflictList } from '@/components/conflict/conflict-list'

export const metadata: Metadata = { title: 'Conflicts' }

export default function Page() {
  return <ConflictList />
}
