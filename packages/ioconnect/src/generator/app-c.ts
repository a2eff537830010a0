/**
 * The part of a firmware that a profile decides and a platform does not: where readings go, how sensors are sampled, and
 * the file in which a maker writes how each is read.
 * @module
 */
import type { DeviceSettings } from '@iotex2/protocol/device-settings'
import type { Profile } from '@iotex2/protocol/profile'
import { provingGateways } from '../proving-gateways.ts'
import { type FieldLayout, layoutOf } from './layout.ts'
import { generatedBy } from './message-c.ts'
import { cComment, cText, messagePrefix } from './names.ts'

/** A profile that says what its devices are. */
export type DeviceProfile = Profile & { device: DeviceSettings }

/** Flash that readings wait on where the profile says nothing. */
const DEFAULT_QUEUE_KIB = 64
const DEFAULT_SAMPLING = { count: 1, take: 'last' } as const

export const queueBytes = ({ device }: DeviceProfile): number => (device.batching?.queueKiB ?? DEFAULT_QUEUE_KIB) * 1024

/** Returns `app.h`. */
export const appHeader = (profile: DeviceProfile): string => `/* ${generatedBy(profile)} */
#ifndef APP_H
#define APP_H

#include "${messagePrefix(profile.name)}.h"

/* Flash that readings wait on. */
#define IOC_QUEUE_BYTES ${queueBytes(profile)}u

#endif
`

/** Returns `app.c`: what <ioc_app.h> asks for. */
export function appSource(profile: DeviceProfile): string {
  const { device } = profile
  const prefix = messagePrefix(profile.name)
  const { fields } = layoutOf(profile)
  const text = (value: string) => `IOC_TEXT(${cText(value)})`
  return `/* ${generatedBy(profile)} */
#include "app.h"
#include "sensors.h"
#include <ioc_app.h>
${gatewayTable(device)}
ioc_status_t ioc_app_configure(ioc_device_config_t *config, ioc_server_settings_t *server) {
    config->model = ${text(device.model)};
    config->firmware = ${text(device.firmware)};
    ${prefix}_configure(config);
    server->project_id = UINT64_C(${device.projects[0]});
    server->mqtt = ${device.transport === 'mqtt'};
${device.gateways.map((url, i) => `    server->gateways[${i}] = ${text(url)};`).join('\n')}
    server->gateway_count = ${device.gateways.length};
${device.gatewayDids ? PROVING : ''}${
  device.circuitChainId === undefined
    ? '    return IOC_OK;'
    : `    static ioc_circuit_key_t circuit;
    return ioc_app_sign_for_circuits(config, &circuit, UINT64_C(${device.circuitChainId}));`
}
}
${fields.map(sampler).join('')}
void ioc_app_measure(ioc_device_t *device, uint64_t milliseconds) {
    int64_t values[${fields.length}];
${fields.map((field, i) => take(prefix, field, i)).join('\n')}
    const ${prefix}_t reading = {
        .time = milliseconds,
${fields.map(({ member, cType }, i) => `        .${member} = ${cType === 'bool' ? `values[${i}] != 0` : `(${cType})values[${i}]`},`).join('\n')}
    };
    ${prefix}_send(device, &reading);
}
`
}

const PROVING = `    config->gateways = GATEWAYS;
    config->gateway_count = sizeof GATEWAYS / sizeof *GATEWAYS;
    config->verify_receipt = ioc_receipt_verify;
`

/** Which gateways prove their answers, and by which keys. */
function gatewayTable(settings: DeviceSettings): string {
  if (!settings.gatewayDids) return ''
  const rows = provingGateways(settings).map(
    ({ url, key }) =>
      `    {{(const uint8_t *)${cText(url)}, ${url.length}},\n     {IOC_P256, {${[...key].join(', ')}}}},\n`,
  )
  return `\n/* The keys of ${settings.gatewayDids.join(', ')}. */\nstatic const ioc_gateway_t GATEWAYS[] = {\n${rows.join('')}};\n`
}

