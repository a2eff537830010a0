import { type ReactNode, useEffect } from 'react'

/** The view's heading, which names the browser's tab too. */
export function PageHeading({ title, children }: { title: string; children?: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · IoTeX 2.0 Explorer`
  }, [title])
  return (
    <div className="page-heading">
      <h1>{title}</h1>
      {children && <p>{children}</p>}
    </div>
  )
}
