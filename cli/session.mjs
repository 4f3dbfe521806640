// One command at work: its settings, its terminal, its output, and the engine once it is needed.

import { userInfo } from 'node:os'

import { settingsOf } from './config/settings.mjs'
import { Interrupt } from './interrupt.mjs'
import { Output } from './output.mjs'
import { Prompt } from './prompt.mjs'
import { terminalOf } from './terminal.mjs'

/** What a command gets. Closing it leaves nothing open. */
export class Session {
  #engine
  #settings

  /** `flags` are the options that every command takes; `system` is the process, or stands for it. */
  constructor(flags, system) {
    const wantsJson = flags.json || flags.jsonStream
    this.flags = flags
    this.env = system.env
    this.terminal = terminalOf(system, {
      colour: flags.color !== false,
      input: flags.input !== false && !wantsJson,
    })
    this.out = new Output(this.terminal, flags.jsonStream ? 'stream' : flags.json ? 'json' : 'text')
    this.prompt = new Prompt(this.terminal)
    this.interrupt = new Interrupt()
  }

  /** What holds for this command. Reads the configuration once. */
  async settings() {
    this.#settings ??= await settingsOf({ flags: this.flags, env: this.env, folder: process.cwd() })
    return this.#settings
  }

  /** The engine, acting for whoever runs the command. Opens nothing by itself. */
  async engine() {
    if (this.#engine !== undefined) return this.#engine
    const { engine } = await this.settings()
    const { SyncEngine } = await import('../index.mjs')
    const { as: id = userName(), role = 'admin' } = this.flags
    this.#engine = new SyncEngine(engine).as({ id, role })
    return this.#engine
  }

  /** The options of calls about some types: the website, and their keys or ids. */
  async query(types = []) {
    const { website } = await this.settings()
    return { ...(website && { websiteId: website }), contentTypeKeys: types }
  }

  /** A type by its key or id, of the website that was named. */
  async type(key) {
    const { website } = await this.settings()
    return website ? { key, websiteId: website } : key
  }

  async close() {
    await this.#engine?.close()
  }
}

/** Who runs the command, as the system knows them. */
function userName() {
  try {
    return userInfo().username
  } catch {
    // A user without an entry, as in some containers: the engine's own name for nobody in particular.
    return 'system'
  }
}
