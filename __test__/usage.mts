// Never runs: the same names are there for ESM.

import { SyncEngine, startDeployment, type DeploymentJob } from '../index.mjs'

export const use = (job: DeploymentJob) => startDeployment(job, 'optimizely', () => {})
export const made: SyncEngine = new SyncEngine()
