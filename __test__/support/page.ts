import { type DefaultTreeAdapterTypes, parse } from 'parse5'

type Node = DefaultTreeAdapterTypes.ChildNode
export type Element = DefaultTreeAdapterTypes.Element

const isElement = (node: Node): node is Element => 'tagName' in node

/** Everything below a node, in the order of the page. */
function* below(node: { childNodes: Node[] }): Generator<Element> {
  for (const child of node.childNodes) {
    if (!isElement(child)) continue
    yield child
    yield* below(child)
  }
}

export const attribute = ({ attrs }: Element, name: string) =>
  attrs.find((one) => one.name === name)?.value

function rawText(node: Node): string {
  if ('value' in node) return node.value
  return 'childNodes' in node ? node.childNodes.map(rawText).join('') : ''
}

/** What is read in an element. */
export const textOf = (element: Element) => rawText(element).replace(/\s+/gu, ' ').trim()

/** A page as a browser understands it. */
export class Page {
  readonly elements: Element[]

  constructor(readonly source: string) {
    this.elements = [...below(parse(source))]
  }

  all(tag: string): Element[] {
    return this.elements.filter(({ tagName }) => tagName === tag)
  }

  /** Those that have an attribute, by its value. */
  by(name: string): Map<string, Element> {
    const having = this.elements.map((element) => [attribute(element, name), element] as const)
    return new Map(having.filter((one): one is [string, Element] => one[0] !== undefined))
  }

  /** The texts of the cells of a table, row by row, of the table that stands below a heading. */
  rowsBelow(heading: string): string[][] {
    const from = this.elements.findIndex(
      (element) => /^h\d$/.test(element.tagName) && textOf(element).startsWith(heading),
    )
    if (from === -1) throw new Error(`the page has no heading ${heading}`)
    const table = this.elements.slice(from).find(({ tagName }) => tagName === 'table')
    return table === undefined ? [] : rowsOf(table)
  }

  /** The rows of the table in the section of a type. */
  rowsOfType(name: string): string[][] {
    const details = this.all('details').find((one) => {
      const [title] = [...below(one)].filter(({ tagName }) => tagName === 'h4')
      return title !== undefined && textOf(title).endsWith(name)
    })
    const table = details && [...below(details)].find(({ tagName }) => tagName === 'table')
    if (table === undefined) throw new Error(`the page has no table of the type ${name}`)
    return rowsOf(table)
  }
}

function rowsOf(table: Element): string[][] {
  return [...below(table)]
    .filter(({ tagName }) => tagName === 'tr')
    .map((row) =>
      row.childNodes
        .filter(isElement)
        .filter(({ tagName }) => tagName === 'td' || tagName === 'th')
        .map(textOf),
    )
}
