'use client'

import { useEffect } from 'react'

const QUESTION = 'What you changed here is not saved. Leave it behind?'

/** Asks before a page is left on which something is not saved: by the browser, or by one of its links. */
export function useUnsaved(isUnsaved: boolean) {
  useEffect(() => {
    if (!isUnsaved) return
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    // The app's links change the page without the browser's leaving it.
    const askForLink = (event: MouseEvent) => {
      const link = event.target instanceof Element && event.target.closest('a[href]')
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return
      if (link.getAttribute('href')?.startsWith('#') || window.confirm(QUESTION)) return
      event.preventDefault()
      event.stopPropagation()
    }
    window.addEventListener('beforeunload', ask)
    document.addEventListener('click', askForLink, true)
    return () => {
      window.removeEventListener('beforeunload', ask)
      document.removeEventListener('click', askForLink, true)
    }
  }, [isUnsaved])
}
