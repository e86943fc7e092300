/*
 * Opens connections and keeps them, then asks once on each: "idle ADDRESS PORT COUNT" says on how
 * many somebody answered. Nobody is asked before all are open.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static const char request[] = "GET / HTTP/1.1\r\nHost: idle\r\n\r\n";

static int open_connection(const struct sockaddr_in *address) {
  const struct timeval patience = {.tv_sec = 5};
  int descriptor = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience); /* connect's, too */
  setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (connect(descriptor, (const struct sockaddr *)address, sizeof *address) == 0) return descriptor;
  close(descriptor);
  return -1;
}

static int is_answered(int descriptor) {
  char response[512];
  if (send(descriptor, request, sizeof request - 1, MSG_NOSIGNAL) < 0) return 0;
  return recv(descriptor, response, sizeof response, 0) > 0 && memcmp(response, "HTTP/1.1 200", 12) == 0;
}

int main(int argument_count, char **arguments) {
  if (argument_count != 4) return 2;
  int count = atoi(arguments[3]), opened = 0, answered = 0;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(arguments[2]))};
  address.sin_addr.s_addr = inet_addr(arguments[1]);
  const struct rlimit files = {(rlim_t)count + 64, (rlim_t)count + 64};
  if (setrlimit(RLIMIT_NOFILE, &files) != 0) return 2;
  int *connections = calloc((size_t)count, sizeof *connections);
  while (opened < count) {
    connections[opened] = open_connection(&address);
    if (connections[opened] < 0) break;
    opened++;
  }
  while (answered < opened && is_answered(connections[answered])) answered++;
  printf("%d\n", answered);
  return 0;
}
