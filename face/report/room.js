'use strict'

// How much a page shows before it becomes too large to be read, or opened.

const { PAGE } = require('./limits.js')
const { markup } = require('./markup.js')

/** What is shown in full as long as there is room for it. */
class Room {
  #left

  constructor(characters = PAGE) {
    this.#left = characters
  }

  /** What `make` makes; once the page is full, a line that says so. */
  fill(make) {
    if (this.#left <= 0) {
      return markup`<p class="soft small">Left out, because the page is large already.</p> `
    }
    const made = make()
    this.#left -= made.toString().length
    return made
  }
}

module.exports = { Room }
