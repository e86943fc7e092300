/* A matrix as the product of a lower and an upper triangular one, in place. */
#include "rounds.h"

enum { n = 300 };
static double a[n][n];

static void start(void) {
  for (int i = 0; i < n; i++) {
    for (int j = 0; j < n; j++) a[i][j] = (double)((i * 31 + j * 17) % 101) / 101;
    a[i][i] += n;
  }
}

static void factor(void) {
  for (int i = 0; i < n; i++) {
    for (int j = 0; j < i; j++) {
      for (int k = 0; k < j; k++) a[i][j] -= a[i][k] * a[k][j];
      a[i][j] /= a[j][j];
    }
    for (int j = i; j < n; j++) {
      for (int k = 0; k < i; k++) a[i][j] -= a[i][k] * a[k][j];
    }
  }
}

uint32_t run_round(void) {
  uint32_t hash = 0;
  for (int repetition = 0; repetition < 4; repetition++) {
    start();
    factor();
    for (int i = 0; i < n; i++) hash = mix_double(hash, a[i][(i * 5) % n]);
  }
  return hash;
}
