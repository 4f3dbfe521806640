/** Colours belong on a screen only, and only if wanted: https://no-color.org */
const wanted = process.stdout.isTTY === true && !process.env.NO_COLOR

const style = (open, close) => (text) => (wanted ? `\x1b[${open}m${text}\x1b[${close}m` : `${text}`)

export const bold = style(1, 22)
export const dim = style(2, 22)
export const red = style(31, 39)
export const green = style(32, 39)
export const yellow = style(33, 39)
export const cyan = style(36, 39)
