// GET: the whole history of a type as a graph, and drawn as text.

import { formatTree, getVersionTree } from 'catalyst-sync'

import { answer } from '@/lib/server/answer'

export function GET(_: Request, { params }: RouteContext<'/api/v1/versions/[typeKey]/tree'>) {
  return answer(async () => {
    const { typeKey } = await params
    const tree = await getVersionTree(typeKey)
    const visualization = formatTree(tree)
    const root = tree.versions.find(({ hash }) => hash === tree.roots[0])
    if (root === undefined) return { tree: null, visualization }
    const treeData = { ...root, childrenCount: root.children.length }
    return { success: true, typeKey, treeData, tree, visualization }
  })
}
