// Looking until there is an answer.

interface Looker<T> {
  onFound(value: T): void
  /** It goes on, unless the answer to this is `false`. */
  onFailure(reason: Error): boolean | void
}

/** How soon it is looked again. */
export const LOOK_AGAIN_MS = 500

/** Looks, again after each failure, until something is found. Returns what stops it. */
export function keepLooking<T>(look: () => Promise<T>, { onFound, onFailure }: Looker<T>) {
  let timer: ReturnType<typeof setTimeout> | undefined
  let isOver = false
  const once = () =>
    look().then(
      (value) => {
        if (!isOver) onFound(value)
      },
      (reason: Error) => {
        if (isOver || onFailure(reason) === false) return
        timer = setTimeout(once, LOOK_AGAIN_MS)
      },
    )
  void once()
  return () => {
    isOver = true
    clearTimeout(timer)
  }
}
