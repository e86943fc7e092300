/* Of all orders of n numbers, the one that takes most reversals of its first numbers until a 1 leads. */
#include "rounds.h"

enum { n = 9, repetitions = 4 };

static int flips_of(const int *order) {
  int work[n];
  memcpy(work, order, sizeof work);
  int flips = 0;
  for (int first = work[0]; first != 0; first = work[0]) {
    for (int low = 0, high = first; low < high; low++, high--) {
      int kept = work[low];
      work[low] = work[high];
      work[high] = kept;
    }
    flips++;
  }
  return flips;
}

static uint32_t search(int shift) {
  int order[n], turns[n];
  for (int at = 0; at < n; at++) {
    order[at] = (at + shift) % n;
    turns[at] = at;
  }
  int most = 0, sum = 0, sign = 1;
  for (;;) {
    int flips = flips_of(order);
    if (flips > most) most = flips;
    sum += sign * flips;
    sign = -sign;
    int level = 1;
    for (;; level++) {
      if (level == n) return (uint32_t)(sum * 1000 + most);
      int first = order[0];
      for (int at = 0; at < level; at++) order[at] = order[at + 1];
      order[level] = first;
      if (turns[level]-- > 0) break;
      turns[level] = level;
    }
  }
}

uint32_t run_round(void) {
  uint32_t hash = 0;
  for (int repetition = 0; repetition < repetitions; repetition++) {
    hash = mix(hash, search(repetition));
  }
  return hash;
}
