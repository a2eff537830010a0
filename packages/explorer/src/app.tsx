import { lazy, Suspense, useEffect, useRef } from 'react'
import { useNetwork } from './api/network.tsx'
import { ConnectionStatus } from './parts/connection-status.tsx'
import { ErrorNotice, LoadingNotice } from './parts/notice.tsx'
import { PageHeading } from './parts/page-heading.tsx'
import { ThemeToggle } from './parts/theme-toggle.tsx'
import { type Route, routeHref } from './route.ts'
import { useRoute } from './use-route.ts'
import { DeviceView } from './views/device.tsx'
import { DevicesView } from './views/devices.tsx'
import { FleetView } from './views/fleet.tsx'
import { OverviewView } from './views/overview.tsx'
import { ProveView } from './views/prove.tsx'
import { TasksView } from './views/tasks.tsx'
import { UnknownView } from './views/unknown.tsx'

// Brings Poseidon's constants with it.
const TaskView = lazy(() => import('./views/task.tsx'))
// Brings contracts' bindings and curves with it.
const OnboardView = lazy(() => import('./views/onboard/onboard.tsx'))
const StakeView = lazy(() => import('./views/stake/stake.tsx'))

const NAVIGATION = [
  { name: 'Overview', href: routeHref({ view: 'overview' }), views: ['overview'] },
  { name: 'Fleet', href: routeHref({ view: 'fleet' }), views: ['fleet'] },
  { name: 'Tasks', href: routeHref({ view: 'tasks', state: null }), views: ['tasks', 'task'] },
  { name: 'Devices', href: routeHref({ view: 'devices' }), views: ['devices', 'device'] },
  { name: 'Stake', href: routeHref({ view: 'stake', part: 'overview' }), views: ['stake'] },
  { name: 'Prove', href: routeHref({ view: 'prove' }), views: ['prove'] },
  { name: 'Onboard', href: routeHref({ view: 'onboard', part: 'device' }), views: ['onboard'] },
]

export function App() {
  const route = useRoute()
  const main = useRef<HTMLElement>(null)
  const place = JSON.stringify({ ...route, state: undefined })
  useFocusOnNavigation(main, place)

  return (
    <>
      <button type="button" className="skip-link" onClick={() => main.current?.focus()}>
        Skip to the content
      </button>
      <header className="top">
        <div className="top-inner">
          <a className="brand" href={routeHref({ view: 'overview' })}>
            <img src="./icon.svg" alt="" width="28" height="28" />
            <span>
              IoTeX <span className="brand-edition">2.0</span>
            </span>
            <span className="brand-tool">Explorer</span>
          </a>
          <nav aria-label="Views">
            {NAVIGATION.map(({ name, href, views }) => (
              <a key={name} href={href} aria-current={views.includes(route.view) ? 'page' : undefined}>
                {name}
              </a>
            ))}
          </nav>
          <div className="top-tools">
            <ConnectionStatus />
            <ThemeToggle />
          </div>
        </div>
      </header>
      <main ref={main} tabIndex={-1}>
        <Content route={route} />
      </main>
      <Footer />
    </>
  )
}

/** The view, below what is wrong with the connection; or only that, while there is nothing to view. */
function Content({ route }: { route: Route }) {
  const { connection, failure, stats, retry } = useNetwork()
  // Proving needs no network, and onboarding reads it through the wallet.
  if (failure !== null && stats === null && route.view !== 'prove' && route.view !== 'onboard')
    return (
      <>
        <PageHeading title="The network could not be read" />
        <ErrorNotice failure={failure} retry={retry} />
      </>
    )
  return (
    <>
      {failure !== null ? (
        <ErrorNotice failure={failure} retry={retry} />
      ) : (
        connection === 'reconnecting' && (
          <p className="banner">Live updates are interrupted, so what you see may be old. Reconnecting…</p>
        )
      )}
      <Suspense fallback={<LoadingNotice what="the view" />}>
        <View route={route} />
      </Suspense>
    </>
  )
}

function View({ route }: { route: Route }) {
  switch (route.view) {
    case 'overview':
      return <OverviewView />
    case 'fleet':
      return <FleetView />
    case 'tasks':
      return <TasksView state={route.state} />
    case 'task':
      return <TaskView key={route.taskId} taskId={route.taskId} />
    case 'devices':
      return <DevicesView />
    case 'device':
      return <DeviceView address={route.device} />
    case 'prove':
      return <ProveView />
    case 'stake':
      return <StakeView part={route.part} />
    case 'onboard':
      return <OnboardView part={route.part} />
    case 'unknown':
      return <UnknownView path={route.path} />
  }
}

function Footer() {
  const { stats } = useNetwork()
  return (
    <footer>
      <p>
        Everything here is read from chain{stats === null ? '' : ` ${stats.chainId}`} and from the batches behind its
        proofs. Open a task to check one in this browser.
      </p>
    </footer>
  )
}

/** Moves focus and scroll to the new view, as a page load would, but not on the first one. */
function useFocusOnNavigation(main: React.RefObject<HTMLElement | null>, place: string): void {
  const shown = useRef(place)
  useEffect(() => {
    if (shown.current === place) return
    shown.current = place
    scrollTo(0, 0)
    main.current?.focus({ preventScroll: true })
  }, [main, place])
}
