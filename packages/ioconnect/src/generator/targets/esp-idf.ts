/**
 * ESP32 chips with ESP-IDF: the core is a component, the layer and the app are main.
 * @module
 */
import { type DeviceProfile, queueBytes } from '../app-c.ts'
import { messagePrefix } from '../names.ts'
import { coreSources, GeneratorError, type Target } from '../project.ts'

/** What is left of 4 MiB beside two slots for firmware. */
const QUEUE_AT = 0x320000
const FLASH_BYTES = 0x400000

const hex = (value: number): string => `0x${value.toString(16)}`

/** Returns the table of partitions: two OTA slots, NVS and its keys, and the queue. Throws {@link GeneratorError}. */
export function partitions(profile: DeviceProfile): string {
  const bytes = queueBytes(profile)
  if (bytes > FLASH_BYTES - QUEUE_AT)
    throw new GeneratorError(
      'QUEUE_TOO_LARGE',
      `device.batching.queueKiB is ${bytes / 1024}: beside two slots of firmware 4 MiB of flash have ${(FLASH_BYTES - QUEUE_AT) / 1024}.`,
    )
  return `# Name, Type, SubType, Offset, Size, Flags
nvs, data, nvs, 0x9000, 0x6000,
otadata, data, ota, 0xf000, 0x2000,
phy_init, data, phy, 0x11000, 0x1000,
nvs_keys, data, nvs_keys, 0x12000, 0x1000, encrypted
ota_0, app, ota_0, 0x20000, 0x180000,
ota_1, app, ota_1, 0x1a0000, 0x180000,
queue, data, 0x40, ${hex(QUEUE_AT)}, ${hex(bytes)},
`
}

export const mainSources = (profile: DeviceProfile): string[] => [
  'main.c',
  'app.c',
  'sensors.c',
  `${messagePrefix(profile.name)}.c`,
  'ioc_app.c',
  'ioc_esp32.c',
  ...(profile.device.ota ? ['ioc_slots_esp32.c'] : []),
]

const list = (names: readonly string[]): string => names.map((name) => `"${name}"`).join('\n         ')

export const espIdf: Target = {
  layer: 'esp32',
  places: () => ({
    include: 'components/ioconnect/include',
    core: 'components/ioconnect/src',
    platform: 'main',
    app: 'main',
  }),
  files: (profile, read) => ({
    'CMakeLists.txt': `cmake_minimum_required(VERSION 3.16)
include($ENV{IDF_PATH}/tools/cmake/project.cmake)
project(${profile.name})
`,
    'main/CMakeLists.txt': `idf_component_register(
    SRCS ${list(mainSources(profile))}
    INCLUDE_DIRS "."
    PRIV_REQUIRES ioconnect app_update driver esp_event esp_http_client esp_netif esp_partition esp_wifi mbedtls mqtt
                  nvs_flash)
`,
    'main/idf_component.yml': `dependencies:
  idf: ">=5.1"
  # ESP-IDF 6 has its MQTT client in the registry.
  espressif/mqtt:
    version: "^1.0.0"
    rules:
      - if: "idf_version >=6.0"
`,
    'main/main.c': read('esp32/main.c'),
    'components/ioconnect/CMakeLists.txt': `idf_component_register(
    SRCS ${list(coreSources().map((name) => `src/${name}`))}
    INCLUDE_DIRS "include"
    REQUIRES mbedtls)
`,
    'components/ioconnect/Kconfig': read('esp32/Kconfig'),
    'components/ioconnect/idf_component.yml': `version: "0.1.0"
description: Signed readings for W3bstream, on the PSA Crypto API
license: Apache-2.0
dependencies:
  idf: ">=5.1"
`,
    'sdkconfig.defaults': read('esp32/sdkconfig.defaults'),
    'sdkconfig.secure': read('esp32/sdkconfig.secure'),
    'partitions.csv': partitions(profile),
    '.gitignore': 'build/\nmanaged_components/\nsdkconfig\nsdkconfig.old\n',
    'README.md': `# ${profile.device.model}

Firmware of profile ${profile.name} ${profile.version} for ESP32 chips with 4 MiB of flash, with ESP-IDF 5.1 or later:

\`\`\`sh
idf.py set-target esp32
idf.py build flash monitor
\`\`\`

The device makes its keys at the first start, and keeps them in NVS. Its console is its serial line: the onboarding portal reads its DID
there and tells it a Wi-Fi network. Then it asks for the time, and sends.

NVS is not encrypted so. For a product, which cannot be undone as it burns fuses of the chip:

\`\`\`sh
idf.py -D SDKCONFIG_DEFAULTS="sdkconfig.defaults;sdkconfig.secure" build
\`\`\`

Yours is main/sensors.c. Everything else is made again from profile.json by \`iotex2 device gen\`.
`,
  }),
}
