/** UCUM's codes whose printed form differs. */
const SYMBOLS: Record<string, string> = {
  Cel: '°C',
  By: 'B',
  KiBy: 'KiB',
  MiBy: 'MiB',
  GiBy: 'GiB',
  deg: '°',
  Ohm: 'Ω',
  um: 'µm',
}

/** Returns a profile's unit as people write it; one that is not known stays. */
export const formatUnit = (unit: string): string => SYMBOLS[unit] ?? unit
