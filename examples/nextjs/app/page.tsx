import { Suspense } from 'react'

import { DeploymentWizard } from '@/components/wizard/deployment-wizard'

export default function Page() {
  return (
    <Suspense>
      <DeploymentWizard />
    </Suspense>
  )
}
