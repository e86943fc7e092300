/* Planets that attract one another, as points, in small steps of time. */
#include <math.h>
#include "rounds.h"

enum { bodies = 5, steps = 1000000 };

struct body {
  double position[3], speed[3], mass;
};

static const struct body beginning[bodies] = {
    {{0, 0, 0}, {0, 0, 0}, 39.5},
    {{4.8, -1.2, -0.1}, {0.6, 2.8, -0.02}, 0.038},
    {{8.3, 4.1, -0.4}, {-1.0, 1.8, 0.008}, 0.011},
    {{12.9, -15.1, -0.2}, {1.1, 0.9, -0.01}, 0.0017},
    {{15.4, -25.9, 0.2}, {0.98, 0.6, -0.03}, 0.002},
};

static struct body planets[bodies];

static void advance(double time) {
  for (int i = 0; i < bodies; i++) {
    struct body *one = &planets[i];
    for (int j = i + 1; j < bodies; j++) {
      struct body *other = &planets[j];
      double x = one->position[0] - other->position[0];
      double y = one->position[1] - other->position[1];
      double z = one->position[2] - other->position[2];
      double square = x * x + y * y + z * z;
      double force = time / (square * sqrt(square));
      one->speed[0] -= x * other->mass * force;
      one->speed[1] -= y * other->mass * force;
      one->speed[2] -= z * other->mass * force;
      other->speed[0] += x * one->mass * force;
      other->speed[1] += y * one->mass * force;
      other->speed[2] += z * one->mass * force;
    }
  }
  for (int i = 0; i < bodies; i++) {
    for (int axis = 0; axis < 3; axis++) planets[i].position[axis] += time * planets[i].speed[axis];
  }
}

uint32_t run_round(void) {
  memcpy(planets, beginning, sizeof planets);
  for (int step = 0; step < steps; step++) advance(0.001);
  uint32_t hash = 0;
  for (int i = 0; i < bodies; i++) hash = mix_double(hash, planets[i].position[i % 3]);
  return hash;
}
