/* A five-point stencil over a plane, swept to and fro. */
#include "rounds.h"

enum { n = 300, steps = 150 };
static double a[n][n], b[n][n];

static void sweep(double (*from)[n], double (*to)[n]) {
  for (int i = 1; i < n - 1; i++) {
    for (int j = 1; j < n - 1; j++) {
      to[i][j] = 0.2 * (from[i][j] + from[i][j - 1] + from[i][j + 1] + from[i + 1][j] + from[i - 1][j]);
    }
  }
}

uint32_t run_round(void) {
  for (int i = 0; i < n; i++) {
    for (int j = 0; j < n; j++) {
      a[i][j] = ((double)i * (j + 2) + 2) / n;
      b[i][j] = ((double)i * (j + 3) + 3) / n;
    }
  }
  for (int step = 0; step < steps; step++) {
    sweep(a, b);
    sweep(b, a);
  }
  uint32_t hash = 0;
  for (int i = 0; i < n; i++) hash = mix_double(hash, a[i][n - 1 - i]);
  return hash;
}
