/* Does what its first argument says, so that tests can see an instance from the inside. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static unsigned char filled[32 << 20];

/* Noise, so that the compiler cannot foresee what happens. */
static volatile int zero = 0;
static volatile int one = 1;
static volatile size_t far = 0xfffffff0u;

static int list(char **strings) {
  for (; *strings != NULL; strings++) printf("[%s]\n", *strings);
  return 0;
}

static int copy_input(void) {
  char block[5000];
  size_t total = 0;
  for (;;) {
    ssize_t got = read(0, block, sizeof block);
    if (got <= 0) break;
    fwrite(block, 1, (size_t)got, stdout);
    total += (size_t)got;
  }
  fflush(stdout);
  fprintf(stderr, "%zu bytes\n", total);
  return 0;
}

static int write_output(long length) {
  for (long index = 0; index < length; index++) putchar((int)('a' + index % 26));
  return 0;
}

static int sink(int depth) { return zero != 0 ? depth : sink(depth + 1) + zero; }

/* Overflows the stack that C keeps in its own memory, which ends at address 0. */
static int spill(int depth) {
  volatile char frame[4096];
  frame[zero] = (char)depth;
  return spill(depth + 1) + frame[zero];
}

static int trap(const char *kind) {
  if (strcmp(kind, "unreachable") == 0) __builtin_trap();
  if (strcmp(kind, "divide") == 0) return one / zero;
  if (strcmp(kind, "overflow") == 0) return (one << 31) / (zero - 1);
  if (strcmp(kind, "convert") == 0) {
    return (int)__builtin_wasm_trunc_s_i32_f64((double)zero / zero);
  }
  if (strcmp(kind, "memory") == 0) return *(volatile char *)far;
  if (strcmp(kind, "stack") == 0) return sink(0);
  if (strcmp(kind, "spill") == 0) return spill(0);
  if (strcmp(kind, "call") == 0) return ((int (*)(int))(size_t)(far >> 8))(0);
  return 2;
}

/* Takes memory in pieces of 1 MiB until there is none, which the app is told. */
static int grow(void) {
  for (;;) {
    volatile char *piece = malloc(1 << 20);
    if (piece == NULL) return 9;
    for (size_t at = 0; at < 1 << 20; at += 4096) piece[at] = 1;
  }
}

/* Touches memory that the app was promised when it was started. */
static int fill(void) {
  for (size_t at = 0; at < sizeof filled; at += 4096) filled[at] = (unsigned char)(zero + 1);
  return filled[far % sizeof filled / 4096 * 4096] == 1 ? 0 : 1;
}

static int tell_time(void) {
  struct timespec wall, before, after;
  struct timespec pause = {.tv_sec = 0, .tv_nsec = 20 * 1000 * 1000};
  clock_gettime(CLOCK_REALTIME, &wall);
  clock_gettime(CLOCK_MONOTONIC, &before);
  nanosleep(&pause, NULL);
  clock_gettime(CLOCK_MONOTONIC, &after);
  printf("%lld %lld\n", (long long)wall.tv_sec,
         (after.tv_sec - before.tv_sec) * 1000LL + (after.tv_nsec - before.tv_nsec) / 1000000);
  return 0;
}

/* Waits for input, but not for ever. */
static int wait_input(int milliseconds) {
  struct pollfd input = {.fd = 0, .events = POLLIN};
  printf("%d\n", poll(&input, 1, milliseconds));
  return 0;
}

static int entropy(void) {
  unsigned char bytes[16];
  if (getentropy(bytes, sizeof bytes) != 0) return 1;
  for (size_t at = 0; at < sizeof bytes; at++) printf("%02x", bytes[at]);
  printf("\n");
  return 0;
}

int main(int count, char **strings) {
  const char *what = count > 1 ? strings[1] : "";
  const char *more = count > 2 ? strings[2] : "";
  if (strcmp(what, "arguments") == 0) return list(strings);
  if (strcmp(what, "environment") == 0) return list(environ);
  if (strcmp(what, "input") == 0) return copy_input();
  if (strcmp(what, "output") == 0) return write_output(atol(more));
  if (strcmp(what, "error") == 0) return fputs(more, stderr) < 0;
  if (strcmp(what, "exit") == 0) exit(atoi(more));
  if (strcmp(what, "trap") == 0) return trap(more);
  if (strcmp(what, "grow") == 0) return grow();
  if (strcmp(what, "fill") == 0) return fill();
  if (strcmp(what, "time") == 0) return tell_time();
  if (strcmp(what, "wait") == 0) return wait_input(atoi(more));
  if (strcmp(what, "entropy") == 0) return entropy();
  if (strcmp(what, "spin") == 0) {
    puts("spinning");
    fflush(stdout);
    while (zero == 0) {
    }
  }
  fprintf(stderr, "probe: no such thing: %s\n", what);
  return 1;
}
