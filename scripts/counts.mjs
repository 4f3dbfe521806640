// What test programs say about what they ran.

/**
 * Modules of `tests/` whose tests need nothing but memory. All others open files, databases or
 * sockets and are integration tests.
 */
const UNIT = ['canonical', 'layers', 'merge', 'model', 'plan', 'studio']
const UNIT_BELOW = {
  optimizely: ['held', 'keys', 'laws', 'limits', 'mapping', 'normalize', 'wire'],
}

/** A line about a test that passed; nobody looks for it beside a failure. */
export const PASSED = /^ *PASS \[.*\n|^test .* ok\n/gm

/** No tests at all. */
export const NONE = { unit: 0, integration: 0, failed: 0 }

/** Adds two counts. */
export function plus(one, other) {
  return {
    unit: one.unit + other.unit,
    integration: one.integration + other.integration,
    failed: one.failed + other.failed,
  }
}

/** Counts what cargo-nextest ran. */
export function ofNextest({ output }) {
  const passed = [...output.matchAll(/^ *PASS \[.*?\] (?:\(.*?\) )?\S+ (\S+)$/gm)]
  const [, run = passed.length] =
    /^ *Summary \[.*?\] (?:\d+\/)?(\d+) tests? run/m.exec(output) ?? []
  return { ...classified(passed.map(([, name]) => name)), failed: run - passed.length }
}

/** Counts what `cargo test` ran. */
export function ofCargo({ output }) {
  const passed = [...output.matchAll(/^test (\S+)(?: - .*)? \.\.\. ok$/gm)]
  const results = [...output.matchAll(/^test result: .*? (\d+) failed/gm)]
  const failed = results.reduce((sum, [, count]) => sum + Number(count), 0)
  return { ...classified(passed.map(([, name]) => name)), failed }
}

/** Counts the examples in the documentation, all of them unit tests. */
export function ofDocumentation(result) {
  const { unit, integration, failed } = ofCargo(result)
  return { unit: unit + integration, integration: 0, failed }
}

/** Counts what Jest ran, all of it through the addon. A file that does not load is a failure. */
export function ofJest({ numPassedTests, numFailedTests, numRuntimeErrorTestSuites }) {
  return {
    unit: 0,
    integration: numPassedTests,
    failed: numFailedTests + numRuntimeErrorTestSuites,
  }
}

function classified(names) {
  const unit = names.filter(isUnit).length
  return { unit, integration: names.length - unit }
}

function isUnit(name) {
  const [module, below] = name.split('::')
  return UNIT.includes(module) || (UNIT_BELOW[module]?.includes(below) ?? false)
}
