/*
 * Traffic by TCP that says whether every byte came, once and in order. Both ends are this program, on
 * Linux and in an image: "traffic serve PORT [COUNT]" answers COUNT connections, or for ever;
 * "traffic KIND HOST PORT SIZE [COUNT]" makes COUNT of them one after the other, says how long they
 * took, and fails if something is not as it should be.
 *
 * A connection begins with the kind and the size, in 16 bytes:
 *   u  upload: SIZE bytes come, and the end; the answer is their check value
 *   d  download: SIZE bytes go, and the end
 *   e  echo: what comes goes back, up to the end, and both may be under way at once
 *   s  stall: as u, but nothing is read for a second, so that the window closes
 *   p  pause: as d, but the client reads nothing for a second
 *   r  reset: the server closes with bytes unread
 *   i  in: as u, o  out: as d, but nobody makes or looks at the bytes: only the way there counts
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { HEADER = 16, BUFFER = 65536 };

static unsigned char buffer[BUFFER];

static void fail(const char *what) {
  fprintf(stderr, "traffic: %s: %s\n", what, strerror(errno));
  exit(1);
}

static double seconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void pause_for_a_second(void) {
  struct timespec time = {1, 0};
  nanosleep(&time, NULL);
}

/* Bytes of a stream that repeats after no power of two. */
static void fill(unsigned char *bytes, size_t length, uint64_t position) {
  for (size_t index = 0; index < length; index++) {
    bytes[index] = (unsigned char)((position + index) % 65521 * 167 >> 3);
  }
}

/* FNV-1a, 64 bits. */
static uint64_t check(uint64_t value, const unsigned char *bytes, size_t length) {
  for (size_t index = 0; index < length; index++) value = (value ^ bytes[index]) * 0x100000001b3u;
  return value;
}

static int send_all(int descriptor, const unsigned char *bytes, size_t length) {
  while (length > 0) {
    ssize_t sent = send(descriptor, bytes, length, MSG_NOSIGNAL);
    if (sent < 0) return -1;
    bytes += sent;
    length -= (size_t)sent;
  }
  return 0;
}

static int receive_all(int descriptor, unsigned char *bytes, size_t length) {
  while (length > 0) {
    ssize_t received = recv(descriptor, bytes, length, 0);
    if (received <= 0) return -1;
    bytes += received;
    length -= (size_t)received;
  }
  return 0;
}

static int send_stream(int descriptor, uint64_t size) {
  for (uint64_t position = 0; position < size;) {
    size_t part = size - position < BUFFER ? (size_t)(size - position) : BUFFER;
    fill(buffer, part, position);
    if (send_all(descriptor, buffer, part) != 0) return -1;
    position += part;
  }
  return 0;
}

/* Takes a stream up to its end; its length, and its check value. */
static int64_t receive_stream(int descriptor, uint64_t *value) {
  int64_t total = 0;
  *value = 0xcbf29ce484222325u;
  for (;;) {
    ssize_t received = recv(descriptor, buffer, BUFFER, 0);
    if (received < 0) return -1;
    if (received == 0) return total;
    *value = check(*value, buffer, (size_t)received);
    total += received;
  }
}

static uint64_t expected_value(uint64_t size) {
  uint64_t value = 0xcbf29ce484222325u;
  for (uint64_t position = 0; position < size;) {
    size_t part = size - position < BUFFER ? (size_t)(size - position) : BUFFER;
    fill(buffer, part, position);
    value = check(value, buffer, part);
    position += part;
  }
  return value;
}

/* Sends whatever is in the buffer. */
static int send_anything(int descriptor, uint64_t size) {
  while (size > 0) {
    size_t part = size < BUFFER ? (size_t)size : BUFFER;
    if (send_all(descriptor, buffer, part) != 0) return -1;
    size -= part;
  }
  return 0;
}

/* Takes a stream up to its end and looks at nothing; its length. */
static uint64_t receive_anything(int descriptor) {
  uint64_t total = 0;
  ssize_t received;
  while ((received = recv(descriptor, buffer, BUFFER, 0)) > 0) total += (uint64_t)received;
  return total;
}

static void echo(int descriptor) {
  for (;;) {
    ssize_t received = recv(descriptor, buffer, BUFFER, 0);
    if (received <= 0 || send_all(descriptor, buffer, (size_t)received) != 0) return;
  }
}

static void answer(int descriptor) {
  unsigned char header[HEADER];
  uint64_t size, value;
  if (receive_all(descriptor, header, HEADER) != 0) return;
  memcpy(&size, header + 8, 8);
  if (header[0] == 'd' || header[0] == 'p') send_stream(descriptor, size);
  if (header[0] == 'e') echo(descriptor);
  if (header[0] == 's') pause_for_a_second();
  if (header[0] == 'r') recv(descriptor, buffer, 1, MSG_PEEK);
  if (header[0] == 'o') send_anything(descriptor, size);
  if (header[0] == 'i') {
    value = receive_anything(descriptor);
    send_all(descriptor, (unsigned char *)&value, 8);
  }
  if (header[0] == 'u' || header[0] == 's') {
    if (receive_stream(descriptor, &value) >= 0) send_all(descriptor, (unsigned char *)&value, 8);
  }
}

/* On Linux an image's rival is CUBIC, whatever the host's default is. */
static void use_cubic(int descriptor) {
#ifdef TCP_CONGESTION
  setsockopt(descriptor, IPPROTO_TCP, TCP_CONGESTION, "cubic", 5);
#else
  (void)descriptor;
#endif
}

