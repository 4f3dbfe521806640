import type { ApiError } from '@/lib/client'

interface Props {
  tone?: 'good' | 'warn' | 'bad'
  title: string
  children?: React.ReactNode
  /** Said at once by a screen reader. */
  alert?: boolean
}

/** Something that people should know. */
export function Notice({ tone, title, children, alert = false }: Props) {
  return (
    <div className={`notice ${tone ?? ''}`} role={alert ? 'alert' : undefined}>
      <strong>{title}</strong>
      {children && <div>{children}</div>}
    </div>
  )
}

/** What went wrong, and what to do next. */
export function Wrong({ error }: { error: Error }) {
  const { code, nextStep } = error as Partial<ApiError>
  return (
    <Notice tone="bad" title={error.message} alert>
      {nextStep && <p>{nextStep}</p>}
      {code && <p className="muted mono">{code}</p>}
    </Notice>
  )
}
