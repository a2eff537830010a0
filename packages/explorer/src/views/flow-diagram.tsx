import type { ReactNode } from 'react'
import type { Stats } from '../api/types.ts'
import { formatCount, formatExactWei, formatWei } from '../format/amount.ts'
import { routeHref } from '../route.ts'

interface Stage {
  name: string
  value: string
  note: string
  icon: ReactNode
  href?: string
  title?: string
}

function stages(stats: Stats): Stage[] {
  const { idle, busy, offline } = stats.provers
  const underway = Math.max(0, stats.batches - stats.settled - stats.failed)
  return [
    {
      name: 'Devices',
      value: formatCount(stats.devices),
      note: 'sign readings',
      href: routeHref({ view: 'devices' }),
      icon: <path d="M8 8h8v8H8zM10 5v3M14 5v3M10 16v3M14 16v3M5 10h3M5 14h3M16 10h3M16 14h3" />,
    },
    {
      name: 'Gateway',
      value: formatCount(stats.messagesAccepted),
      note: 'accepted',
      icon: (
        <path d="M12 19v-7M12 12m-1.5 0a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0-3 0M8.5 15.5a5 5 0 0 1 0-7M15.5 8.5a5 5 0 0 1 0 7M6 18a8.5 8.5 0 0 1 0-12M18 6a8.5 8.5 0 0 1 0 12" />
      ),
    },
    {
      name: 'Data availability',
      value: formatCount(stats.batches),
      note: 'batches kept',
      icon: (
        <path d="M5 7.5c0-1.4 3.1-2.5 7-2.5s7 1.1 7 2.5-3.1 2.5-7 2.5-7-1.1-7-2.5ZM5 7.5v9C5 17.9 8.1 19 12 19s7-1.1 7-2.5v-9M5 12c0 1.4 3.1 2.5 7 2.5s7-1.1 7-2.5" />
      ),
    },
    {
      name: 'Coordinator',
      value: formatCount(underway),
      note: 'under way',
      href: routeHref({ view: 'tasks', state: null }),
      icon: <path d="M12 8V5M12 8l-5 5M12 8l5 5M4.5 13h5v5h-5zM14.5 13h5v5h-5zM9.5 15.5h5" />,
    },
    {
      name: 'Provers',
      value: `${formatCount(busy)} / ${formatCount(idle + busy)}`,
      note: offline === 0 ? 'busy' : `busy, ${formatCount(offline)} offline`,
      href: routeHref({ view: 'fleet' }),
      icon: <path d="M12 4.5 18.5 7v5c0 3.7-2.7 6.4-6.5 7.5-3.8-1.1-6.5-3.8-6.5-7.5V7zM9 12l2.2 2.2L15.2 10" />,
    },
    {
      name: 'Chain',
      value: formatCount(stats.settled),
      note: 'proofs settled',
      href: routeHref({ view: 'tasks', state: 'settled' }),
      icon: <path d="M12 4.5 18.5 8v8L12 19.5 5.5 16V8zM5.5 8 12 11.5 18.5 8M12 11.5v8" />,
    },
    {
      name: 'Accounts',
      value: formatWei(stats.rewardsWei),
      note: `${stats.rewardSymbol ?? 'tokens'} paid`,
      title: formatExactWei(stats.rewardsWei),
      href: routeHref({ view: 'devices' }),
      icon: (
        <path d="M5 8.5A1.5 1.5 0 0 1 6.5 7H17v3M5 8.5V17a1.5 1.5 0 0 0 1.5 1.5H19V10H6.5A1.5 1.5 0 0 1 5 8.5ZM15.5 14.2h.1" />
      ),
    },
  ]
}

/** The stages that a reading passes, each with what it counts now. */
export function FlowDiagram({ stats }: { stats: Stats }) {
  return (
    <ol className="flow" data-flowing={stats.readingsPerMinute > 0}>
      {stages(stats).map(({ name, value, note, icon, href, title }) => (
        <li key={name}>
          <span className="flow-icon" aria-hidden="true">
            <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
              {icon}
            </svg>
          </span>
          <span className="flow-name">{href === undefined ? name : <a href={href}>{name}</a>}</span>
          <span className="flow-value" title={title}>
            {value}
          </span>
          <span className="flow-note">{note}</span>
        </li>
      ))}
    </ol>
  )
}
