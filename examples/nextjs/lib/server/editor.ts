// Who edits. A studio with a sign-in says it from the session.

/** The name under which versions and decisions are recorded. */
export const EDITOR = 'editor'
