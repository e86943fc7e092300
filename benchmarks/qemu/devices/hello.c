/* The hello of all figures, which could read: its kernel is one that looks for devices. */
#include <stdio.h>

static volatile int wants_input;

int main(void) {
  if (wants_input) return getchar();
  puts("Hello from C!");
  return 0;
}
