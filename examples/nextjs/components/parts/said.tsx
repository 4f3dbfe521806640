/** What came of a button of the bar, told in the bar: there it is in sight wherever the page is scrolled to. */
export function Said({ children }: { children?: React.ReactNode }) {
  return (
    <div className="said" role="status">
      {children}
    </div>
  )
}
