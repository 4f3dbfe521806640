// What somebody wrote, on top of what others saved meanwhile.

import type { Definition, Field } from './definition'
import { attribute, value } from './words'

const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other)

/** Members of a field that are others than before; its place is counted anew. */
const changed = (from: Field, to: Field) =>
  [...new Set([...Object.keys(from), ...Object.keys(to)])].filter(
    (member) => member !== 'order' && !isSame(from[member], to[member]),
  )

const byName = ({ fields }: Definition) => new Map(fields.map((field) => [field.name, field]))

/**
 * The definition that is there, with what somebody changed in one that was read before. Nothing that was
 * written is lost: where both changed the same, it stands, and `both` says what is there.
 */
export function rebase(before: Definition, mine: Definition, there: Definition) {
  const [had, have, held] = [byName(before), byName(mine), byName(there)]
  const both: string[] = []

  function onTop(field: Field): Field[] {
    const { name, label = name } = field
    const [old, own] = [had.get(name), have.get(name)]
    const theirs = old ? changed(old, field) : []
    if (!own) {
      if (old && theirs.length === 0) return []
      if (old) both.push(`${label} was changed there, so it is back`)
      return [field]
    }
    const edits = changed(old ?? field, own)
    for (const member of edits) {
      if (theirs.includes(member) && !isSame(own[member], field[member])) {
        both.push(`${label}: ${attribute(member)} is ${value(field[member])} there`)
      }
    }
    return [{ ...field, ...Object.fromEntries(edits.map((member) => [member, own[member]])) }]
  }

  const fields = there.fields.flatMap(onTop)
  for (const own of mine.fields.filter(({ name }) => !held.has(name))) {
    const old = had.get(own.name)
    if (old && changed(old, own).length === 0) continue
    if (old) both.push(`${own.label ?? own.name} was removed there; yours would add it again`)
    fields.push(own)
  }
  const ordered = fields.map((field, order) => ({ ...field, order }))
  return { definition: { ...there, fields: ordered }, both }
}
