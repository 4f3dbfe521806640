import face from './prisma.js'

export const { recordVersions } = face
