'use strict'

// The lanes in which the graph of versions is drawn, the latest version first.

/**
 * One row per version: its lane, the lines that reach it or pass by in the upper half of the row, and
 * those that leave it or pass by in the lower half, each from a lane to a lane.
 */
function lanesOf(versions) {
  // Of each lane, the version that it leads to.
  const lanes = []
  return [...versions].reverse().map((version) => {
    const upper = lanes.flatMap((hash, lane) => (hash === undefined ? [] : [{ hash, lane }]))
    const expected = lanes.indexOf(version.hash)
    const lane = expected === -1 ? free(lanes) : expected
    const above = upper.map((line) => ({
      from: line.lane,
      to: line.hash === version.hash ? lane : line.lane,
    }))
    for (const { hash, lane: arriving } of upper) {
      if (hash === version.hash) lanes[arriving] = undefined
    }
    const passing = lanes.flatMap((hash, at) => (hash === undefined ? [] : [{ from: at, to: at }]))
    // The first parent stays in the lane, and lines that lead to one version meet where it is.
    const leaving = version.parents.map((parent, nth) => {
      const known = lanes.indexOf(parent)
      const to = nth === 0 ? lane : known === -1 ? free(lanes) : known
      lanes[to] = parent
      return { from: lane, to }
    })
    return { version, lane, above, below: [...passing, ...leaving] }
  })
}

/** The first lane that leads nowhere. */
function free(lanes) {
  const at = lanes.indexOf(undefined)
  return at === -1 ? lanes.length : at
}

module.exports = { lanesOf }
