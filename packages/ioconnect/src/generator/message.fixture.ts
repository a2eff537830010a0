/**
 * Compiles generated messages with the core, by gcc under sanitizers, and calls what they declare.
 * @module
 */
import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process'
import { globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Profile } from '@iotex2/protocol/profile'
import { CORE, WARNINGS } from '../../c/test/toolchain.ts'
import { layoutOf } from './layout.ts'
import { messageHeader, messageSource } from './message-c.ts'
import { messagePrefix } from './names.ts'

/** A main() that reads `message operation time values… [project nonce]` and answers status and bytes. */
const harness = (profiles: readonly Profile[]): string => `
${profiles.map(({ name }) => `#include "${messagePrefix(name)}.h"`).join('\n')}
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static psa_key_id_t key, agreement;
static uint8_t buffer[8192], scratch[8192];
static psa_key_id_t import_key(psa_ecc_family_t family, psa_algorithm_t algorithm, psa_key_usage_t usage, uint8_t fill) {
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_key_id_t made = 0;
    uint8_t secret[32];
    memset(secret, fill, sizeof secret);
    psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_KEY_PAIR(family));
    psa_set_key_bits(&attributes, 256);
    psa_set_key_algorithm(&attributes, algorithm);
    psa_set_key_usage_flags(&attributes, usage);
    if (psa_import_key(&attributes, secret, sizeof secret, &made) != PSA_SUCCESS) abort();
    return made;
}
static uint64_t seconds(void *context) { (void)context; return UINT64_MAX; }
static void answer(ioc_status_t status, const uint8_t *bytes, size_t length) {
    printf("%s ", status == IOC_OK ? "ok" : ioc_status_name(status));
    for (size_t i = 0; status == IOC_OK && i < length; i++) printf("%02x", bytes[i]);
    printf("\\n");
    fflush(stdout);
}
static ioc_status_t resolve(void *context, ioc_slice_t kid, ioc_relationship_t relationship, ioc_public_key_t *found) {
    (void)context; (void)kid; (void)relationship;
    return ioc_key_public(agreement, found);
}
int main(void) {
    static char line[4096];
    psa_crypto_init();
    key = import_key(PSA_ECC_FAMILY_SECP_K1, PSA_ALG_DETERMINISTIC_ECDSA(PSA_ALG_SHA_256), PSA_KEY_USAGE_SIGN_HASH, 1);
    agreement = import_key(PSA_ECC_FAMILY_SECP_R1, PSA_ALG_ECDH, PSA_KEY_USAGE_DERIVE, 2);
    while (fgets(line, sizeof line, stdin)) {
        const char *name = strtok(line, " "), *operation = strtok(NULL, " ");
        const uint64_t time = strtoull(strtok(NULL, " "), NULL, 10);
        int64_t v[5];
        for (int i = 0; i < 5; i++) v[i] = strtoll(strtok(NULL, " "), NULL, 10);
        const uint64_t project = strtoull(strtok(NULL, " "), NULL, 10), nonce = strtoull(strtok(NULL, " \\n"), NULL, 10);
        const char *kid = strtok(NULL, " \\n");
        ioc_writer_t writer;
        (void)kid; (void)project; (void)nonce; (void)v;
        memset(buffer, 0xaa, sizeof buffer);
${profiles
  .map((profile) => {
    const prefix = messagePrefix(profile.name)
    const upper = prefix.toUpperCase()
    const members = layoutOf(profile).fields.map(({ member, cType }, i) => `.${member} = (${cType})v[${i}]`)
    return `        if (strcmp(name, "${profile.name}") == 0) {
            const ${prefix}_t reading = {.time = time, ${members.join(', ')}};
            if (strcmp(operation, "sizes") == 0) {
                printf("ok %d %d %d %d %d\\n", ${upper}_PAYLOAD_BYTES, ${upper}_REQUEST_BYTES, ${upper}_ABI_BYTES, ${upper}_PLAINTEXT_BYTES, (int)${upper}_PACKED_BYTES);
                fflush(stdout);
                continue;
            }
            if (strcmp(operation, "encode") == 0) {
                ioc_writer_init(&writer, buffer, ${upper}_PAYLOAD_BYTES);
                const ioc_status_t status = ${prefix}_encode(&writer, &reading);
                answer(status, buffer, writer.length);
            }
            if (strcmp(operation, "sign") == 0) {
                ioc_writer_init(&writer, buffer, ${upper}_REQUEST_BYTES);
                const ioc_status_t status = ${prefix}_sign(&writer, key, project, nonce, &reading);
                answer(status, buffer, writer.length);
            }
            if (strcmp(operation, "abi") == 0) answer(${prefix}_abi(buffer, &reading), buffer, ${upper}_ABI_BYTES);
            if (strcmp(operation, "sender") == 0) {
                ioc_own_key_t own = {{0}, 0};
                const ioc_status_t status = ${prefix}_sender(key, agreement, scratch, &own);
                answer(status, own.kid.bytes, own.kid.length);
            }
            if (strcmp(operation, "pack") == 0) {
                const ioc_platform_t platform = {NULL, ioc_psa_random, seconds};
                ioc_own_key_t own = {ioc_slice(kid, strlen(kid)), agreement};
                const ioc_resolver_t resolver = {NULL, resolve};
                static uint8_t request[4096];
                ioc_their_key_t server = {own.kid, {0}};
                ioc_unpacked_t unpacked = {0};
                ioc_key_public(agreement, &server.key);
${profile.device?.server?.keyAgreement ? `                own.kid = ${prefix}_server.kid;\n                server = ${prefix}_server;\n` : ''}                ioc_writer_init(&writer, request, sizeof request);
                ioc_status_t status = ${prefix}_sign(&writer, key, project, nonce, &reading);
                const ioc_slice_t body = ioc_writer_slice(&writer, 0);
                ioc_writer_init(&writer, buffer, ${upper}_PACKED_BYTES);
                if (status == IOC_OK) status = ${prefix}_pack(&writer, &platform, &own, &server, body);
                if (status == IOC_OK)
                    status = ioc_unpack(buffer, writer.length, &own, 1, &resolver, scratch, sizeof scratch, &unpacked);
                if (status == IOC_OK && !unpacked.authenticated) status = IOC_ERR_SIGNATURE;
                answer(status, unpacked.message.body.bytes, unpacked.message.body.length);
            }
            continue;
        }`
  })
  .join('\n')}
        printf("IOC_ERR_ARGUMENT \\n");
        fflush(stdout);
    }
    return 0;
}
`

export interface Reading {
  time: bigint
  values: readonly bigint[]
}

/** The compiled messages of some profiles, running. */
export class Messages {
  readonly #directory: string
  readonly #child: ChildProcessWithoutNullStreams
  readonly #lines: AsyncIterator<string>

  constructor(profiles: readonly Profile[]) {
    this.#directory = mkdtempSync(join(tmpdir(), 'iotex2-message-'))
    mkdirSync(this.#directory, { recursive: true })
    for (const profile of profiles) {
      const prefix = messagePrefix(profile.name)
      writeFileSync(join(this.#directory, `${prefix}.h`), messageHeader(profile))
      writeFileSync(join(this.#directory, `${prefix}.c`), messageSource(profile))
    }
    writeFileSync(join(this.#directory, 'harness.c'), harness(profiles))
    const sources = [
      ...globSync('*.c', { cwd: this.#directory }),
      ...globSync('src/*.c', { cwd: CORE }).map((path) => join(CORE, path)),
    ]
    const sanitizers = ['-g', '-O1', '-fsanitize=address,undefined', '-fno-sanitize-recover=all']
    execFileSync(
      'gcc',
      [...WARNINGS, ...sanitizers, `-I${join(CORE, 'include')}`, '-I.', ...sources, '-lmbedcrypto', '-o', 'messages'],
      { cwd: this.#directory, stdio: ['ignore', 'inherit', 'inherit'] },
    )
    this.#child = spawn(join(this.#directory, 'messages'))
    this.#child.stderr.pipe(process.stderr)
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]()
  }

  /** Returns the status, or `ok`, and what was written. */
  async call(
    profile: Profile,
    operation: string,
    { time, values }: Reading,
    { project = 1n, nonce = 1n, kid = 'did:example:a#b' } = {},
  ): Promise<{ status: string; words: string[] }> {
    const padded = [...values, 0n, 0n, 0n, 0n].slice(0, 5)
    this.#child.stdin.write(`${[profile.name, operation, time, ...padded, project, nonce, kid].join(' ')}\n`)
    const { value } = await this.#lines.next()
    const [status, ...words] = String(value).split(' ')
    return { status: status!, words }
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.stdin.end()
    await ended
    rmSync(this.#directory, { recursive: true })
  }
}
