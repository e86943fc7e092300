/* Counts the words of the standard input and repeats its lines in reverse. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "programs.h"

int lines(void) {
  char line[256], *kept[200];
  int count = 0, words = 0;
  while (count < 200 && fgets(line, sizeof line, stdin)) {
    for (char *at = line; *at; at++) words += !isspace(*at) && (at == line || isspace(at[-1]));
    kept[count++] = strdup(line);
  }
  while (count--) fputs(kept[count], stdout);
  printf("%d words\n", words);
  fprintf(stderr, "done\n");
  return words % 100;
}
