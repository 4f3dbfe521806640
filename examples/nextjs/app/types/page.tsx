import type { Metadata } from 'next'

import { TypeList } from '@/components/types/type-list'

export const metadata: Metadata = { title: 'Content types' }

export default function Page() {
  return <TypeList />
}
