import face from './config.js'

export const { defineConfig } = face