static int serve(int port, int count) {
  struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
  int on = 1, listener = socket(AF_INET6, SOCK_STREAM, 0);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0) fail("bind");
  if (listen(listener, 128) != 0) fail("listen");
  puts("ready");
  fflush(stdout);
  for (int served = 0; count == 0 || served < count; served++) {
    int descriptor = accept(listener, NULL, NULL);
    if (descriptor < 0) fail("accept");
    use_cubic(descriptor);
    answer(descriptor);
    close(descriptor);
  }
  return 0;
}

static int connect_to(const char *host, int port) {
  struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
  int is_four = inet_pton(AF_INET, host, &four.sin_addr) == 1;
  if (!is_four && inet_pton(AF_INET6, host, &six.sin6_addr) != 1) fail(host);
  int descriptor = socket(is_four ? AF_INET : AF_INET6, SOCK_STREAM, 0);
  const void *address = is_four ? (void *)&four : (void *)&six;
  if (connect(descriptor, address, is_four ? sizeof four : sizeof six) != 0) fail("connect");
  return descriptor;
}

/* Sends and takes back at the same time. */
static void exchange(int descriptor, uint64_t size) {
  static unsigned char out[BUFFER], in[BUFFER], wanted[BUFFER];
  uint64_t sent = 0, received = 0;
  fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK);
  while (received < size) {
    struct pollfd polled = {.fd = descriptor, .events = POLLIN};
    if (sent < size) polled.events |= POLLOUT;
    if (poll(&polled, 1, 60000) <= 0) fail("poll");
    if (sent < size && (polled.revents & POLLOUT) != 0) {
      size_t part = size - sent < BUFFER ? (size_t)(size - sent) : BUFFER;
      fill(out, part, sent);
      ssize_t count = send(descriptor, out, part, MSG_NOSIGNAL);
      if (count < 0 && errno != EAGAIN) fail("send");
      if (count > 0) sent += (uint64_t)count;
      if (sent == size) shutdown(descriptor, SHUT_WR);
    }
    ssize_t count = recv(descriptor, in, BUFFER, 0);
    if (count == 0 || (count < 0 && errno != EAGAIN)) fail("receive");
    if (count < 0) continue;
    fill(wanted, (size_t)count, received);
    if (memcmp(in, wanted, (size_t)count) != 0) fail("other bytes came back");
    received += (uint64_t)count;
  }
  if (sent == size && poll(&(struct pollfd){.fd = descriptor, .events = POLLIN}, 1, 60000) <= 0) fail("end");
  if (recv(descriptor, in, 1, 0) != 0) fail("the end");
}

static void upload(int descriptor, uint64_t size) {
  uint64_t value, wanted = expected_value(size);
  if (send_stream(descriptor, size) != 0) fail("send");
  if (shutdown(descriptor, SHUT_WR) != 0) fail("shutdown");
  if (receive_all(descriptor, (unsigned char *)&value, 8) != 0) fail("receive");
  if (value != wanted) fail("other bytes arrived");
  if (recv(descriptor, &value, 1, 0) != 0) fail("no end behind the answer");
}

static void pass_in(int descriptor, uint64_t size) {
  uint64_t arrived;
  if (send_anything(descriptor, size) != 0) fail("send");
  if (shutdown(descriptor, SHUT_WR) != 0) fail("shutdown");
  if (receive_all(descriptor, (unsigned char *)&arrived, 8) != 0) fail("receive");
  if (arrived != size) fail("not all arrived");
}

static void download(int descriptor, uint64_t size) {
  uint64_t value;
  int64_t length = receive_stream(descriptor, &value);
  if (length < 0) fail("receive");
  if ((uint64_t)length != size) fail("not all came");
  if (value != expected_value(size)) fail("other bytes came");
}

/* The server does not read this, and closes: the connection is broken off. */
static void expect_reset(int descriptor) {
  memset(buffer, 1, BUFFER);
  send_all(descriptor, buffer, 1000);
  ssize_t received = recv(descriptor, buffer, 1, 0);
  if (received >= 0 || errno != ECONNRESET) fail("no reset");
}

static void converse(int descriptor, char kind, uint64_t size) {
  unsigned char header[HEADER] = {(unsigned char)kind};
  memcpy(header + 8, &size, 8);
  if (send_all(descriptor, header, HEADER) != 0) fail("send");
  if (kind == 'u' || kind == 's') upload(descriptor, size);
  if (kind == 'p') pause_for_a_second();
  if (kind == 'd' || kind == 'p') download(descriptor, size);
  if (kind == 'i') pass_in(descriptor, size);
  if (kind == 'o' && receive_anything(descriptor) != size) fail("not all came");
  if (kind == 'e') exchange(descriptor, size);
  if (kind == 'r') expect_reset(descriptor);
}

int main(int argument_count, char **arguments) {
  if (argument_count > 2 && strcmp(arguments[1], "serve") == 0) {
    return serve(atoi(arguments[2]), argument_count > 3 ? atoi(arguments[3]) : 0);
  }
  if (argument_count < 5) {
    fprintf(stderr, "usage: traffic serve PORT [COUNT] | traffic KIND HOST PORT SIZE [COUNT]\n");
    return 2;
  }
  int port = atoi(arguments[3]), count = argument_count > 5 ? atoi(arguments[5]) : 1;
  uint64_t size = strtoull(arguments[4], NULL, 10);
  double start = seconds();
  for (int made = 0; made < count; made++) {
    int descriptor = connect_to(arguments[2], port);
    converse(descriptor, arguments[1][0], size);
    close(descriptor);
  }
  printf("%.6f\n", seconds() - start);
  return 0;
}
