/*
 * Greets everybody named on the command line and, line by line, on standard input.
 * The greeting comes from the environment: GREETING=Moin.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "greet.h"

int main(int count, char **names) {
  const char *greeting = getenv("GREETING");
  int greeted = 0;
  char line[256];

  if (greeting == NULL) greeting = "Hello";
  for (int index = 1; index < count; index++, greeted++) {
    printf("%s, %s!\n", greeting, names[index]);
  }
  while (fgets(line, sizeof line, stdin) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    if (line[0] == '\0') continue;
    printf("%s, %s!\n", greeting, line);
    greeted++;
  }
  if (greeted > 0) return GREETED;
  fputs("greet: name somebody, as an argument or on standard input\n", stderr);
  return NOBODY;
}
