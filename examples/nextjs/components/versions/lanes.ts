// Where the versions of a graph stand: a row each, newest first, and a lane for each line of descent.

/** What of a version is needed for its place. */
export interface Placed {
  hash: string
  parents: string[]
}

export interface Lanes {
  /** Lane of each row. */
  lane: number[]
  /** From a row to that of a parent. */
  edges: { from: number; to: number }[]
  /** How many lanes there are. */
  width: number
}

/** Versions newest first, each before its parents. */
export function lanesOf(versions: Placed[]): Lanes {
  const row = new Map(versions.map(({ hash }, at) => [hash, at]))
  // What each lane waits for: the version that continues it further down.
  const waiting: (string | undefined)[] = []
  const lane: number[] = []
  let width = 0
  for (const { hash, parents } of versions) {
    const reserved = waiting.indexOf(hash)
    const free = waiting.indexOf(undefined)
    const at = reserved >= 0 ? reserved : free >= 0 ? free : waiting.length
    for (const [other, wanted] of waiting.entries()) if (wanted === hash) waiting[other] = undefined
    lane.push(at)
    waiting[at] = undefined
    for (const [index, parent] of parents.entries()) {
      if (!row.has(parent)) continue
      // The first parent goes on in the same lane; whoever else waits for it comes over there.
      if (index > 0 && waiting.includes(parent)) continue
      const next =
        index === 0 ? at : waiting.findIndex((wanted, i) => i !== at && wanted === undefined)
      waiting[next >= 0 ? next : waiting.length] = parent
    }
    width = Math.max(width, waiting.length, at + 1)
  }
  const edges = versions.flatMap(({ parents }, from) =>
    parents.flatMap((parent) => {
      const to = row.get(parent)
      return to === undefined ? [] : [{ from, to }]
    }),
  )
  return { lane, edges, width }
}
