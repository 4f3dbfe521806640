import type { MetricsReport } from 'catalyst-sync'

const WIDTH = 44
const GAP = 14
const HEIGHT = 140
const FOOT = 22

/** Attempts by day, as bars; the table of the same numbers is for those who do not see them. */
export function Days({ of }: { of: MetricsReport['byDay'] }) {
  const most = Math.max(1, ...of.map(({ total }) => total))
  const scale = (value: number) => (value / most) * HEIGHT
  return (
    <figure className="card days">
      <figcaption>
        <h2>Attempts by day</h2>
        <p className="legend" aria-hidden>
          <span className="good">done</span> <span className="warn">partly</span>{' '}
          <span className="bad">failed</span>
        </p>
      </figcaption>
      <svg width={of.length * (WIDTH + GAP)} height={HEIGHT + FOOT * 2} aria-hidden>
        {of.map(({ day, total, successful, partial, failed }, at) => {
          const x = at * (WIDTH + GAP)
          const top = FOOT + HEIGHT - scale(total)
          const parts = [
            ['bad', failed],
            ['warn', partial],
            ['good', successful],
          ] as const
          let y = top
          return (
            <g key={day}>
              <text x={x + WIDTH / 2} y={top - 6}>
                {total}
              </text>
              {parts.map(([tone, value]) => {
                const from = y
                y += scale(value)
                return (
                  <rect
                    key={tone}
                    className={tone}
                    x={x}
                    y={from}
                    width={WIDTH}
                    height={scale(value)}
                  />
                )
              })}
              <text x={x + WIDTH / 2} y={HEIGHT + FOOT + 16}>
                {day.slice(5)}
              </text>
            </g>
          )
        })}
      </svg>
      <div className="hidden">
        <table>
          <caption>Attempts by day</caption>
          <tbody>
            {of.map(({ day, successful, partial, failed }) => (
              <tr key={day}>
                <th scope="row">{day}</th>
                <td>{successful} done</td>
                <td>{partial} partly</td>
                <td>{failed} failed</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </figure>
  )
}
