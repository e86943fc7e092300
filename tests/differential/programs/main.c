/* One command with several programs: the first argument chooses. */
#include <stdio.h>
#include <string.h>
#include "programs.h"

int main(int count, char **arguments) {
  const char *name = count > 1 ? arguments[1] : "";
  if (strcmp(name, "digest") == 0) return digest();
  if (strcmp(name, "text") == 0) return text();
  if (strcmp(name, "structures") == 0) return structures();
  if (strcmp(name, "numbers") == 0) return numbers();
  if (strcmp(name, "lines") == 0) return lines();
  if (strcmp(name, "vectors") == 0) return vectors();
  fprintf(stderr, "no program %s\n", name);
  return 2;
}
