// The code blocks of a page of the documentation, and what its comments say about running them.

import ts from 'typescript'

/** A fenced block. */
export interface Block {
  page: string
  /** Of its fence, from 1. */
  line: number
  language: string
  /** `prints` after `text`: the block shows what the one before it printed. */
  prints: boolean
  /** Why it is not run; its fence says so. */
  norun?: string
  text: string
}

/** `<!-- scene: edited -->`: what happens at that place, as the text tells. */
export interface Scene {
  page: string
  line: number
  scene: string
}

export type Step = Block | Scene

const FENCE = /^(```+)([^\s`]*)\s*(.*)$/
const SCENE = /^<!-- scene: ([\w-]+) -->$/

/** What stands on a page, in order. */
export function stepsOf(page: string, text: string): Step[] {
  const steps: Step[] = []
  let open: { block: Block; fence: string; lines: string[] } | undefined
  for (const [at, content] of text.split('\n').entries()) {
    if (open !== undefined) {
      if (content.trim() !== open.fence) open.lines.push(content)
      else {
        steps.push({ ...open.block, text: `${open.lines.join('\n')}\n` })
        open = undefined
      }
      continue
    }
    const [, scene] = SCENE.exec(content) ?? []
    if (scene !== undefined) steps.push({ page, line: at + 1, scene })
    const [, fence, language = '', info = ''] = FENCE.exec(content) ?? []
    if (fence === undefined) continue
    const norun = /(?:^|\s)norun="([^"]+)"/.exec(info)?.[1]
    const prints = language === 'text' && info === 'prints'
    const block = { page, line: at + 1, language, prints, text: '', ...(norun && { norun }) }
    open = { block, fence, lines: [] }
  }
  if (open !== undefined) throw new Error(`${page}:${open.block.line} is not closed`)
  return steps
}

export const isBlock = (step: Step): step is Block => 'language' in step

/** A module of a block's lines, which leaves what it declares to the blocks after it. */
export function moduleOf({ language, text }: Block): { name: string; text: string } {
  const source = ts.createSourceFile('block.ts', text, ts.ScriptTarget.Latest)
  const isModule = source.statements.some(
    (one) =>
      ts.isImportDeclaration(one) ||
      ts.isExportDeclaration(one) ||
      (ts.canHaveModifiers(one) &&
        ts.getModifiers(one)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)),
  )
  const isCommon = !isModule && /\brequire\(|\bmodule\.exports\b/.test(text)
  const target = ts.ScriptTarget.ES2022
  const compilerOptions = { target, module: ts.ModuleKind.ES2022, verbatimModuleSyntax: true }
  const plain = language === 'ts' ? ts.transpileModule(text, { compilerOptions }).outputText : text
  const names = source.statements.flatMap(declared)
  return {
    name: isCommon ? 'cjs' : 'mjs',
    text: `${plain}\nObject.assign(globalThis, { ${names.join(', ')} })\n`,
  }
}

/** Names of values that a statement declares. */
function declared(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.flatMap(({ name }) => named(name))
  }
  if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) {
    return statement.name === undefined ? [] : [statement.name.text]
  }
  return []
}

function named(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text]
  return name.elements.flatMap((one) => (ts.isBindingElement(one) ? named(one.name) : []))
}
