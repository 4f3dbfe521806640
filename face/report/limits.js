'use strict'

// How much of each thing a report shows. What is left out is counted where it would stand.

module.exports = {
  /** Types whose differences are shown. */
  TYPES: 500,
  /** Characters of what is shown in full of types, and as many of what was sent. */
  PAGE: 4_000_000,
  /** Rows in the table of one type. */
  ROWS: 200,
  /** Characters of one value. */
  VALUE: 2000,
  /** Words of a text, on either side, up to which it is compared word by word. */
  WORDS: 400,
  /** Types whose versions are drawn, and versions of each. */
  TREES: 25,
  VERSIONS: 40,
  /** Attempts of a deployment. */
  ATTEMPTS: 500,
  /** Types that were not simply the same, of a deployment. */
  OUTCOMES: 500,
  FINDINGS: 500,
  /** Types of the studio up to which all are read for the names of their websites. */
  NAMED: 1000,
  /** Characters of a comment on GitHub, which takes 65,536. */
  COMMENT: 65_000,
  /** Annotations of a severity that GitHub shows of one step. */
  ANNOTATIONS: 10,
}
