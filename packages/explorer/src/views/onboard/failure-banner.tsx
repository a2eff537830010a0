import { adviceFor } from '../../onboarding/errors.ts'

/** What failed and what to do; a button where trying again may help. */
export function FailureBanner({ failure, retry }: { failure: { code: string; message: string }; retry?: () => void }) {
  return (
    <div className="banner banner-bad" role="alert">
      <p>
        {failure.message} {adviceFor(failure.code)} <code>{failure.code}</code>
      </p>
      {retry && (
        <button type="button" className="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  )
}
