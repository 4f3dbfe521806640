'use client'

import type { Plan, PlannedOperation } from 'catalyst-sync'
import { useCallback, useEffect, useMemo, useState } from 'react'

import type { Wire } from './wire'

export type Operation = Wire<PlannedOperation>

/** What somebody agreed to. */
export interface Choice {
  /** Keys of the types that are ticked; absent means all. */
  contentTypeKeys?: string[]
  allowDelete: boolean
  allowDataLoss: boolean
}

/** Asks for the plan of a choice. */
export type Planner = (choice: Choice, signal: AbortSignal) => Promise<Wire<Plan>>

const EVERYTHING: Choice = { allowDelete: true, allowDataLoss: true }

/** Whether it needs somebody's word: it deletes, or content would be lost. */
export const isDestructive = ({ operation, risk }: Operation) =>
  operation === 'delete' || risk === 'lossy'

/** Whose word an operation needs: that of a deletion is none of a loss, nor that of one side of the other. */
export const consentKey = ({ direction, operation, typeKey }: Operation) =>
  `${direction} ${operation} ${typeKey}`

type Words = Record<string, string>

const NO_WORDS: Words = {}

/** What somebody wrote, and about which plan. */
interface Written {
  plan: Planner
  digest: string | undefined
  words: Words
}

/** How many types there are: one that goes both ways is planned twice. */
export const typesIn = (operations: Operation[]) =>
  new Set(operations.map(({ typeKey }) => typeKey)).size

/** What would be done, what of it is wanted, and the plan of exactly that. */
export function useReview(plan: Planner) {
  const [turn, setTurn] = useState(0)
  const [full, setFull] = useState<Wire<Plan>>()
  const [chosen, setChosen] = useState<Wire<Plan>>()
  const [error, setError] = useState<Error>()
  const [unticked, setUnticked] = useState<string[]>([])
  const [written, setWritten] = useState<Written>()

  // With every consent, so that what waits for one is seen, too.
  useEffect(() => {
    const abort = new AbortController()
    setFull(undefined)
    setChosen(undefined)
    setError(undefined)
    plan(EVERYTHING, abort.signal).then(setFull, (reason: Error) => {
      if (!abort.signal.aborted) setError(reason)
    })
    return () => abort.abort()
  }, [plan, turn])

  // Whoever agreed to one plan has not seen another one.
  const digest = full?.digest
  const isOfThis = written?.plan === plan && written.digest === digest
  const words = isOfThis ? written.words : NO_WORDS

  const choice = useMemo(() => full && choiceOf(full, unticked, words), [full, unticked, words])
  const wanted = choice && JSON.stringify(choice)

  useEffect(() => {
    setChosen(undefined)
    if (wanted === undefined) return
    const abort = new AbortController()
    plan(JSON.parse(wanted) as Choice, abort.signal).then(setChosen, (reason: Error) => {
      if (!abort.signal.aborted) setError(reason)
    })
    return () => abort.abort()
  }, [plan, wanted])

  const tick = useCallback((key: string, on: boolean) => {
    setUnticked((keys) => (on ? keys.filter((one) => one !== key) : [...keys, key]))
  }, [])
  const confirm = useCallback(
    (key: string, word: string) => setWritten({ plan, digest, words: { ...words, [key]: word } }),
    [plan, digest, words],
  )
  const reload = useCallback(() => setTurn((before) => before + 1), [])
  return { full, chosen, choice, error, unticked, words, tick, confirm, reload }
}

export type Review = ReturnType<typeof useReview>

/**
 * What is chosen; nothing where no type is left, because no keys at all would ask for every type. Consent
 * is to a whole kind, so each ticked operation of that kind has to be confirmed by its name.
 */
function choiceOf(
  { operations }: Wire<Plan>,
  unticked: string[],
  words: Words,
): Choice | undefined {
  const ticked = operations.filter(({ typeKey }) => !unticked.includes(typeKey))
  if (ticked.length === 0 && operations.length > 0) return undefined
  const all = (kind: Operation[]) =>
    kind.length > 0 && kind.every((one) => words[consentKey(one)]?.trim() === one.name)
  const asked = ticked.filter(isDestructive)
  return {
    ...(ticked.length < operations.length && {
      contentTypeKeys: ticked.map(({ typeKey }) => typeKey),
    }),
    allowDelete: all(asked.filter(({ operation }) => operation === 'delete')),
    allowDataLoss: all(asked.filter(({ operation }) => operation !== 'delete')),
  }
}
