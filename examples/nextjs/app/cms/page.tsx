import type { Metadata } from 'next'

import { CmsList } from '@/components/cms/cms-list'

export const metadata: Metadata = { title: 'The CMS itself' }

export default function Page() {
  return <CmsList />
}
