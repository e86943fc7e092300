/*
 * Starts programs by turns and says how long each took, with the same small cost for all: vfork,
 * exec, wait4, from a process that is itself small.
 *
 *   launcher exit|byte <rounds> (<word count> <word>...)...
 *
 * exit: standard output is /dev/null; the time ends when the program has ended.
 * byte: standard output is a pipe, descriptor 3 a connected socket; a second time is the first
 * byte's. Prints a line a run: command, status (negative: signal), nanoseconds to the first byte
 * (0 in exit), nanoseconds to the end.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { COMMAND_LIMIT = 16, FIRST_FREE_DESCRIPTOR = 10, CONTROL_DESCRIPTOR = 3 };

static int null_descriptor;

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static int checked(int result, const char *what) {
  if (result < 0) fail(what);
  return result;
}

/* Out of the way of the descriptors that the child is given. */
static int moved_up(int descriptor) {
  int high = checked(fcntl(descriptor, F_DUPFD_CLOEXEC, FIRST_FREE_DESCRIPTOR), "fcntl");
  close(descriptor);
  return high;
}

static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static pid_t start(char **words, int output, int control) {
  pid_t child = vfork();
  if (child == 0) {
    dup2(null_descriptor, 0);
    dup2(output, 1);
    if (control >= 0) dup2(control, CONTROL_DESCRIPTOR);
    execve(words[0], words, environ);
    _exit(127);
  }
  return checked(child, "vfork");
}

static int finish(pid_t child) {
  int status;
  while (wait4(child, &status, 0, NULL) < 0) {
    if (errno != EINTR) fail("wait4");
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void run_to_exit(int index, char **words) {
  long long before = now();
  int status = finish(start(words, null_descriptor, -1));
  printf("%d %d 0 %lld\n", index, status, now() - before);
}

static void run_to_byte(int index, char **words) {
  int output[2], control[2];
  char bytes[4096];
  checked(pipe2(output, O_CLOEXEC), "pipe2");
  checked(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, control), "socketpair");
  for (int end = 0; end < 2; end++) {
    output[end] = moved_up(output[end]);
    control[end] = moved_up(control[end]);
  }
  long long before = now();
  pid_t child = start(words, output[1], control[1]);
  close(output[1]);
  close(control[1]);
  ssize_t count = read(output[0], bytes, sizeof bytes);
  long long first = count > 0 ? now() - before : -1;
  while (count > 0) count = read(output[0], bytes, sizeof bytes);
  int status = finish(child);
  printf("%d %d %lld %lld\n", index, status, first, now() - before);
  close(output[0]);
  close(control[0]);
}

int main(int count, char **words) {
  char **commands[COMMAND_LIMIT];
  int commands_given = 0;
  if (count < 5) return 2;
  int to_exit = strcmp(words[1], "exit") == 0;
  int rounds = atoi(words[2]);
  for (int at = 3; at < count && commands_given < COMMAND_LIMIT;) {
    int length = atoi(words[at]);
    words[at] = NULL; /* ends the command before */
    commands[commands_given++] = &words[at + 1];
    at += length + 1;
  }
  null_descriptor = moved_up(checked(open("/dev/null", O_RDWR | O_CLOEXEC), "/dev/null"));
  /* Each round begins with another command, so that none always follows the same one. */
  for (int round = 0; round < rounds; round++) {
    for (int turn = 0; turn < commands_given; turn++) {
      int index = (round + turn) % commands_given;
      if (to_exit) run_to_exit(index, commands[index]);
      else run_to_byte(index, commands[index]);
    }
  }
  return 0;
}
