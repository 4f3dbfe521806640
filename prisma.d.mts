export * from './prisma.js'
