/* Randomness for libsodium in WebAssembly: the platform's own generator (WebCrypto), filled in one call. It is compiled
 * into libsodium's randombytes.c and nowhere else; our own code gets its randomness from base/entropy.h.
 *
 * Why: libsodium 1.0.18 on Emscripten asks JavaScript once per byte and ignores randombytes_set_implementation. The
 * build undefines __EMSCRIPTEN__ for that one file, so that it takes its ordinary path with this implementation. */
#pragma once

#include <emscripten.h>
#include <stddef.h>
#include <stdint.h>

#include <randombytes.h>

/* getRandomValues refuses more than 65536 bytes at a time. Node 18 has WebCrypto only behind a module. */
EM_JS(void, samplan_random_fill, (uint8_t * out, size_t size), {
  var source = typeof crypto === 'object' && crypto.getRandomValues ? crypto : require('crypto').webcrypto;
  for (var at = 0; at < size; at += 65536) {
    source.getRandomValues(HEAPU8.subarray(out + at, out + Math.min(size, at + 65536)));
  }
});

static const char* samplan_random_name(void) { return "webcrypto"; }

static void samplan_random_buf(void* const out, const size_t size) { samplan_random_fill((uint8_t*)out, size); }

static uint32_t samplan_random_u32(void) {
  uint32_t value = 0;
  samplan_random_buf(&value, sizeof value);
  return value;
}

static struct randombytes_implementation samplan_random_implementation = {
    samplan_random_name, samplan_random_u32, NULL, NULL, samplan_random_buf, NULL,
};

#define RANDOMBYTES_CUSTOM_IMPLEMENTATION
#define RANDOMBYTES_DEFAULT_IMPLEMENTATION &samplan_random_implementation
