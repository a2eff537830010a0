import type { OnboardingInfo } from '../../onboarding/onboarding-api.ts'
import { useTask } from '../../onboarding/use-task.ts'
import type { WalletSession } from '../../onboarding/wallet/use-wallet.ts'
import { ChainHash } from '../../parts/hash.tsx'
import { Step } from './step.tsx'
import { TaskNotice } from './task-notice.tsx'

interface WalletStepProps {
  session: WalletSession
  /** Of the network that the wallet has to be on. */
  info: Pick<OnboardingInfo, 'chain'>
  /** What the account is for. */
  purpose?: string
}

/** Choose a wallet, and bring it to this network. */
export function WalletStep({
  session,
  info,
  purpose = 'The account that you connect pays for the onboarding and owns the device.',
}: WalletStepProps) {
  const { wallets, connected } = session
  const task = useTask()
  const { chain } = info
  const rightChain = connected?.chainId === chain.id
  if (connected === null)
    return (
      <Step number={1} title="Wallet" state="now">
        {wallets.length === 0 ? (
          <p className="step-text">
            No wallet is in this browser. Install one, such as MetaMask, and reload this page. On a phone, open this
            page in the wallet’s own browser.
          </p>
        ) : (
          <>
            <p className="step-text">{purpose}</p>
            <ul className="wallets">
              {wallets.map((wallet) => (
                <li key={wallet.info.uuid}>
                  <button
                    type="button"
                    className="button wallet"
                    disabled={task.busy !== null}
                    onClick={() => task.run(`Asking ${wallet.info.name}`, () => session.connect(wallet))}
                  >
                    <WalletIcon icon={wallet.info.icon} />
                    {wallet.info.name}
                  </button>
                </li>
              ))}
            </ul>
          </>
        )}
        <TaskNotice task={task} />
      </Step>
    )

  const { account, wallet, chainId } = connected
  return (
    <Step
      number={1}
      title="Wallet"
      state={rightChain ? 'done' : 'now'}
      summary={
        <>
          <WalletIcon icon={wallet.info.icon} />
          <span>{wallet.info.name}</span>
          <ChainHash kind="address" value={account} name="your account" />
          <span className="unit">on {chain.name}</span>
          <button type="button" className="link-button" onClick={session.disconnect}>
            Disconnect
          </button>
        </>
      }
    >
      {!rightChain && (
        <>
          <p className="banner" role="status">
            {wallet.info.name} is on chain {chainId}. This network is {chain.name}, chain {chain.id}.
          </p>
          <p className="step-actions">
            <button
              type="button"
              className="button button-primary"
              disabled={task.busy !== null}
              onClick={() => task.run(`Asking ${wallet.info.name} to switch`, () => session.switchChain(chain))}
            >
              Switch to {chain.name}
            </button>
            <button type="button" className="button" onClick={session.disconnect}>
              Use another wallet
            </button>
          </p>
          <TaskNotice task={task} />
        </>
      )}
    </Step>
  )
}

function WalletIcon({ icon }: { icon: string }) {
  return icon === '' ? null : <img className="wallet-icon" src={icon} alt="" width="22" height="22" />
}
