/* What every program of this folder has in common: four rounds of the same work, of which the last
 * is timed (a just-in-time compiler has finished by then), and a checksum that all peers share. */
#ifndef ROUNDS_H
#define ROUNDS_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* One round: returns a checksum of what it computed, the same each time. */
uint32_t run_round(void);

/* A generator that is the same everywhere (xorshift32); the state must not be 0. */
static inline uint32_t next_random(uint32_t *state) {
  uint32_t x = *state;
  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
  return *state = x;
}

static inline uint32_t mix(uint32_t hash, uint32_t value) {
  return (hash ^ value) * 0x01000193u;
}

static inline uint32_t mix_double(uint32_t hash, double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return mix(mix(hash, (uint32_t)bits), (uint32_t)(bits >> 32));
}

int main(void) {
  enum { rounds = 4 };
  /* No compiler may know what is called: it would merge the rounds, or inline them into `main`, which
   * V8 never replaces while it runs. */
  uint32_t (*volatile round_of_work)(void) = run_round;
  uint32_t first = 0;
  double nanoseconds = 0;
  for (int round = 0; round < rounds; round++) {
    struct timespec before, after;
    clock_gettime(CLOCK_MONOTONIC, &before);
    uint32_t sum = round_of_work();
    clock_gettime(CLOCK_MONOTONIC, &after);
    if (round == 0) first = sum;
    if (sum != first) return 1;
    nanoseconds = (double)(after.tv_sec - before.tv_sec) * 1e9;
    nanoseconds += (double)(after.tv_nsec - before.tv_nsec);
  }
  printf("%08x %.0f\n", (unsigned)first, nanoseconds);
  return 0;
}

#endif
