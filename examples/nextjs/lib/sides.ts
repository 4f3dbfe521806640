// A whole type on two or three sides, row by row.

import { attribute, value } from './words'

/** A type as both sides can say it. */
interface View {
  properties?: Record<string, Record<string, unknown>>
  propertyOrder?: string[]
  [name: string]: unknown
}

/** One thing about a property, and whether it is another than on the first side. */
export interface Trait {
  words: string
  differs: boolean
}

export interface Row {
  /** Nothing for the type itself. */
  property: string | null
  differs: boolean
  /** Per side that has the type; nothing where that side lacks the property. */
  cells: (Trait[] | undefined)[]
}

/** What sides have of a type, a row for itself and each property: what differs from the first of them is marked. */
export function rowsOf(sides: unknown[]): Row[] {
  const views = sides.filter((side) => side !== undefined && side !== null) as View[]
  const names = new Set(
    views.flatMap(({ properties = {}, propertyOrder = [] }) => [
      ...propertyOrder.filter((name) => name in properties),
      ...Object.keys(properties),
    ]),
  )
  const row = (property: string | null, held: (Record<string, unknown> | undefined)[]): Row => {
    const cells = held.map((one) => one && traits(one, held[0]))
    const isUneven = cells.some((cell) => (cell === undefined) !== (cells[0] === undefined))
    return {
      property,
      differs: isUneven || cells.some((cell) => cell?.some(({ differs }) => differs)),
      cells,
    }
  }
  return [
    row(
      null,
      views.map(({ properties: _properties, propertyOrder: _order, ...rest }) => rest),
    ),
    ...[...names].map((name) =>
      row(
        name,
        views.map(({ properties }) => properties?.[name]),
      ),
    ),
  ]
}

function traits(of: Record<string, unknown>, base: Record<string, unknown> = {}): Trait[] {
  const names = new Set([...Object.keys(of), ...Object.keys(base)])
  return [...names].map((name) => {
    const [is, was] = [of[name], base[name]].map((held) => JSON.stringify(held))
    return { words: trait(name, of[name]), differs: is !== was }
  })
}

function trait(name: string, held: unknown): string {
  if (held === undefined) return `no ${attribute(name)}`
  if (name === 'type') return value(held)
  return held === true ? attribute(name) : `${attribute(name)}: ${value(held)}`
}
