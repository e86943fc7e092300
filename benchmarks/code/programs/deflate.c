/* Compresses text with DEFLATE's fixed codes (RFC 1951, 3.2.6) and a hash chain, and inflates it. */
#include "rounds.h"

enum { bytes = 1 << 20, window = 32768, shortest = 3, longest = 258, chain_limit = 24 };
enum { hash_bits = 15, literals = 288, distances = 30 };

static uint8_t text[bytes + longest], packed[bytes + bytes / 4], unpacked[bytes + longest];
static int32_t newest[1 << hash_bits], older[window];

static const uint16_t length_base[] = {3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
                                       31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
static const uint8_t length_extra[] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                       2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
static const uint16_t distance_base[] = {1,   2,   3,   4,   5,   7,    9,    13,   17,   25,
                                         33,  49,  65,  97,  129, 193,  257,  385,  513,  769,
                                         1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};
static const uint8_t distance_extra[] = {0, 0, 0, 0, 1, 1, 2, 2,  3,  3,  4,  4,  5,  5,  6,
                                         6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13};

static uint16_t literal_codes[literals];
static uint8_t literal_lengths[literals];
static uint16_t decode_table[512]; /* symbol << 4 | length, by the next nine bits */
static uint8_t length_symbols[longest + 1];

static uint32_t reversed(uint32_t code, int length) {
  uint32_t result = 0;
  for (int bit = 0; bit < length; bit++) result |= (code >> bit & 1) << (length - 1 - bit);
  return result;
}

static void make_codes(void) {
  for (int symbol = 0; symbol < literals; symbol++) {
    int length = symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8;
    uint32_t code = symbol < 144   ? 0x30 + (uint32_t)symbol
                    : symbol < 256 ? 0x190 + (uint32_t)symbol - 144
                    : symbol < 280 ? (uint32_t)symbol - 256
                                   : 0xc0 + (uint32_t)symbol - 280;
    literal_lengths[symbol] = (uint8_t)length;
    literal_codes[symbol] = (uint16_t)reversed(code, length);
    for (uint32_t at = literal_codes[symbol]; at < 512; at += 1u << length) {
      decode_table[at] = (uint16_t)(symbol << 4 | length);
    }
  }
  for (int length = shortest, symbol = 0; length <= longest; length++) {
    while (symbol < 28 && length_base[symbol + 1] <= length) symbol++;
    length_symbols[length] = (uint8_t)symbol;
  }
}

struct bits {
  uint8_t *at;
  uint64_t held;
  int count;
};

static inline void put(struct bits *out, uint32_t value, int length) {
  out->held |= (uint64_t)value << out->count;
  out->count += length;
  while (out->count >= 8) {
    *out->at++ = (uint8_t)out->held;
    out->held >>= 8;
    out->count -= 8;
  }
}

static inline uint32_t hash_of(const uint8_t *at) {
  return ((uint32_t)at[0] << 16 | (uint32_t)at[1] << 8 | at[2]) * 0x9e3779b1u >> (32 - hash_bits);
}

static int match_length(const uint8_t *one, const uint8_t *other, int most) {
  int length = 0;
  while (length < most && one[length] == other[length]) length++;
  return length;
}

static void put_match(struct bits *out, int length, int distance) {
  int symbol = length_symbols[length];
  put(out, literal_codes[257 + symbol], literal_lengths[257 + symbol]);
  put(out, (uint32_t)(length - length_base[symbol]), length_extra[symbol]);
  int code = distances - 1;
  while (distance_base[code] > distance) code--;
  put(out, reversed((uint32_t)code, 5), 5);
  put(out, (uint32_t)(distance - distance_base[code]), distance_extra[code]);
}

static uint32_t deflate(void) {
  struct bits out = {packed, 0, 0};
  memset(newest, 0xff, sizeof newest);
  put(&out, 3, 3);
  for (int at = 0; at < bytes;) {
    int best = shortest - 1, from = 0;
    int most = bytes - at < longest ? bytes - at : longest;
    if (most >= shortest) {
      int candidate = newest[hash_of(text + at)];
      for (int tries = chain_limit; tries > 0 && candidate >= 0 && at - candidate < window; tries--) {
        if (text[candidate + best] == text[at + best]) {
          int length = match_length(text + candidate, text + at, most);
          if (length > best) {
            best = length;
            from = candidate;
            if (length == most) break;
          }
        }
        candidate = older[candidate & (window - 1)];
      }
    }
    int taken = best >= shortest ? best : 1;
    if (taken == 1) put(&out, literal_codes[text[at]], literal_lengths[text[at]]);
    else put_match(&out, best, at - from);
    for (int end = at + taken; at < end; at++) {
      uint32_t hash = hash_of(text + at);
      older[at & (window - 1)] = newest[hash];
      newest[hash] = at;
    }
  }
  put(&out, literal_codes[256], literal_lengths[256]);
  put(&out, 0, 16);
  return (uint32_t)(out.at - packed);
}

static inline uint32_t take(struct bits *in, int length) {
  while (in->count < length) {
    in->held |= (uint64_t)*in->at++ << in->count;
    in->count += 8;
  }
  uint32_t value = (uint32_t)(in->held & ((1ull << length) - 1));
  in->held >>= length;
  in->count -= length;
  return value;
}

static uint32_t inflate(void) {
  struct bits in = {packed, 0, 0};
  uint8_t *out = unpacked;
  take(&in, 3);
  for (;;) {
    while (in.count < 9) {
      in.held |= (uint64_t)*in.at++ << in.count;
      in.count += 8;
    }
    uint32_t entry = decode_table[in.held & 511];
    in.held >>= entry & 15;
    in.count -= (int)(entry & 15);
    uint32_t symbol = entry >> 4;
    if (symbol < 256) {
      *out++ = (uint8_t)symbol;
      continue;
    }
    if (symbol == 256) return (uint32_t)(out - unpacked);
    symbol -= 257;
    uint32_t length = length_base[symbol] + take(&in, length_extra[symbol]);
    uint32_t code = reversed(take(&in, 5), 5);
    uint32_t distance = distance_base[code] + take(&in, distance_extra[code]);
    for (const uint8_t *from = out - distance; length > 0; length--) *out++ = *from++;
  }
}

static void write_text(void) {
  static const char *const words[] = {"the ", "moon ", "is ", "a ", "small ", "world ", "of ", "its ",
                                      "own ", "and ", "nobody ", "lives ", "there, ", "so ", "far.\n", "we know "};
  uint32_t seed = 99;
  for (int at = 0; at < bytes;) {
    uint32_t random = next_random(&seed);
    const char *word = words[random & 15];
    if ((random >> 8 & 7) == 0) text[at++] = (uint8_t)('A' + (random >> 16) % 26);
    while (*word && at < bytes) text[at++] = (uint8_t)*word++;
  }
}

uint32_t run_round(void) {
  if (text[0] == 0) {
    make_codes();
    write_text();
  }
  uint32_t size = deflate();
  if (inflate() != bytes || memcmp(text, unpacked, bytes) != 0) return 0;
  return size;
}
