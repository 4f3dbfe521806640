// What the pages and the routes agree on about the token against requests of other sites.

export const TOKEN_HEADER = 'x-csrf-token'

/** The error of a request that was refused for its token, before anything was done. */
export const TOKEN_REFUSED = 'Invalid CSRF token'
