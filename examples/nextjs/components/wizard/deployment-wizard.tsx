'use client'

import { useRouter, useSearchParams } from 'next/navigation'
import { useCallback, useEffect, useRef, useState } from 'react'

import type { RunOptions } from 'catalyst-sync'

import { PageHead } from '@/components/parts/page-head'
import { Wrong } from '@/components/parts/notice'
import { ApiError, post } from '@/lib/client'
import { isLive, readDeployment, type Job } from '@/lib/deployment'
import { keepLooking, LOOK_AGAIN_MS } from '@/lib/keep-looking'
import { sorted } from '@/lib/outcomes'
import { useResource } from '@/lib/use-resource'
import { ContentMapping } from './content-mapping'
import { DeploymentProgress } from './deployment-progress'
import { DeploymentResults } from './deployment-results'
import { DeploymentReview } from './deployment-review'
import type { Action } from './partial-failure-dialog'
import { ProviderStep, type Website } from './provider-step'
import { PROVIDERS, providerNamed } from './providers'
import { Steps, type StepName } from './steps'

/** The address of the wizard, which names what is to be there again when the page is loaded anew. */
const addressOf = (members: Record<string, string>) => `/?${new URLSearchParams(members)}`

/** A job as the studio's wizard makes it. */
const newJob = (
  providerId: string,
  websiteId: string,
  options: RunOptions,
  types: string[],
): Job => ({
  id: `deploy-${Date.now()}`,
  websiteId,
  providerId,
  selectedTypes: types,
  status: 'pending',
  progress: 0,
  startedAt: new Date(),
  completedAt: null,
  logs: [],
  error: null,
  retryCount: 0,
  maxRetries: 3,
  options,
})

/** What was agreed to stood in the plan that was reviewed; a run that plans anew goes without. */
const AGREED = { planDigest: undefined, allowDelete: undefined, allowDataLoss: undefined }

/** Whether the studio says that it knows no such deployment. */
const isUnknown = (reason: Error) => reason instanceof ApiError && reason.status === 404

/** The types of a job without those that it deleted, which nobody knows any more. */
function leftOf({ selectedTypes = [], outcomes = [] }: Job): string[] {
  const deleted = outcomes
    .filter(({ operation, status }) => operation === 'delete' && status === 'success')
    .map(({ typeKey }) => typeKey)
  const left = selectedTypes.filter((key) => !deleted.includes(key))
  // No keys at all would ask for every type.
  return left.length > 0 ? left : selectedTypes
}

/**
 * From a provider to a deployment that went through. The address names the website and the deployment, so
 * that a page which is loaded again shows them, running or ended.
 */
export function DeploymentWizard() {
  const router = useRouter()
  const parameters = useSearchParams()
  const shown = parameters.get('deployment')
  const chosen = parameters.get('website')
  const websites = useResource<{ data: Website[] }>('/api/websites')
  const [provider, setProvider] = useState(PROVIDERS[0]!)
  const [step, setStep] = useState<StepName>('Provider')
  const [job, setJob] = useState<Job>()
  // How many types were tried again.
  const [tried, setTried] = useState<number>()
  const [error, setError] = useState<Error>()
  const known = websites.value?.data ?? []
  const wanted = chosen ?? job?.websiteId
  const websiteId = (known.find(({ id }) => id === wanted) ?? known[0])?.id ?? ''

  /** What went wrong is told where it did, until something else is done. */
  const go = useCallback((next: StepName) => {
    setError(undefined)
    setStep(next)
  }, [])

  const starting = useRef(false)
  starting.current = job?.status === 'pending'

  useEffect(() => {
    setError(undefined)
    if (shown === null) return
    return keepLooking(() => readDeployment(shown), {
      onFound(found) {
        setTried(undefined)
        setJob(found)
        setProvider(providerNamed(found.providerId))
        go(isLive(found) ? 'Deploy' : 'Complete')
      },
      onFailure(reason) {
        setError(reason)
        // What was started here is known sooner or later; what an address names may never have been.
        return starting.current || !isUnknown(reason)
      },
    })
  }, [shown, go])

  // Whoever reads with a screen reader or the keyboard goes along to the next step.
  const before = useRef(step)
  useEffect(() => {
    if (before.current === step) return
    before.current = step
    window.scrollTo({ top: 0 })
    document.getElementById('step')?.focus({ preventScroll: true })
  }, [step])

  // Whoever cancels is told at once; what became of the answers that were still out is known later.
  useEffect(() => {
    if (step !== 'Complete' || job?.status !== 'cancelled' || job.outcomes !== undefined) return
    let stop = () => {}
    const timer = setTimeout(() => {
      stop = keepLooking(() => readDeployment(job.id), {
        onFound(found) {
          setError(undefined)
          setJob(found)
        },
        onFailure: setError,
      })
    }, LOOK_AGAIN_MS)
    return () => {
      clearTimeout(timer)
      stop()
    }
  }, [step, job])

  function choose(website: string) {
    router.replace(addressOf({ website }), { scroll: false })
  }

  function show(deployment: string) {
    router.replace(addressOf({ website: websiteId, deployment }), { scroll: false })
  }

  function deploy(options: RunOptions, types: string[], website = websiteId) {
    setTried(undefined)
    setJob(newJob(provider.id, website, options, types))
    go('Deploy')
  }

  function again() {
    choose(websiteId)
    go('Review')
  }

  async function act(action: Action) {
    if (!job) return
    if (action === 'manual_fix') return router.push('/types')
    if (action === 'force_full') {
      const options = { ...job.options, ...AGREED, force: true }
      return deploy(options, leftOf(job), job.websiteId)
    }
    setError(undefined)
    try {
      await post('/api/v1/sync/resume', { id: job.id, mode: 'failed' })
      setTried(sorted(job.outcomes ?? []).undone.length)
      // How it goes is told to whoever follows it.
      setJob({ ...job, status: 'running', progress: 0, logs: [] })
      go('Deploy')
    } catch (reason) {
      setError(reason as Error)
    }
  }

  const loading = shown !== null && job === undefined && !(error && isUnknown(error))
  const failure = error ?? websites.error
  return (
    <>
      <PageHead title="Deploy">
        Content types of the website go to a CMS. You see what will change before it does.
      </PageHead>
      <Steps at={step} />
      {failure && <Wrong error={failure} />}
      {loading && <p className="muted">Looking for the deployment …</p>}
      {step === 'Provider' && !loading && (
        <ProviderStep
          provider={provider}
          websites={known}
          websiteId={websiteId}
          onChoose={setProvider}
          onWebsite={choose}
          onNext={() => go('Mapping')}
        />
      )}
      {step === 'Mapping' && websiteId && (
        <ContentMapping
          provider={provider}
          websiteId={websiteId}
          onBack={() => go('Provider')}
          onNext={() => go('Review')}
        />
      )}
      {step === 'Review' && websiteId && (
        <DeploymentReview
          provider={provider}
          websiteId={websiteId}
          onBack={() => go('Mapping')}
          onDeploy={deploy}
        />
      )}
      {step === 'Deploy' && job && (
        <DeploymentProgress
          key={job.status === 'pending' ? 'new' : job.id}
          job={job}
          provider={provider}
          onStart={show}
          onBack={again}
          onComplete={(ended) => {
            setJob(ended)
            go('Complete')
          }}
        />
      )}
      {step === 'Complete' && job && (
        <DeploymentResults
          key={`${job.id} ${job.completedAt?.getTime()}`}
          job={job}
          provider={provider}
          tried={tried}
          onAction={act}
          onShow={show}
          onAgain={again}
        />
      )}
    </>
  )
}