const samplingOf = ({ field }: FieldLayout) => field.sampling ?? DEFAULT_SAMPLING

/** The function that makes one value of several samples. */
function sampler(layout: FieldLayout): string {
  const { count, take } = samplingOf(layout)
  if (count === 1) return ''
  const keep = {
    mean: 'taken += sample;',
    minimum: 'if (i == 0 || sample < taken) taken = sample;',
    maximum: 'if (i == 0 || sample > taken) taken = sample;',
    last: 'taken = sample;',
  }[take]
  // A half goes away from zero, as people round.
  const mean = `(taken < 0 ? taken - ${Math.floor(count / 2)} : taken + ${Math.floor(count / 2)}) / ${count}`
  return `
static bool sample_${layout.member}(int64_t *value) {
    int64_t taken = 0, sample;
    for (int i = 0; i < ${count}; i++) {
        if (!sensor_${layout.member}(&sample)) return false;
        ${keep}
    }
    *value = ${take === 'mean' ? mean : 'taken'};
    return true;
}
`
}

function take(prefix: string, layout: FieldLayout, index: number): string {
  const { member, field } = layout
  const macro = `${prefix}_${member}`.toUpperCase().replace(/_$/, '')
  const read = samplingOf(layout).count === 1 ? `sensor_${member}` : `sample_${member}`
  return `    if (!${read}(&values[${index}])) {
        ioc_device_miss(device, IOC_TEXT("SENSOR_FAILED"), IOC_TEXT("${field.name} cannot be read."));
        return;
    }
${index === 0 ? '    /* Before a narrower type would make another value of it. */\n' : ''}    if (values[${index}] < ${macro}_MINIMUM || values[${index}] > ${macro}_MAXIMUM) {
        ioc_device_miss(device, IOC_TEXT("READING_OUT_OF_RANGE"), IOC_TEXT("${field.name} is out of its range."));
        return;
    }`
}

/** Returns `sensors.h`. */
export function sensorsHeader(profile: DeviceProfile): string {
  const { fields } = layoutOf(profile)
  return `/* ${generatedBy(profile)} */
#ifndef SENSORS_H
#define SENSORS_H

#include <stdbool.h>
#include <stdint.h>

/* Each reads its sensor once and gives an integer: what is measured in its unit, times the scale. Returns false where
 * the sensor does not answer. */
${fields
  .map(
    ({ field, member, minimum, maximum }) =>
      `/* ${cComment(`${field.unit}${field.scale === 1 ? '' : ` times ${field.scale}`}, ${minimum} to ${maximum}.`)} */\nbool sensor_${member}(int64_t *value);`,
  )
  .join('\n')}

#endif
`
}

/** Returns `sensors.c`, the one file that is its maker's. */
export function sensorsSource(profile: DeviceProfile): string {
  const { fields } = layoutOf(profile)
  const macro = (member: string) => `${messagePrefix(profile.name)}_${member}`.toUpperCase().replace(/_$/, '')
  return `/* Yours: put your sensors' drivers here. Until then values go up and down through each range, so that the board can be
 * flashed as it is and its messages be seen at the gateway. */
#include "sensors.h"
#include "${messagePrefix(profile.name)}.h"

/* Goes from \`minimum\` to \`maximum\` and back in 64 steps. */
static int64_t wave(unsigned step, int64_t minimum, int64_t maximum) {
    const unsigned at = step % 64 < 32 ? step % 64 : 64 - step % 64;
    return minimum + (maximum - minimum) * (int64_t)at / 32;
}
${fields
  .map(
    ({ member }) => `
bool sensor_${member}(int64_t *value) {
    static unsigned step;
    *value = wave(step++, ${macro(member)}_MINIMUM, ${macro(member)}_MAXIMUM);
    return true;
}
`,
  )
  .join('')}`
}
