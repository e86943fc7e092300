/* Vectors by wasm_simd128.h: a fractal, picture arithmetic, checksums, and what clang vectorises. */
#include <stdint.h>
#include <stdio.h>
#include <wasm_simd128.h>
#include "programs.h"

enum { size = 96, pixels = 4096 };

/* How many points of two at a time stay near 0 for 50 rounds. */
static int mandelbrot(void) {
  int inside = 0;
  for (int y = 0; y < size; y++) {
    v128_t ci = wasm_f64x2_splat(2.0 * y / size - 1);
    for (int x = 0; x < size; x += 2) {
      v128_t cr = wasm_f64x2_make(2.0 * x / size - 1.5, 2.0 * (x + 1) / size - 1.5);
      v128_t zr = wasm_f64x2_splat(0), zi = zr, near = wasm_i64x2_splat(-1);
      for (int round = 0; round < 50 && wasm_v128_any_true(near); round++) {
        v128_t r2 = wasm_f64x2_mul(zr, zr), i2 = wasm_f64x2_mul(zi, zi);
        near = wasm_v128_and(near, wasm_f64x2_le(wasm_f64x2_add(r2, i2), wasm_f64x2_splat(4)));
        v128_t product = wasm_f64x2_mul(zr, zi);
        zi = wasm_f64x2_add(wasm_f64x2_add(product, product), ci);
        zr = wasm_f64x2_add(wasm_f64x2_sub(r2, i2), cr);
      }
      inside += __builtin_popcount(wasm_i64x2_bitmask(near));
    }
  }
  return inside;
}

static uint8_t picture[pixels], other[pixels];

static uint32_t sum(const uint8_t *bytes) {
  v128_t total = wasm_i32x4_splat(0);
  for (int at = 0; at < pixels; at += 16) {
    v128_t pairs = wasm_u16x8_extadd_pairwise_u8x16(wasm_v128_load(bytes + at));
    total = wasm_i32x4_add(total, wasm_u32x4_extadd_pairwise_u16x8(pairs));
  }
  v128_t halves = wasm_i32x4_add(total, wasm_i32x4_shuffle(total, total, 2, 3, 0, 1));
  return wasm_u32x4_extract_lane(halves, 0) + wasm_u32x4_extract_lane(halves, 1);
}

/* Brightens, blends, mirrors and makes one picture grey. */
static void draw(void) {
  for (int at = 0; at < pixels; at++) {
    picture[at] = (uint8_t)(at * 7 + at / 64);
    other[at] = (uint8_t)(at * at >> 4);
  }
  for (int at = 0; at < pixels; at += 16) {
    v128_t here = wasm_v128_load(picture + at), there = wasm_v128_load(other + at);
    v128_t bright = wasm_u8x16_add_sat(here, wasm_i8x16_splat(60));
    v128_t mixed = wasm_u8x16_avgr(bright, there);
    v128_t mirrored = wasm_i8x16_shuffle(mixed, mixed, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    v128_t dark = wasm_u8x16_lt(mirrored, wasm_i8x16_splat(100));
    wasm_v128_store(picture + at, wasm_v128_bitselect(there, mirrored, dark));
  }
  printf("sums %u %u\n", sum(picture), sum(other));
}

/* Vectorised by the compiler. */
static float plain(void) {
  static float numbers[1000];
  float largest = 0;
  for (int at = 0; at < 1000; at++) numbers[at] = (float)at * 0.5f - 3;
  for (int at = 0; at < 1000; at++) numbers[at] = numbers[at] * numbers[at] + 1;
  for (int at = 0; at < 1000; at++) largest = numbers[at] > largest ? numbers[at] : largest;
  return largest;
}

int vectors(void) {
  printf("inside %d\n", mandelbrot());
  draw();
  printf("largest %g\n", plain());
  return 0;
}
