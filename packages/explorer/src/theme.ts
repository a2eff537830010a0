import { useCallback, useEffect, useState } from 'react'

export type Theme = 'light' | 'dark'

/** public/theme.js reads the same key before the first paint. */
const KEY = 'iotex2-theme'

const systemTheme = (): Theme => (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')

function rememberedTheme(): Theme | null {
  const theme = document.documentElement.dataset.theme
  return theme === 'light' || theme === 'dark' ? theme : null
}

/** Returns the theme that shows, and a function that switches to the other and remembers it. */
export function useTheme(): [Theme, () => void] {
  const [theme, setTheme] = useState<Theme>(() => rememberedTheme() ?? systemTheme())

  useEffect(() => {
    const query = matchMedia('(prefers-color-scheme: dark)')
    const follow = () => setTheme(rememberedTheme() ?? systemTheme())
    query.addEventListener('change', follow)
    return () => query.removeEventListener('change', follow)
  }, [])

  const toggle = useCallback(() => {
    const next = theme === 'dark' ? 'light' : 'dark'
    document.documentElement.dataset.theme = next
    setTheme(next)
    try {
      localStorage.setItem(KEY, next)
    } catch {
      // Storage may be forbidden; the choice then lasts until the page is closed.
    }
  }, [theme])
  return [theme, toggle]
}
