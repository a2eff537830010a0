/**
 * PlatformIO, with ESP-IDF as its framework: the project of ESP-IDF, and what PlatformIO wants beside it.
 * @module
 */
import type { Target } from '../project.ts'
import { espIdf } from './esp-idf.ts'

export const platformio: Target = {
  ...espIdf,
  files: (profile, read) => ({
    ...espIdf.files(profile, read),
    'platformio.ini': `[platformio]
src_dir = main
default_envs = esp32dev

[env:esp32dev]
platform = espressif32
board = esp32dev
framework = espidf
board_build.partitions = partitions.csv
board_upload.flash_size = 4MB
monitor_speed = 115200
`,
    '.gitignore': '.pio/\nmanaged_components/\nsdkconfig.*\n!sdkconfig.defaults\n!sdkconfig.secure\n',
    'README.md': `# ${profile.device.model}

Firmware of profile ${profile.name} ${profile.version} for ESP32 boards with 4 MiB of flash:

\`\`\`sh
pio run --target upload
pio device monitor
\`\`\`

The device makes its keys at the first start, and keeps them in NVS, which is not encrypted unless sdkconfig.secure is taken in, which
burns fuses of the chip. Its console is its serial line: the onboarding portal reads its DID there and tells it a Wi-Fi network.

Yours is main/sensors.c. Everything else is made again from profile.json by \`iotex2 device gen\`.
`,
  }),
}
