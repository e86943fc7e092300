/*
 * An HTTP/1.1 server in C: one loop, many connections, keep-alive. Enough of the protocol for GET
 * and HEAD; `tsuki:http` has all of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECTIONS = 512, REQUEST = 4096 };

/* A connection: what has arrived of a request, and what is still to be sent. */
struct connection {
  size_t length, sent, pending;
  bool closing;
  char request[REQUEST], response[REQUEST];
};

static struct pollfd polled[CONNECTIONS + 1]; /* the listener comes first */
static struct connection *connections[CONNECTIONS + 1];
static int count = 1;

static int open_listener(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  socklen_t length = sizeof address;
  int on = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener, (struct sockaddr *)&address, length) != 0 || listen(listener, 512) != 0) {
    fprintf(stderr, "http: port %d: %s\n", port, errno == EADDRINUSE ? "port in use" : strerror(errno));
    exit(1);
  }
  getsockname(listener, (struct sockaddr *)&address, &length);
  printf("listening on port %d\n", ntohs(address.sin_port));
  fflush(stdout);
  return listener;
}

static void accept_connections(int listener) {
  while (count <= CONNECTIONS) {
    int on = 1, descriptor = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    if (descriptor < 0) return;
    struct connection *connection = calloc(1, sizeof *connection);
    if (connection == NULL) {
      close(descriptor);
      return;
    }
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    polled[count] = (struct pollfd){.fd = descriptor, .events = POLLIN};
    connections[count++] = connection;
  }
}

static void respond(struct connection *connection, const char *status, const char *body, bool head) {
  int written = snprintf(connection->response, REQUEST,
                         "HTTP/1.1 %s\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\n%s\r\n%s",
                         status, strlen(body), connection->closing ? "Connection: close\r\n" : "",
                         head ? "" : body);
  connection->pending = (size_t)written;
  connection->sent = 0;
}

/* Answers the request at the front of the buffer once it is there whole. */
static void answer(struct connection *connection) {
  connection->request[connection->length] = '\0';
  char *end = strstr(connection->request, "\r\n\r\n");
  if (end == NULL) {
    if (connection->length < REQUEST - 1) return;
    connection->closing = true;
    connection->length = 0;
    respond(connection, "431 Request Header Fields Too Large", "too large\n", false);
    return;
  }
  *end = '\0';
  bool head = strncmp(connection->request, "HEAD ", 5) == 0;
  bool get = strncmp(connection->request, "GET ", 4) == 0;
  connection->closing = strstr(connection->request, "HTTP/1.0") != NULL ||
                        strstr(connection->request, "Connection: close") != NULL || !(get || head);
  if (get || head) respond(connection, "200 OK", "Hello from C!\n", head);
  else respond(connection, "405 Method Not Allowed", "GET and HEAD only\n", false);
  size_t used = (size_t)(end + 4 - connection->request);
  connection->length -= used;
  memmove(connection->request, connection->request + used, connection->length);
}

/* Sends what is pending; false when not all of it could be sent now. */
static bool flush(int descriptor, struct connection *connection) {
  while (connection->pending > 0) {
    ssize_t sent = send(descriptor, connection->response + connection->sent, connection->pending, 0);
    if (sent < 0) return false;
    connection->sent += (size_t)sent;
    connection->pending -= (size_t)sent;
  }
  return true;
}

/* Receives, answers and sends as far as that goes; false when the connection is over. */
static bool serve(int descriptor, struct connection *connection) {
  for (bool drained = false;;) {
    if (!flush(descriptor, connection)) return errno == EAGAIN;
    if (connection->closing) return false;
    answer(connection);
    if (connection->pending > 0) continue;
    if (drained) return true;
    size_t room = REQUEST - 1 - connection->length;
    ssize_t received = recv(descriptor, connection->request + connection->length, room, 0);
    if (received <= 0) return received < 0 && errno == EAGAIN;
    connection->length += (size_t)received;
    drained = (size_t)received < room;
  }
}

int main(int argument_count, char **arguments) {
  int listener = open_listener(argument_count > 1 ? atoi(arguments[1]) : 8080);
  polled[0] = (struct pollfd){.fd = listener, .events = POLLIN};
  for (;;) {
    if (poll(polled, (nfds_t)count, -1) < 0) {
      perror("poll");
      return 1;
    }
    for (int index = count - 1; index > 0; index--) {
      if (polled[index].revents == 0) continue;
      if (serve(polled[index].fd, connections[index])) {
        polled[index].events = connections[index]->pending > 0 ? POLLOUT : POLLIN;
        continue;
      }
      close(polled[index].fd);
      free(connections[index]);
      polled[index] = polled[--count];
      connections[index] = connections[count];
    }
    if (polled[0].revents != 0) accept_connections(listener);
  }
}
