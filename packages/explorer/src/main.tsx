import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { NetworkProvider } from './api/network.tsx'
import { App } from './app.tsx'
import { ClockProvider } from './clock.tsx'
import './styles/tokens.css'
import './styles/base.css'
import './styles/parts.css'
import './styles/views.css'

createRoot(document.querySelector('#root')!).render(
  <StrictMode>
    <ClockProvider now={() => Date.now()}>
      <NetworkProvider>
        <App />
      </NetworkProvider>
    </ClockProvider>
  </StrictMode>,
)
