// GET: what differs between two versions.

import { diffVersions, formatDiff, getVersion, type VersionInfo } from 'catalyst-sync'

import { answer, BadRequest, notFound, parametersOf } from '@/lib/server/answer'

const head = ({ hash, author, createdAt, message }: VersionInfo) => ({
  hash,
  author,
  createdAt,
  message,
})

export function GET(request: Request) {
  return answer(async () => {
    const parameters = parametersOf(request)
    const hashes = [parameters.get('hash1'), parameters.get('hash2')].filter(
      (hash) => hash !== null,
    )
    const [hash1, hash2] = hashes
    if (!hash1 || !hash2) throw new BadRequest('hash1 and hash2 are required')
    for (const hash of hashes) {
      if ((await getVersion(hash)) === null) return notFound(`no version has the hash ${hash}`)
    }
    const diff = await diffVersions(hash1, hash2)
    return {
      success: true,
      version1: head(diff.from),
      version2: head(diff.to),
      diff: { ...diff.fields, level: diff.level, changes: diff.changes },
      formatted: formatDiff(diff),
    }
  })
}
