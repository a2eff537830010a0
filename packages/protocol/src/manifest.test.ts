import { keccak_256 } from '@noble/hashes/sha3.js'
import { expect, test } from 'vitest'
import { profileManifest } from './manifest.ts'
import { type Profile, parseProfile } from './profile.ts'

const profile = parseProfile({
  name: 'weather',
  version: 1,
  maximumRatePerMinute: 60,
  fields: [{ name: 'temperature', unit: 'Cel', minimum: -60, maximum: 60, scale: 100 }],
  device: {
    model: 'Test',
    firmware: '1',
    projects: ['1'],
    intervalMs: 1000,
    transport: 'http',
    gateways: ['http://127.0.0.1:1'],
    security: 'development',
  },
})
const hashOf = (changes: Partial<Profile>) => profileManifest({ ...profile, ...changes }).hash
const field = profile.fields[0]!
const device = profile.device!

test('the manifest is these bytes, and its hash keccak256 of them', () => {
  const { text, hash } = profileManifest(profile)
  expect(text).toBe(
    '{"manifest":1,"name":"weather","version":1,"fields":[{"name":"temperature","unit":"Cel","type":"number","minimum":"-6000","maximum":"6000","scale":100}],"signedKeys":[]}',
  )
  expect(hash).toBe(`0x${Buffer.from(keccak_256(Buffer.from(text))).toString('hex')}`)
})

test.each<[string, Partial<Profile>]>([
  ['name', { name: 'climate' }],
  ['version', { version: 2 }],
  ['a name of a field', { fields: [{ ...field, name: 'temp' }] }],
  ['a unit', { fields: [{ ...field, unit: 'K' }] }],
  ['a scale', { fields: [{ ...field, scale: 10 }] }],
  ['a range', { fields: [{ ...field, maximum: 61 }] }],
  ['signed keys', { device: { ...device, signedKeys: ['time'] } }],
])('another %s is another manifest', (_what, changes) => {
  expect(hashOf(changes)).not.toBe(hashOf({}))
})

test.each<[string, Partial<Profile>]>([
  ['rate', { maximumRatePerMinute: 1 }],
  ['description', { description: 'Other.' }],
  ['gateway', { device: { ...device, gateways: ['http://b.example'] } }],
  ['project', { device: { ...device, projects: ['2'] } }],
])('another %s is the same manifest', (_what, changes) => {
  expect(hashOf(changes)).toBe(hashOf({}))
})
