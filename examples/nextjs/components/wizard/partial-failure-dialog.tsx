'use client'

import type { Recovery } from 'catalyst-sync'
import { useState } from 'react'

import { Dialog } from '@/components/parts/dialog'
import { Notice } from '@/components/parts/notice'
import type { Job } from '@/lib/deployment'
import { count } from '@/lib/words'

export type Action = Exclude<Recovery['actions'][number], 'view_errors' | 'continue_later'>

const NAMES: Record<Action, [name: string, hint: string]> = {
  retry_failed: ['Retry failed', 'Only what failed is tried again'],
  force_full: ['Force full', 'Every type is sent again, whether it differs or not'],
  manual_fix: ['Manual fix', 'Change the types, or decide what conflicts, then deploy'],
}

interface Props {
  job: Job
  recovery: Recovery
  onClose(): void
  onAction(action: Action): void
}

/** What can be done when some types failed and the others went. */
export function PartialFailureDialog({ job, recovery, onClose, onAction }: Props) {
  const [open, setOpen] = useState(false)
  const { successful, failed, errors, message, actions } = recovery
  const offered = (Object.keys(NAMES) as Action[]).filter((action) => actions.includes(action))
  return (
    <Dialog title={message} onClose={onClose}>
      <p>
        {count(successful, 'type')} went, {failed} did not. What went stays; deployment{' '}
        <code>{job.id.slice(0, 8)}</code> can be carried on with now or later.
      </p>
      <p>
        <button onClick={() => setOpen(!open)} aria-expanded={open} aria-controls="errors">
          View errors
        </button>
      </p>
      <div id="errors" className="stack tight" hidden={!open}>
        {errors.map(({ type, code, error }) => (
          <Notice key={type} tone="bad" title={type}>
            <p>{error}</p>
            <p className="mono muted">{code}</p>
          </Notice>
        ))}
      </div>
      <div className="choices">
        {offered.map((action) => (
          <button key={action} className="choice-button" onClick={() => onAction(action)}>
            {NAMES[action][0]}
            <small>{NAMES[action][1]}</small>
          </button>
        ))}
      </div>
      <footer>
        <button onClick={onClose}>Continue later</button>
      </footer>
    </Dialog>
  )
}
