/**
 * Linux and Raspberry Pi OS: a program that make builds.
 * @module
 */
import type { Target } from '../project.ts'

/** What starts the firmware whose turn it is, and what installs another. */
const UPDATES = `
UPDATE_OBJECTS = build/platform/ioc_slots_linux.o $(patsubst %.c,build/%.o,$(wildcard ioconnect/src/*.c))

launch: build/slots/launch.o $(UPDATE_OBJECTS)
\t$(CC) $(CFLAGS) $(LDFLAGS) $^ -lmbedcrypto -o $@

update: build/slots/update.o $(UPDATE_OBJECTS)
\t$(CC) $(CFLAGS) $(LDFLAGS) $^ -lmbedcrypto -o $@
`

export const linux: Target = {
  layer: 'linux',
  places: () => ({ include: 'ioconnect/include', core: 'ioconnect/src', platform: 'platform', app: 'src' }),
  files: (profile, read) => ({
    'src/main.c': read('linux/main.c'),
    Makefile: `${read('linux/Makefile').replaceAll('PROGRAM_NAME', profile.name)}${profile.device.ota ? UPDATES : ''}`,
    ...(profile.device.ota ? { 'slots/launch.c': read('ota/launch.c'), 'slots/update.c': read('ota/update.c') } : {}),
    '.gitignore': `build/\n/${profile.name}\n/data/\n${profile.device.ota ? '/launch\n/update\n' : ''}`,
    'README.md': `# ${profile.device.model}

Firmware of profile ${profile.name} ${profile.version} for Linux and Raspberry Pi OS. On Debian:

\`\`\`sh
sudo apt-get install gcc make libmbedtls-dev libcurl4-openssl-dev libmosquitto-dev
make
./${profile.name} data
\`\`\`

\`data\` has the device's keys, which only its user may read, what it was told over its serial line, and the readings that wait. Its
account is standard output, a line of JSON for each event; the first names the device's address. Register that one, then its readings are
kept. \`--serial /dev/ttyGS0\` opens a serial line, \`--ca FILE\` trusts other authorities than the system's, and
\`--cert FILE --key FILE\` prove the device by an X.509 certificate to gateways that demand one.

Yours is src/sensors.c. Everything else is made again from profile.json by \`iotex2 device gen\`.
`,
  }),
}
