import type { Metadata } from 'next'
import { Suspense } from 'react'

import { VersionBrowser } from '@/components/versions/version-browser'

export const metadata: Metadata = { title: 'Versions' }

export default function Page() {
  return (
    <Suspense>
      <VersionBrowser />
    </Suspense>
  )
}
