/*
 * Starts servers by turns and says how long each took to its first response: fork, exec, and a
 * request as soon as somebody listens.
 *
 *   first-response <rounds> <address> <port> (<word count> <word>...)...
 *
 * Every server must listen on this port of this address. Prints a line a run: server, nanoseconds.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SERVER_LIMIT = 8, WORD_LIMIT = 96, PATIENCE_SECONDS = 10, TRY_LIMIT = 500 };

static const char request[] = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
static char **servers[SERVER_LIMIT];
static struct sockaddr_in address = {.sin_family = AF_INET};

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static pid_t start(char **words) {
  pid_t child = fork();
  if (child < 0) fail("fork");
  if (child > 0) return child;
  if (freopen("/dev/null", "w", stdout) == NULL) _exit(127);
  execv(words[0], words);
  _exit(127);
}

/* Connections under way: a machine that boots refuses nothing, and says nothing for a while. */
static struct pollfd tries[TRY_LIMIT];
static int try_count = 0;

static void add_try(void) {
  if (try_count == TRY_LIMIT) return;
  int on = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (on < 0) fail("socket");
  /* What is closed is forgotten: the next server does not hear of it. */
  const struct linger at_once = {.l_onoff = 1};
  setsockopt(on, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  connect(on, (struct sockaddr *)&address, sizeof address);
  tries[try_count++] = (struct pollfd){.fd = on, .events = POLLOUT};
}

static void drop_try(int index) {
  close(tries[index].fd);
  tries[index] = tries[--try_count];
}

static int asks(int on) {
  char response[512];
  fcntl(on, F_SETFL, 0);
  return send(on, request, sizeof request - 1, MSG_NOSIGNAL) > 0 &&
         recv(on, response, sizeof response, 0) > 0;
}

/* Whether somebody has answered: a new connection each millisecond, and the first that opens asks. */
static int is_answered(void) {
  add_try();
  if (poll(tries, (nfds_t)try_count, 1) < 1) return 0;
  for (int index = try_count - 1; index >= 0; index--) {
    short events = tries[index].revents;
    if (events == 0) continue;
    if ((events & (POLLERR | POLLHUP)) == 0 && asks(tries[index].fd)) return 1;
    drop_try(index);
  }
  return 0;
}

static long long time_first_response(char **words) {
  const struct timespec pause = {.tv_nsec = 50000};
  long long before = now(), after = before;
  pid_t child = start(words);
  while (!is_answered()) {
    if (now() - before > PATIENCE_SECONDS * 1000000000LL) break;
    nanosleep(&pause, NULL);
  }
  after = now();
  while (try_count > 0) drop_try(0);
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
  return after - before;
}

int main(int argument_count, char **arguments) {
  if (argument_count < 6) return 2;
  int rounds = atoi(arguments[1]), count = 0;
  address.sin_addr.s_addr = inet_addr(arguments[2]);
  address.sin_port = htons((unsigned short)atoi(arguments[3]));
  for (int at = 4; at < argument_count && count < SERVER_LIMIT; count++) {
    int words = atoi(arguments[at]);
    if (words < 1 || words > WORD_LIMIT || at + words >= argument_count) return 2;
    servers[count] = calloc((size_t)words + 1, sizeof(char *));
    memcpy(servers[count], arguments + at + 1, (size_t)words * sizeof(char *));
    at += words + 1;
  }
  for (int round = 0; round < rounds; round++) {
    for (int turn = 0; turn < count; turn++) {
      int server = (round + turn) % count;
      printf("%d %lld\n", server, time_first_response(servers[server]));
      fflush(stdout); /* or else every child inherits what is not written yet */
    }
  }
  return 0;
}
