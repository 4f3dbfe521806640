import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The types in the folder, in the words of the platform. */
export function files(folder) {
  if (!existsSync(join(folder, 'model'))) return []
  const names = readdirSync(join(folder, 'model')).filter((name) => name.endsWith('.json'))
  const types = names
    .filter((name) => name !== 'catalyst-sync.json')
    .flatMap((name) => {
      const path = join(folder, 'model', name)
      try {
        return [JSON.parse(readFileSync(path, 'utf8'))]
      } catch (error) {
        // Somebody deletes it right now.
        if (error.code === 'ENOENT') return []
        throw error
      }
    })
  return types.map(({ name, description, fields }) => ({
    displayName: name,
    description,
    properties: Object.fromEntries(
      fields.map(({ name: key, label }) => [key, { displayName: label }]),
    ),
  }))
}
