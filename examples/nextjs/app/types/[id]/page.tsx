import type { Metadata } from 'next'

import { TypeEditor } from '@/components/types/type-editor'

export const metadata: Metadata = { title: 'Edit a content type' }

export default async function Page({ params }: PageProps<'/types/[id]'>) {
  return <TypeEditor id={(await params).id} />
}
