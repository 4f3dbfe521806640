// Text that comes from outside, made safe to print: a name must not move the cursor.

const CONTROL = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

const escaped = (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`

/** One line of text without what a terminal would act upon. */
export function clean(text) {
  return String(text).replace(CONTROL, escaped)
}

/** Several lines of such text. */
export function cleanLines(text) {
  return text.split('\n').map(clean).join('\n')
}

/** A value as JSON on one line, not longer than so many characters. */
export function valueText(value, longest = 60) {
  if (value === undefined) return 'nothing'
  const text = clean(JSON.stringify(value))
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text
}

/** Says a number of things: `1 type`, `2 types`. */
export function count(number, noun, plural = `${noun}s`) {
  return `${number} ${number === 1 ? noun : plural}`
}
