export const STEPS = ['Provider', 'Mapping', 'Review', 'Deploy', 'Complete'] as const

export type StepName = (typeof STEPS)[number]

/** Where in the wizard one is. */
export function Steps({ at }: { at: StepName }) {
  const current = STEPS.indexOf(at)
  return (
    <ol className="steps" aria-label="Steps">
      {STEPS.map((name, index) => (
        <li
          key={name}
          className={index < current ? 'done' : undefined}
          aria-current={index === current ? 'step' : undefined}
        >
          {name}
          {index < current && <span className="hidden"> (done)</span>}
        </li>
      ))}
    </ol>
  )
}
