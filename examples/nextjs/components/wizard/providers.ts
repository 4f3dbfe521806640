import type { Provider } from '@/lib/deployment'

/** The platforms that the studio knows; `unavailable` where there is no adapter yet. */
export const PROVIDERS: (Provider & { unavailable?: true })[] = [
  { id: 'optimizely', name: 'Optimizely', description: 'Optimizely CMS (SaaS)' },
  { id: 'files', name: 'Folder', description: 'One JSON file per content type' },
  { id: 'contentful', name: 'Contentful', description: 'Not supported yet', unavailable: true },
  { id: 'strapi', name: 'Strapi', description: 'Not supported yet', unavailable: true },
]

export const providerNamed = (id: string): Provider =>
  PROVIDERS.find((one) => one.id === id) ?? { id: 'optimizely', name: id, description: '' }
