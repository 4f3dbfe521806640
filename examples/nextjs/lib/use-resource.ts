'use client'

import { useCallback, useEffect, useState } from 'react'

import { ask } from './client'

export interface Resource<T> {
  /** What was read last; nothing before the first answer. */
  value: T | undefined
  error: Error | undefined
  reload(): void
}

/** Reads a route, again when its path changes. Nothing is read as long as there is no path. */
export function useResource<T>(path: string | undefined): Resource<T> {
  const [state, setState] = useState<{ path?: string; value?: T; error?: Error }>({})
  const [turn, setTurn] = useState(0)
  useEffect(() => {
    if (path === undefined) return
    const abort = new AbortController()
    ask<T>(path, { signal: abort.signal }).then(
      (value) => setState({ path, value }),
      (error: Error) => {
        if (!abort.signal.aborted) setState({ path, error })
      },
    )
    return () => abort.abort()
  }, [path, turn])
  const reload = useCallback(() => setTurn((before) => before + 1), [])
  const current = state.path === path ? state : {}
  return { value: current.value, error: current.error, reload }
}
