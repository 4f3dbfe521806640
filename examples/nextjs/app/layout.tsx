import type { Metadata } from 'next'

import { Side } from '@/components/side'

import './styles/base.css'
import './styles/parts.css'
import './styles/wizard.css'
import './styles/pages.css'

export const metadata: Metadata = {
  title: { default: 'Deploy', template: '%s · Studio' },
  description: 'A small studio that deploys its content types with catalyst-sync',
}

export default function Layout({ children }: { children: React.ReactNode }) {
  return (
    <html lang="en">
      <body>
        <a className="skip" href="#content">
          Skip to the content
        </a>
        <div className="frame">
          <Side />
          <main id="content" tabIndex={-1}>
            {children}
          </main>
        </div>
      </body>
    </html>
  )
}
