import { EmptyNotice } from '../parts/notice.tsx'
import { PageHeading } from '../parts/page-heading.tsx'
import { routeHref } from '../route.ts'

export function UnknownView({ path }: { path: string }) {
  return (
    <>
      <PageHeading title="No such page" />
      <EmptyNotice title={`Nothing is at ${path}`}>The link may be old, or cut short.</EmptyNotice>
      <p className="more">
        <a className="button" href={routeHref({ view: 'overview' })}>
          Go to the overview
        </a>
      </p>
    </>
  )
}
