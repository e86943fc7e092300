/* Says hello, and could read: its kernel is one that looks for devices. */
#include <stdio.h>

int main(int count, char **words) {
  (void)words;
  if (count > 1000) return getchar();
  puts("Hello from C!");
  return 0;
}
