/* The mathematical functions, matrices, orbits, 128-bit integers. */
#include <complex.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include "programs.h"

static void functions(void) {
  const double values[] = {0, 0.5, -0.5, 1, 2.75, -3.25, 10, 100.125, 1e-10, 12345.678};
  for (unsigned i = 0; i < sizeof values / sizeof *values; i++) {
    double v = values[i];
    int exponent;
    double whole, mantissa = frexp(v, &exponent);
    printf("%a %a %a %a %a %a\n", sin(v), cos(v), tan(v), exp(v / 10), log(fabs(v) + 1), sqrt(fabs(v)));
    printf("%a %a %a %a %a %a\n", atan(v), atan2(v, 2), pow(fabs(v), 1.5), fmod(v, 0.7), cbrt(v), hypot(v, 3));
    printf("%a %d %a %a %g %g %g %g %ld\n", mantissa, exponent, modf(v, &whole), whole, floor(v), ceil(v), rint(v), round(v), lrint(v));
    printf("%a %a %a %a\n", (double)sinf((float)v), (double)expf((float)v / 10), tgamma(fabs(v) / 50 + 0.1), erf(v));
  }
}

static void matrices(void) {
  enum { n = 24 };
  static double a[n][n], b[n][n], c[n][n];
  static float f[n][n];
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) a[i][j] = sin(i * n + j), b[i][j] = 1.0 / (i + j + 1), f[i][j] = (float)(i - j) / 3;
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++)
      for (int k = 0; k < n; k++) c[i][j] += a[i][k] * b[k][j] + f[k][i];
  double trace = 0, sum = 0;
  for (int i = 0; i < n; i++) {
    trace += c[i][i];
    for (int j = 0; j < n; j++) sum += c[i][j] * (j & 1 ? -1 : 1);
  }
  printf("%a %a\n", trace, sum);
}

static void orbits(void) {
  double x[3] = {1, 0, -1}, y[3] = {0, 1, 0.5}, vx[3] = {0, -0.3, 0.2}, vy[3] = {0.4, 0, -0.1};
  for (int step = 0; step < 2000; step++) {
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 3; j++) {
        if (i == j) continue;
        double dx = x[j] - x[i], dy = y[j] - y[i], d = dx * dx + dy * dy + 0.01;
        vx[i] += 0.001 * dx / (d * sqrt(d));
        vy[i] += 0.001 * dy / (d * sqrt(d));
      }
    }
    for (int i = 0; i < 3; i++) x[i] += 0.001 * vx[i], y[i] += 0.001 * vy[i];
  }
  for (int i = 0; i < 3; i++) printf("%a %a ", x[i], y[i]);
  printf("\n");
  for (int row = 0; row < 16; row++) {
    for (int column = 0; column < 50; column++) {
      double complex z = 0, c = (column - 35) / 20.0 + (row - 8) / 8.0 * I;
      int steps = 0;
      while (steps < 60 && creal(z) * creal(z) + cimag(z) * cimag(z) < 4) z = z * z + c, steps++;
      putchar(" .:-=+*#%@"[steps * 9 / 60]);
    }
    putchar('\n');
  }
}

static void wide(void) {
  unsigned __int128 product = 1;
  __int128 negative = -1;
  for (int i = 1; i < 34; i++) {
    product *= (unsigned)i;
    negative = negative * 7 - i;
    uint64_t divided = (uint64_t)(product / 1000000007u), rest = (uint64_t)(product % 998244353u);
    double asDouble = (double)product;
    printf("%016llx %016llx %lld %lld %a %a\n", (unsigned long long)divided, (unsigned long long)rest,
           (long long)(negative >> 3), (long long)(negative / 11), asDouble, (double)(float)(int64_t)negative);
  }
}

int numbers(void) {
  functions();
  matrices();
  orbits();
  wide();
  return 0;
}
