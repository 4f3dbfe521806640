import type { Metadata } from 'next'

import { TypeEditor } from '@/components/types/type-editor'
import { studio } from '@/lib/server/prisma'

type Props = PageProps<'/types/[id]'>

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { id } = await params
  const type = await studio().contentType.findUnique({ where: { id }, select: { name: true } })
  return { title: type?.name ?? 'Content type' }
}

export default async function Page({ params }: Props) {
  return <TypeEditor id={(await params).id} />
}
