'use strict'

/** @type {import('jest').Config} */
module.exports = {
  globalSetup: '<rootDir>/scripts/prisma-client.mjs',
  testMatch: ['<rootDir>/__test__/**/*.spec.ts'],
  transform: { '\\.ts$': '@swc/jest' },
  modulePathIgnorePatterns: ['<rootDir>/target', '<rootDir>/npm'],
  // Ends what hangs; measures nothing. Requests to a server that fails are repeated after real seconds.
  testTimeout: 60_000,
  // Jest would leave one core to itself, and it has little to do.
  maxWorkers: '100%',
}
