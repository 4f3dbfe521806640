/** Numbers, large. */
export function Tiles({ of }: { of: [name: string, value: React.ReactNode][] }) {
  return (
    <dl className="tiles">
      {of.map(([name, value]) => (
        <div className="tile" key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
