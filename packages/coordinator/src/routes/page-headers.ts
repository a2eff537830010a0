/**
 * What the explorer's page may do, told to the browser with each of its files.
 * @module
 */

export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  // The page uses nothing but what it was served with. Its proving worker runs WebAssembly that it makes; wallets announce
  // their icons as data: addresses (EIP-6963).
  'content-security-policy': [
    "default-src 'self'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  // A device is read over Web Serial; no frame, and nothing else, is.
  'permissions-policy': 'serial=(self), camera=(), geolocation=(), hid=(), microphone=(), payment=(), usb=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}
