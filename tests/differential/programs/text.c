/* Formatting and reading of numbers, and the string functions. */
#include <ctype.h>
#include <errno.h>
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "programs.h"

static void floats(void) {
  const double values[] = {0, -0.0, 1, -1.5, 0.1, 123456.789, 1e21, 1e22, 1e-7, 5e-324, DBL_MAX, DBL_MIN,
                           INFINITY, -INFINITY, 3.141592653589793, 2.5, 1e100, 0.3, 1.0 / 3, 9007199254740993.0};
  for (unsigned i = 0; i < sizeof values / sizeof *values; i++) {
    double v = values[i];
    printf("%f %.3e %g %.17g %a %10.2f|%-12.4g|%+.0f %#g\n", v, v, v, v, v, v, v, v, v);
    printf("%d %d %d\n", (int)isnan(v), (int)isinf(v), (int)signbit(v));
  }
}

static void integers(void) {
  const long long values[] = {0, 1, -1, 42, INT_MAX, INT_MIN, LLONG_MAX, LLONG_MIN, 1LL << 32};
  for (unsigned i = 0; i < sizeof values / sizeof *values; i++) {
    long long v = values[i];
    printf("%lld %llu %llx %#llo %+lld %020lld|%-22lld|%d %hhd %c\n", v, (unsigned long long)v, (unsigned long long)v,
           (unsigned long long)v, v, v, v, (int)v, (char)v, (char)('a' + (v & 15)));
  }
}

static void reading(void) {
  const char *texts[] = {"0", "-17", "0x1fp3", "1e400", "-1e-400", "  12.5e1xyz", "nan", "inf", "3.4028236e38",
                         "2.2250738585072011e-308", "123456789012345678901234567890", "0777", ".5.", ""};
  for (unsigned i = 0; i < sizeof texts / sizeof *texts; i++) {
    char *end;
    errno = 0;
    double d = strtod(texts[i], &end);
    printf("%s -> %.17g rest '%s' %d; ", texts[i], d, end, errno);
    errno = 0;
    long l = strtol(texts[i], &end, 0);
    printf("%ld '%s' %d; ", l, end, errno);
    printf("%llu %.9g\n", strtoull(texts[i], 0, 16), (double)strtof(texts[i], 0));
  }
  int a, b;
  char word[20];
  double d;
  printf("%d ", sscanf("12 0x1f hello 2.75", "%d %i %19s %lf", &a, &b, word, &d));
  printf("%d %d %s %g\n", a, b, word, d);
}

static void strings(void) {
  char buffer[200], copy[200];
  strcpy(buffer, "The quick brown fox jumps over the lazy dog");
  printf("%zu %s %s %s\n", strlen(buffer), strchr(buffer, 'q'), strrchr(buffer, 'o'), strstr(buffer, "over"));
  strncpy(copy, buffer, 20);
  copy[20] = 0;
  strcat(copy, "...");
  printf("%s %d %d %d\n", copy, strcmp(copy, buffer) < 0, strncmp(copy, buffer, 20), memcmp("b", "a", 1) > 0);
  for (char *word = strtok(buffer, " "); word; word = strtok(0, " ")) {
    for (char *at = word; *at; at++) *at = (char)(isupper(*at) ? tolower(*at) : toupper(*at));
    printf("[%s:%zu]", word, strspn(word, "OVERTHE"));
  }
  for (int shift = 1; shift < 40; shift += 7) {
    for (int i = 0; i < 200; i++) copy[i] = (char)i;
    memmove(copy + shift, copy, 150);
    memset(copy + 160, shift, 30);
    unsigned sum = 0;
    for (int i = 0; i < 200; i++) sum = sum * 31 + (unsigned char)copy[i];
    printf(" %u %p", sum, memchr(copy, shift, 200) ? (void *)1 : (void *)0);
  }
  printf("\n");
}

int text(void) {
  floats();
  integers();
  reading();
  strings();
  return 0;
}
