/* C = alpha * A * B + beta * C with doubles. */
#include "rounds.h"

enum { n = 300 };
static double a[n][n], b[n][n], c[n][n];

static void start(void) {
  for (int i = 0; i < n; i++) {
    for (int j = 0; j < n; j++) {
      a[i][j] = (double)((i * j + 1) % n) / n;
      b[i][j] = (double)((i * (j + 1)) % n) / n;
      c[i][j] = (double)((i * (j + 2)) % n) / n;
    }
  }
}

static void multiply(double alpha, double beta) {
  for (int i = 0; i < n; i++) {
    for (int j = 0; j < n; j++) c[i][j] *= beta;
    for (int k = 0; k < n; k++) {
      for (int j = 0; j < n; j++) c[i][j] += alpha * a[i][k] * b[k][j];
    }
  }
}

uint32_t run_round(void) {
  start();
  multiply(1.5, 1.2);
  multiply(0.5, 0.7);
  uint32_t hash = 0;
  for (int i = 0; i < n; i++) hash = mix_double(hash, c[i][(i * 7) % n]);
  return hash;
}
