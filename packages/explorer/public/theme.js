// Applies the remembered theme before the first paint; without one, the system's preference holds.
try {
  const theme = localStorage.getItem('iotex2-theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {
  // Storage may be forbidden; the system's preference holds then.
}
