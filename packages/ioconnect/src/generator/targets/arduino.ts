/**
 * Arduino on ESP32 boards: a sketch, and a library beside it.
 * @module
 */
import type { Target } from '../project.ts'
import { partitions } from './esp-idf.ts'

const LIBRARY = 'libraries/ioconnect'

export const arduino: Target = {
  layer: 'esp32',
  places: ({ name }) => ({
    include: `${LIBRARY}/src`,
    core: `${LIBRARY}/src/core`,
    platform: `${LIBRARY}/src`,
    app: name,
  }),
  files: (profile, read) => ({
    [`${profile.name}/${profile.name}.ino`]: read('arduino/sketch.ino'),
    [`${profile.name}/partitions.csv`]: partitions(profile),
    [`${LIBRARY}/library.properties`]: read('arduino/library.properties'),
    [`${LIBRARY}/keywords.txt`]: read('arduino/keywords.txt'),
    [`${LIBRARY}/src/IoConnect.h`]: read('arduino/IoConnect.h'),
    [`${LIBRARY}/src/IoConnect.cpp`]: read('arduino/IoConnect.cpp'),
    'README.md': `# ${profile.device.model}

A sketch of profile ${profile.name} ${profile.version} for ESP32 boards with 4 MiB of flash, with core 3.x of esp32. This directory is a
sketchbook: open ${profile.name}/${profile.name}.ino after choosing it in the preferences, or

\`\`\`sh
arduino-cli compile --fqbn esp32:esp32:esp32 --libraries libraries ${profile.name}
arduino-cli upload --fqbn esp32:esp32:esp32 --port /dev/ttyUSB0 ${profile.name}
\`\`\`

The device makes its keys at the first start, and keeps them in NVS, which is not encrypted. \`Serial\` is its serial line: the onboarding
portal reads its DID there and tells it a Wi-Fi network, unless the sketch names one.

Yours are ${profile.name}/sensors.c and the sketch. Everything else is made again from profile.json by \`iotex2 device gen\`.
`,
  }),
}
