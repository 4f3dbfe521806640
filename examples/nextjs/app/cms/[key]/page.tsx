import type { Metadata } from 'next'

import { CmsEditor } from '@/components/cms/cms-editor'

type Props = PageProps<'/cms/[key]'>

const keyOf = async ({ params }: Props) => decodeURIComponent((await params).key)

export async function generateMetadata(props: Props): Promise<Metadata> {
  return { title: `${await keyOf(props)} in the CMS` }
}

export default async function Page(props: Props) {
  return <CmsEditor typeKey={await keyOf(props)} />
}
