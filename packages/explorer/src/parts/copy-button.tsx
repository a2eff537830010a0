import { useEffect, useState } from 'react'

/** How long the button says that it copied. */
const SHOWN_MS = 1_500

/** Copies `text`. `name` says what it is: "task id". */
export function CopyButton({ text, name }: { text: string; name: string }) {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [copied])

  const label = copied ? 'Copied' : `Copy ${name}`
  return (
    <button
      type="button"
      className="copy"
      data-copied={copied}
      aria-label={label}
      title={label}
      onClick={async () => setCopied(await copy(text))}
    >
      <svg className="icon" viewBox="0 0 16 16" aria-hidden="true">
        {copied ? <path d="m3.5 8.5 3 3 6-7" /> : <path d="M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z" />}
      </svg>
    </button>
  )
}

/** Returns whether `text` was copied. Over plain http from another machine there is no clipboard to write to. */
async function copy(text: string): Promise<boolean> {
  if (navigator.clipboard === undefined) return copyBySelection(text)
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copyBySelection(text)
  }
}

function copyBySelection(text: string): boolean {
  const area = document.createElement('textarea')
  area.value = text
  area.style.position = 'fixed'
  area.style.opacity = '0'
  document.body.append(area)
  area.select()
  const copied = document.execCommand('copy')
  area.remove()
  return copied
}
