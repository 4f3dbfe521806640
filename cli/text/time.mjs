// Times for people, in one form wherever they are read.

/** `2026-11-21 03:45:16Z`: the same in every time zone. */
export function timeText(date) {
  return date instanceof Date ? `${date.toISOString().slice(0, 19).replace('T', ' ')}Z` : ''
}
