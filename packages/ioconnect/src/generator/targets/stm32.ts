/**
 * STM32 chips with HAL and lwIP: sources and a CMake file that a project of CubeMX takes in.
 * @module
 */
import { type DeviceProfile, queueBytes } from '../app-c.ts'
import { messagePrefix } from '../names.ts'
import { coreSources, GeneratorError, type Target } from '../project.ts'

/** Of stm32/ioc_stm32_board.h: the second bank less what the store takes. */
const BANK_BYTES = 1024 * 1024 - 2 * 8192

/** Throws {@link GeneratorError} where the board cannot be what the profile says. */
function expectFit({ device, ...profile }: DeviceProfile): void {
  if (device.transport !== 'mqtt')
    throw new GeneratorError(
      'TRANSPORT_UNSUPPORTED',
      "device.transport is http: lwIP's client posts nothing. Write mqtt.",
    )
  if (queueBytes({ device, ...profile }) > BANK_BYTES)
    throw new GeneratorError(
      'QUEUE_TOO_LARGE',
      `device.batching.queueKiB is more than ${BANK_BYTES / 1024}: the bank has no more.`,
    )
}

export const stm32: Target = {
  layer: 'stm32',
  store: true,
  places: () => ({
    include: 'ioconnect/include',
    core: 'ioconnect/core',
    platform: 'ioconnect/platform',
    app: 'ioconnect/app',
  }),
  files: (profile, read) => {
    expectFit(profile)
    const app = ['app.c', 'sensors.c', 'authorities.c', 'ioconnect_app.c', `${messagePrefix(profile.name)}.c`]
    const platform = ['ioc_app.c', 'ioc_store.c', 'ioc_stm32.c']
    const sources = [
      ...coreSources().map((name) => `core/${name}`),
      ...platform.map((name) => `platform/${name}`),
      ...app.map((name) => `app/${name}`),
    ]
    return {
      'ioconnect/app/authorities.c': read('stm32/authorities.c'),
      'ioconnect/app/ioconnect_app.c': read('stm32/ioconnect_app.c'),
      'ioconnect/include/lwipopts-ioconnect.h': read('stm32/lwipopts-ioconnect.h'),
      'ioconnect/CMakeLists.txt': `# add_subdirectory(ioconnect) in the project of CubeMX, then target_link_libraries(<project> ioconnect).
# stm32cubemx is the interface that CubeMX generates: HAL, lwIP, mbedTLS and their settings.
add_library(ioconnect OBJECT
    ${sources.join('\n    ')})
target_include_directories(ioconnect PUBLIC include platform app)
target_link_libraries(ioconnect PUBLIC stm32cubemx)
`,
      'README.md': `# ${profile.device.model}

Sources of profile ${profile.name} ${profile.version} for STM32 chips; as they are, for NUCLEO-H563ZI. They make no firmware alone: HAL, lwIP
and mbedTLS come from STM32Cube.

1. In CubeMX: Ethernet with lwIP (no operating system), RNG, USART3 with its interrupt, mbedTLS 3.x with PSA, secp256k1 and deterministic
   ECDSA; a project for CMake.
2. \`#include "lwipopts-ioconnect.h"\` in lwipopts.h.
3. \`add_subdirectory(ioconnect)\` and \`target_link_libraries(... ioconnect)\` in CMakeLists.txt.
4. In main.c: \`ioconnect_init()\` before the loop; in it \`MX_LWIP_Process()\` and \`ioconnect_process()\`.

Another board: ioconnect/platform/ioc_stm32_board.h. Yours are also ioconnect/app/sensors.c and authorities.c, which has the certificates
that vouch for your gateways: an authority of your own, as lwIP's client does not compare names. Flash is not encrypted: with TrustZone, keep the keys in TF-M and give their PSA identifiers to the loop.
`,
    }
  },
}
