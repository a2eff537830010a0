/** The key-value store for chips that bring none: whatever byte the power fails at, the old values are there or the new. */
import { execFileSync } from 'node:child_process'
import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CORE, skipReason, WARNINGS } from './toolchain.ts'

const PROGRAM = `
#include "test/flash.h"
#include <ioc_store.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
bool test_fault(void) { return false; }
#define CHECK(what) do { if (!(what)) { printf("line %d: %s\\n", __LINE__, #what); return 1; } } while (0)
static test_flash_t flash;
static ioc_store_t store;
static uint8_t bytes[4096];
static bool is(const char *key, const char *value) {
    size_t length;
    return ioc_store_load(&store, key, bytes, sizeof bytes, &length) == IOC_OK && length == strlen(value) &&
           memcmp(bytes, value, length) == 0;
}
static ioc_status_t put(const char *key, const char *value) {
    return ioc_store_put(&store, key, ioc_slice(value, strlen(value)));
}
static void restart(void) {
    flash.failed = false;
    flash.allowance = UINT64_MAX;
    if (ioc_store_open(&store, &flash.flash) != IOC_OK) abort();
}
int main(void) {
    static char longest[IOC_STORE_BYTES + 1];
    static const char *const keys[] = {"a", "b", "c", "d", "e"};
    size_t length;
    test_flash_init(&flash, 2, 2048, 16);
    restart();
    CHECK(is("key", ""));
    CHECK(put("key", "one") == IOC_OK && put("server", "two") == IOC_OK && put("key", "longer") == IOC_OK);
    CHECK(is("key", "longer") && is("server", "two") && is("none", ""));
    restart();
    CHECK(is("key", "longer") && is("server", "two"));
    CHECK(ioc_store_load(&store, "key", bytes, 5, &length) == IOC_ERR_BUFFER);
    CHECK(put("a-key-too-long", "x") == IOC_ERR_BUFFER);
    memset(longest, 'x', IOC_STORE_BYTES);
    CHECK(put("server", longest) == IOC_ERR_BUFFER && is("server", "two"));
    longest[IOC_STORE_BYTES - 6] = 0;
    CHECK(put("server", longest) == IOC_OK && is("server", longest) && is("key", "longer"));
    CHECK(put("server", "") == IOC_OK && is("server", "") && is("key", "longer"));
    for (size_t i = 0; i < 4; i++) CHECK(put(keys[i], keys[i]) == IOC_OK);
    CHECK(put("e", "e") == IOC_ERR_BUFFER && is("d", "d"));

    unsigned old_values = 0, new_values = 0;
    for (uint64_t cut = 0;; cut++) {
        CHECK(put("key", "before") == IOC_OK);
        flash.spent = 0;
        flash.allowance = cut;
        const ioc_status_t status = put("key", "after");
        const bool whole = status == IOC_OK;
        restart();
        CHECK(is("d", "d"));
        CHECK(is("key", "after") || (!whole && is("key", "before")));
        if (is("key", "after")) new_values++; else old_values++;
        if (whole) break;
    }
    CHECK(old_values > 100 && new_values > 0);
    printf("%u cuts\\n", old_values + new_values);
    return 0;
}
`

test.skipIf(skipReason('the key-value store'))('keeps its values over power cuts at every byte', () => {
  const directory = mkdtempSync(join(tmpdir(), 'iotex2-store-'))
  try {
    writeFileSync(join(directory, 'main.c'), PROGRAM)
    const sources = [join(directory, 'main.c'), 'platforms/app/ioc_store.c', ...globSync('src/*.c', { cwd: CORE })]
    const sanitizers = ['-g', '-O1', '-fsanitize=address,undefined', '-fno-sanitize-recover=all']
    const program = join(directory, 'store')
    const include = ['-I.', '-Iinclude', '-Iplatforms/app']
    execFileSync(
      'gcc',
      [...WARNINGS, '-Wno-unused-function', ...sanitizers, ...include, ...sources, '-lmbedcrypto', '-o', program],
      {
        cwd: CORE,
        stdio: ['ignore', 'inherit', 'inherit'],
      },
    )
    expect(execFileSync(program, { encoding: 'utf8' })).toMatch(/^\d{3,} cuts\n$/)
  } finally {
    rmSync(directory, { recursive: true })
  }
})
