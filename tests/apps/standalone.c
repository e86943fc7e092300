/* Shows what an image was started with, and does what its first argument says. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

extern char **environ;

static void show(int count, char **arguments) {
  for (int index = 1; index < count; index++) printf("argument %s\n", arguments[index]);
  for (char **entry = environ; *entry != NULL; entry++) printf("variable %s\n", *entry);
}

/* Answers one connection on the first socket that was open before the program started. */
static int serve(void) {
  int connection = accept(3, NULL, NULL);
  if (connection < 0) return 1;
  printf("a line for standard output\n");
  fflush(stdout);
  fprintf(stderr, "a line for standard error\n");
  write(connection, "served\n", 7);
  return close(connection);
}

int main(int count, char **arguments) {
  const char *verb = count > 1 ? arguments[1] : "show";
  if (strcmp(verb, "exit") == 0 && count > 2) return atoi(arguments[2]);
  if (strcmp(verb, "serve") == 0) return serve();
  show(count, arguments);
  fflush(stdout);
  if (strcmp(verb, "wait") == 0) sleep(1000);
  return 0;
}
