'use strict'

/** @type {import('jest').Config} */
module.exports = {
  globalSetup: '<rootDir>/scripts/prisma-client.mjs',
  testMatch: ['<rootDir>/__test__/**/*.spec.ts'],
  transform: { '\\.ts$': '@swc/jest' },
  modulePathIgnorePatterns: ['<rootDir>/target', '<rootDir>/npm'],
}
