// A value that somebody gives in the place of those of both sides.

/** Attributes that count characters or entries: nothing is shorter than one. */
const LENGTHS = ['minLength', 'maxLength', 'minItems', 'maxItems']

/** What is asked for at a path. */
export interface Asked {
  isNumber: boolean
  least?: number
}

export function askedAt(path: string, sides: unknown[]): Asked {
  const isNumber = sides.some((side) => typeof side === 'number')
  const isLength = LENGTHS.includes(path.split('/').at(-1) ?? '')
  return { isNumber, ...(isNumber && isLength && { least: 1 }) }
}

/** What somebody wrote: a value, or why it is none. */
export type Given = { value: string | number } | { problem: string }

export function given(text: string, { isNumber, least }: Asked): Given {
  if (text.trim() === '') return { problem: isNumber ? 'Write a number' : 'Write a value' }
  if (!isNumber) return { value: text }
  const value = Number(text)
  if (!Number.isFinite(value)) return { problem: 'This should be a number' }
  if (least !== undefined && (value < least || !Number.isInteger(value))) {
    return { problem: `This should be a whole number, at least ${least}` }
  }
  return { value }
}
