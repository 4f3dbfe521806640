import type { Metadata } from 'next'

import { CmsEditor } from '@/components/cms/cms-editor'

export const metadata: Metadata = { title: 'Edit in the CMS' }

export default async function Page({ params }: PageProps<'/cms/[key]'>) {
  return <CmsEditor typeKey={decodeURIComponent((await params).key)} />
}
