import face from './testing.js'

export const { createTestEngine, useTestEngine } = face
