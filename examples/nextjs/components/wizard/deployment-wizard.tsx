'use client'

import { useRouter, useSearchParams } from 'next/navigation'
import { useEffect, useRef, useState } from 'react'

import type { RunOptions } from 'catalyst-sync'

import { PageHead } from '@/components/parts/page-head'
import { Wrong } from '@/components/parts/notice'
import { post } from '@/lib/client'
import { isLive, readDeployment, type Job } from '@/lib/deployment'
import { useResource } from '@/lib/use-resource'
import { ContentMapping } from './content-mapping'
import { DeploymentProgress } from './deployment-progress'
import { DeploymentResults } from './deployment-results'
import { DeploymentReview } from './deployment-review'
import type { Action } from './partial-failure-dialog'
import { ProviderStep } from './provider-step'
import { PROVIDERS, providerNamed } from './providers'
import { Steps, type StepName } from './steps'

interface Website {
  id: string
  name: string
}

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

/**
 * From a provider to a deployment that went through. The address names the deployment, so that a page
 * which is loaded again shows it, running or ended.
 */
export function DeploymentWizard() {
  const router = useRouter()
  const shown = useSearchParams().get('deployment')
  const websites = useResource<{ data: Website[] }>('/api/websites')
  const [provider, setProvider] = useState(PROVIDERS[0]!)
  const [step, setStep] = useState<StepName>('Provider')
  const [job, setJob] = useState<Job>()
  const [error, setError] = useState<Error>()
  const websiteId = websites.value?.data[0]?.id ?? ''

  // The deployment that the address named last; later answers about others are let go.
  const asked = useRef<string>(null)

  useEffect(() => {
    if (shown === asked.current) return
    asked.current = shown
    if (shown === null) return
    readDeployment(shown).then(
      (found) => {
        if (asked.current !== shown) return
        setJob(found)
        setProvider(providerNamed(found.providerId))
        setStep(isLive(found) ? 'Deploy' : 'Complete')
      },
      (reason: Error) => asked.current === shown && setError(reason),
    )
  }, [shown])

  // Whoever reads with a screen reader or the keyboard goes along to the next step.
  const before = useRef(step)
  useEffect(() => {
    if (before.current === step) return
    before.current = step
    window.scrollTo({ top: 0 })
    document.getElementById('step')?.focus({ preventScroll: true })
  }, [step])

  function show(id: string) {
    router.replace(`/?deployment=${encodeURIComponent(id)}`, { scroll: false })
  }

  function deploy(options: RunOptions, types: string[]) {
    setJob(newJob(provider.id, websiteId, options, types))
    setStep('Deploy')
  }

  function again() {
    router.replace('/', { scroll: false })
    setStep('Review')
  }

  async function act(action: Action) {
    if (!job) return
    if (action === 'manual_fix') {
      const conflicts = job.recovery?.errors.some(({ code }) => code === 'CONFLICT')
      return router.push(conflicts ? '/conflicts' : '/types')
    }
    if (action === 'force_full')
      return deploy({ ...job.options, planDigest: undefined, force: true }, [])
    try {
      await post('/api/v1/sync/resume', { id: job.id, mode: 'failed' })
      setJob(await readDeployment(job.id))
      setStep('Deploy')
    } catch (reason) {
      setError(reason as Error)
    }
  }

  const loading = shown !== null && job === undefined && !error
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
          onChoose={setProvider}
          onNext={() => setStep('Mapping')}
        />
      )}
      {step === 'Mapping' && websiteId && (
        <ContentMapping
          provider={provider}
          websiteId={websiteId}
          onBack={() => setStep('Provider')}
          onNext={() => setStep('Review')}
        />
      )}
      {step === 'Review' && websiteId && (
        <DeploymentReview
          provider={provider}
          websiteId={websiteId}
          onBack={() => setStep('Mapping')}
          onDeploy={deploy}
        />
      )}
      {step === 'Deploy' && job && (
        <DeploymentProgress
          key={job.status === 'pending' ? 'new' : job.id}
          job={job}
          provider={provider}
          onStart={show}
          onComplete={(ended) => {
            setJob(ended)
            setStep('Complete')
          }}
        />
      )}
      {step === 'Complete' && job && (
        <DeploymentResults
          key={`${job.id} ${job.completedAt?.getTime()}`}
          job={job}
          provider={provider}
          onAction={act}
          onRollback={show}
          onAgain={again}
        />
      )}
    </>
  )
}
