/*
 * The native peer of the servers in C: one loop over epoll, edges ignored, one answer to whatever
 * ends in an empty line. The port is its argument; it listens on loopback, or at an address behind it.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS = 1024, REQUEST = 4096, EVENTS = 64 };

static char requests[CONNECTIONS][REQUEST];
static size_t lengths[CONNECTIONS];
static char response[256];
static size_t response_length;

/* The date changes once a second, as in any server. */
static void refresh_response(void) {
  static time_t told;
  time_t now = time(NULL);
  if (now == told) return;
  told = now;
  char date[64];
  strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime(&now));
  response_length = (size_t)snprintf(
      response, sizeof response,
      "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 14\r\nDate: %s\r\n\r\n"
      "Hello from C!\n",
      date);
}

static int open_listener(int port, const char *host) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  address.sin_addr.s_addr = inet_addr(host);
  int on = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0) exit(1);
  if (listen(listener, 512) != 0) exit(1);
  return listener;
}

static void watch(int poller, int descriptor) {
  struct epoll_event event = {.events = EPOLLIN, .data.fd = descriptor};
  epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event);
}

static void accept_connection(int poller, int listener) {
  int on = 1, descriptor = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
  if (descriptor < 0) return;
  if (descriptor >= CONNECTIONS) {
    close(descriptor);
    return;
  }
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  lengths[descriptor] = 0;
  watch(poller, descriptor);
}

static void serve(int descriptor) {
  char *request = requests[descriptor];
  size_t *length = &lengths[descriptor];
  ssize_t received = recv(descriptor, request + *length, REQUEST - *length, 0);
  if (received <= 0) {
    close(descriptor);
    return;
  }
  *length += (size_t)received;
  char *end = memmem(request, *length, "\r\n\r\n", 4);
  if (end == NULL) return;
  refresh_response();
  send(descriptor, response, response_length, MSG_NOSIGNAL);
  *length = 0;
}

int main(int argument_count, char **arguments) {
  int port = argument_count > 1 ? atoi(arguments[1]) : 8080;
  int poller = epoll_create1(0);
  int listener = open_listener(port, argument_count > 2 ? arguments[2] : "127.0.0.1");
  struct epoll_event events[EVENTS];
  watch(poller, listener);
  for (;;) {
    int count = epoll_wait(poller, events, EVENTS, -1);
    for (int index = 0; index < count; index++) {
      int descriptor = events[index].data.fd;
      if (descriptor == listener) accept_connection(poller, listener);
      else serve(descriptor);
    }
  }
}
