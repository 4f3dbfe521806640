'use client'

import type { Plan } from 'catalyst-sync'
import { useCallback, useState } from 'react'

import { Dialog } from '@/components/parts/dialog'
import { Notice, Wrong } from '@/components/parts/notice'
import { post } from '@/lib/client'
import type { Job } from '@/lib/deployment'
import { typesIn, useReview, type Choice } from '@/lib/use-review'
import type { Wire } from '@/lib/wire'
import { count, placeWords } from '@/lib/words'
import { Findings, PlanList } from './plan-list'

/** What findings say of rows of the studio that go back, or go. */
const ROWS = ['ROW_RETURNS', 'DELETION']

/** What a deployment, and what an undoing is undone with. */
const WORDS = {
  deployment: {
    title: 'Undo this deployment',
    what: 'What only this deployment changed goes back. What a colleague changed since stays.',
    act: 'Undo',
  },
  undoing: {
    title: 'Take the undoing back',
    what: 'What was undone is deployed again. What a colleague changed since stays.',
    act: 'Take it back',
  },
}

type Words = (typeof WORDS)[keyof typeof WORDS]

export const undoWords = ({ rollbackOf }: Pick<Job, 'rollbackOf'>): Words =>
  rollbackOf === undefined ? WORDS.deployment : WORDS.undoing

interface Props {
  id: string
  words: Words
  onClose(): void
  /** The undoing is a deployment of its own. */
  onStarted(id: string): void
}

/** What undoing a deployment would do, and its consents; only exactly that is done. */
export function RollbackDialog({ id, words, onClose, onStarted }: Props) {
  const [keepsEdits, setKeepsEdits] = useState(true)
  const [failure, setFailure] = useState<Error>()
  const plan = useCallback(
    ({ allowDelete, allowDataLoss }: Choice, signal: AbortSignal) => {
      const options = { allowDelete, allowDataLoss, preserveData: keepsEdits }
      return post<Wire<Plan>>('/api/v1/sync/rollback/plan', { id, options }, signal)
    },
    [id, keepsEdits],
  )
  const review = useReview(plan)
  const { full, chosen, choice, error } = review
  const types = new Set(full?.operations.map(({ typeKey }) => typeKey))
  const others = full?.findings.filter(({ typeKey }) => !typeKey || !types.has(typeKey)) ?? []
  const planned = typesIn(chosen?.operations ?? [])
  // What becomes of the studio's rows is no operation on the CMS, but worth an undoing.
  const returns = chosen?.findings.some(({ code }) => ROWS.includes(code)) ?? false

  async function undo() {
    if (!chosen || !choice) return
    const { allowDelete, allowDataLoss } = choice
    const options = {
      allowDelete,
      allowDataLoss,
      preserveData: keepsEdits,
      planDigest: chosen.digest,
    }
    try {
      const { syncId } = await post<{ syncId: string }>('/api/v1/sync/rollback', { id, options })
      onStarted(syncId)
    } catch (reason) {
      setFailure(reason as Error)
    }
  }

  return (
    <Dialog title={words.title} onClose={onClose}>
      <p className="muted">{words.what}</p>
      <label className="option">
        <input
          type="checkbox"
          checked={keepsEdits}
          onChange={(event) => setKeepsEdits(event.target.checked)}
        />
        The studio keeps its edits; they wait for the next deployment
      </label>
      {error && <Wrong error={error} />}
      {!full && !error && <p className="muted">Looking at what there is to undo …</p>}
      {full?.conflicts.map(({ id: conflict, name, fields }) => (
        <Notice key={conflict} tone="warn" title={`${name} was changed since`}>
          {fields.map(({ path }) => placeWords(path)).join('; ')}: stays as it is.
        </Notice>
      ))}
      <PlanList review={review} selectable={false} />
      <Findings of={others} />
      {failure && <Wrong error={failure} />}
      <footer>
        <span className="muted" role="status">
          {chosen && count(planned, 'type')}
        </span>
        <button onClick={onClose}>Keep it</button>
        <button className="danger" onClick={undo} disabled={!chosen || (planned === 0 && !returns)}>
          {words.act}
        </button>
      </footer>
    </Dialog>
  )
}
