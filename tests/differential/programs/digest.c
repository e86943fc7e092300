/* SHA-256 (FIPS 180-4), SipHash-like mixing, CRC-32 with a computed table. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include "programs.h"

static uint32_t constants[64];

static uint32_t right(uint32_t value, int count) { return value >> count | value << (32 - count); }

/* The first 32 bits of the fractions of the cube roots of the first primes, by integer search. */
static void make_constants(void) {
  int found = 0;
  for (uint64_t prime = 2; found < 64; prime++) {
    int composite = 0;
    for (uint64_t factor = 2; factor * factor <= prime; factor++) composite |= prime % factor == 0;
    if (composite) continue;
    unsigned __int128 low = 0, high = (unsigned __int128)8 << 32;
    while (high - low > 1) {
      unsigned __int128 middle = (low + high) / 2;
      if (middle * middle * middle <= (unsigned __int128)prime << 96) low = middle;
      else high = middle;
    }
    constants[found++] = (uint32_t)low;
  }
}

static void compress(uint32_t state[8], const uint8_t *block) {
  uint32_t w[64], v[8];
  for (int i = 0; i < 16; i++)
    w[i] = (uint32_t)block[4 * i] << 24 | block[4 * i + 1] << 16 | block[4 * i + 2] << 8 | block[4 * i + 3];
  for (int i = 16; i < 64; i++) {
    uint32_t a = w[i - 15], b = w[i - 2];
    w[i] = w[i - 16] + (right(a, 7) ^ right(a, 18) ^ a >> 3) + w[i - 7] + (right(b, 17) ^ right(b, 19) ^ b >> 10);
  }
  memcpy(v, state, sizeof v);
  for (int i = 0; i < 64; i++) {
    uint32_t s1 = right(v[4], 6) ^ right(v[4], 11) ^ right(v[4], 25);
    uint32_t t1 = v[7] + s1 + ((v[4] & v[5]) ^ (~v[4] & v[6])) + constants[i] + w[i];
    uint32_t s0 = right(v[0], 2) ^ right(v[0], 13) ^ right(v[0], 22);
    uint32_t t2 = s0 + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
    memmove(v + 1, v, 7 * sizeof *v);
    v[4] += t1;
    v[0] = t1 + t2;
  }
  for (int i = 0; i < 8; i++) state[i] += v[i];
}

static void sha256(const uint8_t *message, uint32_t length) {
  uint32_t state[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                       0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  uint8_t last[128] = {0};
  uint32_t whole = length / 64 * 64, rest = length - whole;
  for (uint32_t at = 0; at < whole; at += 64) compress(state, message + at);
  memcpy(last, message + whole, rest);
  last[rest] = 0x80;
  uint32_t padded = rest < 56 ? 64 : 128;
  uint64_t bits = (uint64_t)length * 8;
  for (int i = 0; i < 8; i++) last[padded - 1 - i] = (uint8_t)(bits >> (8 * i));
  for (uint32_t at = 0; at < padded; at += 64) compress(state, last + at);
  for (int i = 0; i < 8; i++) printf("%08x", state[i]);
  printf("\n");
}

static uint32_t crc(const uint8_t *bytes, uint32_t length) {
  uint32_t table[256], value = ~0u;
  for (uint32_t i = 0; i < 256; i++) {
    table[i] = i;
    for (int bit = 0; bit < 8; bit++) table[i] = table[i] & 1 ? table[i] >> 1 ^ 0xedb88320 : table[i] >> 1;
  }
  while (length--) value = table[(value ^ *bytes++) & 255] ^ value >> 8;
  return ~value;
}

static uint64_t mix(uint64_t a, uint64_t b, int rounds) {
  uint64_t c = 0x736f6d6570736575, d = 0x646f72616e646f6d;
  while (rounds--) {
    a += b; b = b << 13 | b >> 51; b ^= a; a = a << 32 | a >> 32;
    c += d; d = d << 16 | d >> 48; d ^= c;
    a += d; d = d << 21 | d >> 43; d ^= a;
    c += b; b = b << 17 | b >> 47; b ^= c; c = c << 32 | c >> 32;
  }
  return a ^ b ^ c ^ d;
}

int digest(void) {
  static uint8_t buffer[5000];
  make_constants();
  sha256((const uint8_t *)"", 0);
  sha256((const uint8_t *)"abc", 3);
  for (int i = 0; i < 5000; i++) buffer[i] = (uint8_t)(i * i + i / 7);
  for (uint32_t length = 50; length < 5000; length = length * 3 / 2) {
    sha256(buffer, length);
    printf("%08x %016llx\n", crc(buffer, length), (unsigned long long)mix(length, ~length, 20));
  }
  return 0;
}
