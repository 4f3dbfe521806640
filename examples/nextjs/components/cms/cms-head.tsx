/** The heading of the CMS's pages, which look otherwise than the studio's. */
export function CmsHead({ title, children }: { title: string; children?: React.ReactNode }) {
  return (
    <div className="cms-head">
      <p className="cms-mark">The other side</p>
      <h1>{title}</h1>
      {children && <p>{children}</p>}
    </div>
  )
}
