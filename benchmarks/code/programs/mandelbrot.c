/* The Mandelbrot set, one point at a time. */
#include "rounds.h"

enum { size = 500, limit = 60 };

static int escape(double x, double y) {
  double real = 0, imaginary = 0;
  int step = 0;
  for (; step < limit; step++) {
    double squares = real * real + imaginary * imaginary;
    if (squares > 4) break;
    double next = real * real - imaginary * imaginary + x;
    imaginary = 2 * real * imaginary + y;
    real = next;
  }
  return step;
}

uint32_t run_round(void) {
  uint32_t hash = 0;
  for (int row = 0; row < size; row++) {
    for (int column = 0; column < size; column++) {
      hash = mix(hash, (uint32_t)escape(3.0 * column / size - 2.0, 2.0 * row / size - 1.0));
    }
  }
  return hash;
}
