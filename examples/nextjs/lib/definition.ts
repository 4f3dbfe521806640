// A content type's definition, as the studio's builder writes it.

/** What holds for the values of a field. */
export interface Validation {
  minLength?: number
  maxLength?: number
  min?: number
  max?: number
  [rule: string]: unknown
}

export interface Field {
  id?: string
  name: string
  label?: string
  type: string
  required?: boolean
  validation?: Validation
  helpText?: string
  order?: number
  [member: string]: unknown
}

export interface Definition {
  name: string
  description?: string
  fields: Field[]
  [member: string]: unknown
}

/** A content type as the studio's routes tell it. */
export interface ContentType {
  id: string
  name: string
  updatedAt: string
  definition: Definition
  contentItems: number
}

/** What the builder offers for a new field. */
export const KINDS = [
  'text',
  'textarea',
  'richText',
  'number',
  'boolean',
  'date',
  'image',
  'gallery',
  'url',
  'email',
  'tags',
  'json',
]

/** A name as the studio's forms allow it, from a label. */
export function nameOf(label: string): string {
  const words = label
    .replace(/[^A-Za-z0-9 ]/g, '')
    .split(' ')
    .filter(Boolean)
  const [first = '', ...rest] = words.map((word) => word.toLowerCase())
  return [first, ...rest.map((word) => word[0]!.toUpperCase() + word.slice(1))].join('')
}

/** Without a rule that nobody gave. */
export function withRule(field: Field, rule: keyof Validation, text: string): Field {
  const { [rule]: _, ...others } = field.validation ?? {}
  const validation = text === '' ? others : { ...others, [rule]: Number(text) }
  const { validation: _before, ...rest } = field
  return Object.keys(validation).length > 0 ? { ...rest, validation } : rest
}
