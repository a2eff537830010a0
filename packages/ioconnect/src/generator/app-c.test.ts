/** Samples become values as the profile says; a sensor that fails, or leaves its range, is told and not sent. */
import { execFileSync } from 'node:child_process'
import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SecretKey } from '@iotex2/identity/secret-key'
import { parseProfile } from '@iotex2/protocol/profile'
import { expect, test } from 'vitest'
import { CORE, skipReason, WARNINGS } from '../../c/test/toolchain.ts'
import { appHeader, appSource, type DeviceProfile, sensorsHeader } from './app-c.ts'
import { messageHeader, messageSource } from './message-c.ts'

const sampled = (name: string, take: string) => ({
  name,
  unit: 'x',
  minimum: -100,
  maximum: 100,
  scale: 10,
  sampling: { count: 4, take },
})
const GATEWAY = new SecretKey('P-256', new Uint8Array(32).fill(9))
const KEY = [GATEWAY.publicJwk.x, GATEWAY.publicJwk.y!]
  .map((part) => Buffer.from(part, 'base64url').toString('hex'))
  .join('')
const profile = parseProfile({
  name: 'samples',
  version: 1,
  maximumRatePerMinute: 60,
  fields: [
    sampled('mean', 'mean'),
    sampled('least', 'minimum'),
    sampled('most', 'maximum'),
    sampled('latest', 'last'),
    { name: 'plain', unit: 'x', minimum: 0, maximum: 100, scale: 1 },
  ],
  device: {
    model: 'A model ??/',
    firmware: '1',
    projects: ['5'],
    intervalMs: 1000,
    transport: 'mqtt',
    gateways: ['mqtt://a.example'],
    gatewayDids: [`did:key:${GATEWAY.multikey}`],
    security: 'development',
  },
}) as DeviceProfile

/** Sensors give their arguments in turn; what the app does with the loop is printed. */
const PROGRAM = `
#include "app.h"
#include "sensors.h"
#include <ioc_app.h>
#include <stdio.h>
#include <stdlib.h>
static int64_t samples[4][4], plain;
static unsigned at[4];
static bool fails;
bool sensor_mean(int64_t *value) { *value = samples[0][at[0]++ % 4]; return true; }
bool sensor_least(int64_t *value) { *value = samples[1][at[1]++ % 4]; return true; }
bool sensor_most(int64_t *value) { *value = samples[2][at[2]++ % 4]; return true; }
bool sensor_latest(int64_t *value) { *value = samples[3][at[3]++ % 4]; return !fails; }
bool sensor_plain(int64_t *value) { *value = plain; return true; }
void ioc_device_take(ioc_device_t *device, uint64_t time, const int64_t *values) {
    (void)device;
    printf("%llu", (unsigned long long)time);
    for (int i = 0; i < 5; i++) printf(" %lld", (long long)values[i]);
    printf("\\n");
}
void ioc_device_miss(ioc_device_t *device, ioc_slice_t code, ioc_slice_t message) {
    (void)device;
    printf("%.*s %.*s\\n", (int)code.length, (const char *)code.bytes, (int)message.length, (const char *)message.bytes);
}
int main(int count, char **words) {
    static ioc_device_t device;
    static ioc_device_config_t config;
    static ioc_server_settings_t server;
    if (ioc_app_configure(&config, &server) != IOC_OK) return 1;
    if (config.gateway_count != 1 || config.verify_receipt != ioc_receipt_verify) return 1;
    printf("%.*s ", (int)config.gateways[0].url.length, (const char *)config.gateways[0].url.bytes);
    for (int i = 0; i < 64; i++) printf("%02x", config.gateways[0].key.bytes[i]);
    printf("\\n%.*s %llu %d\\n", (int)config.model.length, (const char *)config.model.bytes, (unsigned long long)server.project_id, server.mqtt);
    for (int i = 1; i + 5 < count; i += 6) {
        for (int j = 0; j < 4; j++)
            for (int k = 0; k < 4; k++) samples[j][k] = atoll(words[i + k]);
        plain = atoll(words[i + 4]);
        fails = words[i + 5][0] == 'f';
        ioc_app_measure(&device, 7);
    }
    return 0;
}
`

test.skipIf(skipReason('sampling'))('mean, minimum, maximum, last; failures and ranges', () => {
  const directory = mkdtempSync(join(tmpdir(), 'iotex2-app-'))
  try {
    const files = {
      'ioc_samples.h': messageHeader(profile),
      'ioc_samples.c': messageSource(profile),
      'app.h': appHeader(profile),
      'app.c': appSource(profile),
      'sensors.h': sensorsHeader(profile),
      'main.c': PROGRAM,
    }
    for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text)
    // The loop is the test's.
    const core = globSync('src/*.c', { cwd: CORE }).filter((path) => !path.endsWith('/device.c'))
    const include = [`-I${join(CORE, 'include')}`, `-I${join(CORE, 'platforms/app')}`, '-I.']
    const sources = ['ioc_samples.c', 'app.c', 'main.c', ...core.map((path) => join(CORE, path))]
    execFileSync('gcc', [...WARNINGS, '-fsanitize=undefined', ...include, ...sources, '-lmbedcrypto', '-o', 'app'], {
      cwd: directory,
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    const run = (...words: (string | number)[]) =>
      execFileSync(join(directory, 'app'), words.map(String), { encoding: 'utf8' }).trim().split('\n').slice(2)
    expect(execFileSync(join(directory, 'app'), { encoding: 'utf8' })).toBe(
      `mqtt://a.example ${KEY}\n${profile.device.model} 5 1\n`,
    )
    expect(run(1, 2, 4, 3, 50, 'ok')).toEqual(['7 3 1 4 3 50'])
    // 2.5 and −2.5 go away from zero.
    expect(run(-1, -2, -4, -3, 0, 'ok')).toEqual(['7 -3 -4 -1 -3 0'])
    expect(run(0, 0, 0, 1, 100, 'ok')).toEqual(['7 0 0 1 1 100'])
    expect(run(1000, 1000, 1000, 1000, 100, 'ok')).toEqual(['7 1000 1000 1000 1000 100'])
    expect(run(1, 2, 3, 4, 5, 'fails')).toEqual(['SENSOR_FAILED latest cannot be read.'])
    // Beyond the range, and beyond the type.
    expect(run(1, 2, 3, 4, 101, 'ok')).toEqual(['READING_OUT_OF_RANGE plain is out of its range.'])
    expect(run(1, 2, 3, 4, 256 + 5, 'ok')).toEqual(['READING_OUT_OF_RANGE plain is out of its range.'])
  } finally {
    rmSync(directory, { recursive: true })
  }
})
