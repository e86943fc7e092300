/* What sockets do, one scenario for each name; says "ok", or which line of this file is not so. */
#include <arpa/inet.h>
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
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define CHECK(condition) \
  ((condition) ? (void)0 : (printf("line %d: %s (%s)\n", __LINE__, #condition, strerror(errno)), exit(1)))
#define FAILS(call, error) CHECK((call) < 0 && errno == (error))

static struct sockaddr_in loopback(int port) {
  return (struct sockaddr_in){
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(0x7f000001)}};
}

static int port_of(int descriptor) {
  struct sockaddr_in address;
  socklen_t length = sizeof address;
  CHECK(getsockname(descriptor, (struct sockaddr *)&address, &length) == 0);
  return ntohs(address.sin_port);
}

static int open_bound(int type) {
  struct sockaddr_in address = loopback(0);
  int descriptor = socket(AF_INET, type, 0);
  CHECK(descriptor >= 0);
  CHECK(bind(descriptor, (struct sockaddr *)&address, sizeof address) == 0);
  return descriptor;
}

static int open_listener(void) {
  int listener = open_bound(SOCK_STREAM);
  CHECK(listen(listener, 128) == 0);
  return listener;
}

static int connect_to(int port) {
  struct sockaddr_in address = loopback(port);
  int descriptor = socket(AF_INET, SOCK_STREAM, 0);
  CHECK(connect(descriptor, (struct sockaddr *)&address, sizeof address) == 0);
  return descriptor;
}

static void open_pair(int pair[2]) {
  int listener = open_listener();
  pair[0] = connect_to(port_of(listener));
  pair[1] = accept(listener, NULL, NULL);
  CHECK(pair[1] >= 0);
  close(listener);
}

static void set_nonblocking(int descriptor) {
  CHECK(fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK) == 0);
}

static short poll_for(int descriptor, short events, int timeout) {
  struct pollfd polled = {.fd = descriptor, .events = events};
  return poll(&polled, 1, timeout) > 0 ? polled.revents : 0;
}

static int closed_port(void) {
  int bound = open_bound(SOCK_STREAM), port = port_of(bound);
  close(bound);
  return port;
}

static void refused(void) {
  struct sockaddr_in address = loopback(closed_port());
  int descriptor = socket(AF_INET, SOCK_STREAM, 0);
  FAILS(connect(descriptor, (struct sockaddr *)&address, sizeof address), ECONNREFUSED);
}

static void addresses(void) {
  int listener = open_listener(), client = connect_to(port_of(listener));
  struct sockaddr_in peer;
  socklen_t length = sizeof peer;
  int server = accept(listener, (struct sockaddr *)&peer, &length);
  CHECK(server >= 0 && length == sizeof peer && peer.sin_family == AF_INET);
  CHECK(ntohs(peer.sin_port) == port_of(client));
  CHECK(peer.sin_addr.s_addr == htonl(0x7f000001));
  CHECK(port_of(server) == port_of(listener));
  length = sizeof peer;
  CHECK(getpeername(client, (struct sockaddr *)&peer, &length) == 0);
  CHECK(ntohs(peer.sin_port) == port_of(listener));
  FAILS(getpeername(listener, (struct sockaddr *)&peer, &length), ENOTCONN);
}

static void in_use(void) {
  int listener = open_listener(), second = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = loopback(port_of(listener));
  FAILS(bind(second, (struct sockaddr *)&address, sizeof address), EADDRINUSE);
  address.sin_port = 0;
  CHECK(bind(second, (struct sockaddr *)&address, sizeof address) == 0);
}

static void half_close(void) {
  int pair[2];
  char buffer[16];
  open_pair(pair);
  CHECK(send(pair[0], "question", 8, 0) == 8);
  CHECK(shutdown(pair[0], SHUT_WR) == 0);
  CHECK(recv(pair[1], buffer, 8, 0) == 8 && memcmp(buffer, "question", 8) == 0);
  CHECK(recv(pair[1], buffer, 8, 0) == 0);
  CHECK(recv(pair[1], buffer, 8, 0) == 0);
  CHECK(send(pair[1], "answer", 6, 0) == 6);
  close(pair[1]);
  CHECK(recv(pair[0], buffer, sizeof buffer, 0) == 6);
  CHECK(recv(pair[0], buffer, sizeof buffer, 0) == 0);
  FAILS(send(pair[0], "more", 4, 0), EPIPE);
}

static void reset(void) {
  int pair[2];
  char buffer[16];
  struct linger none = {.l_onoff = 1, .l_linger = 0};
  open_pair(pair);
  CHECK(setsockopt(pair[1], SOL_SOCKET, SO_LINGER, &none, sizeof none) == 0);
  close(pair[1]);
  FAILS(recv(pair[0], buffer, sizeof buffer, 0), ECONNRESET);
}

static void again(void) {
  int pair[2], listener = open_listener();
  static char block[65536];
  set_nonblocking(listener);
  FAILS(accept(listener, NULL, NULL), EAGAIN);
  open_pair(pair);
  set_nonblocking(pair[0]);
  set_nonblocking(pair[1]);
  FAILS(recv(pair[0], block, 1, 0), EAGAIN);
  CHECK(poll_for(pair[0], POLLIN, 0) == 0);
  size_t sent = 0, received = 0;
  bool full = false;
  for (int rounds = 0; rounds < 400 && !full; rounds++) {
    ssize_t part = send(pair[0], block, sizeof block, 0);
    CHECK(part > 0 || errno == EAGAIN);
    if (part > 0) sent += (size_t)part;
    else full = poll_for(pair[0], POLLOUT, 50) == 0;
  }
  CHECK(full && sent > 0);
  while (received < sent) {
    CHECK(poll_for(pair[1], POLLIN, 5000) & POLLIN);
    ssize_t part = recv(pair[1], block, sizeof block, 0);
    if (part > 0) received += (size_t)part;
  }
  CHECK(received == sent);
  CHECK(poll_for(pair[0], POLLOUT, 5000) == POLLOUT);
}

static void big(void) {
  enum { TOTAL = 8 << 20 };
  int pair[2];
  static unsigned char out[70001], in[65536];
  size_t sent = 0, received = 0;
  open_pair(pair);
  set_nonblocking(pair[0]);
  set_nonblocking(pair[1]);
  while (received < TOTAL) {
    struct pollfd polled[2] = {{.fd = pair[0], .events = sent < TOTAL ? POLLOUT : 0},
                               {.fd = pair[1], .events = POLLIN}};
    CHECK(poll(polled + (sent == TOTAL), 2 - (sent == TOTAL), 10000) > 0);
    if (sent < TOTAL) {
      size_t length = TOTAL - sent < sizeof out ? TOTAL - sent : sizeof out;
      for (size_t index = 0; index < length; index++) out[index] = (unsigned char)((sent + index) * 7 >> 3);
      ssize_t part = send(pair[0], out, length, 0);
      CHECK(part > 0 || errno == EAGAIN);
      if (part > 0) sent += (size_t)part;
    }
    ssize_t part = recv(pair[1], in, sizeof in, 0);
    CHECK(part > 0 || errno == EAGAIN);
    for (ssize_t index = 0; index < part; index++) {
      if (in[index] != (unsigned char)((received + (size_t)index) * 7 >> 3)) CHECK(!"the same bytes");
    }
    if (part > 0) received += (size_t)part;
  }
}

static void datagrams(void) {
  int one = open_bound(SOCK_DGRAM), two = open_bound(SOCK_DGRAM);
  struct sockaddr_in to = loopback(port_of(two)), from;
  socklen_t length = sizeof from;
  char buffer[2048];
  FAILS(send(one, "x", 1, 0), EDESTADDRREQ);
  CHECK(sendto(one, "hello", 5, 0, (struct sockaddr *)&to, sizeof to) == 5);
  CHECK(sendto(one, "", 0, 0, (struct sockaddr *)&to, sizeof to) == 0);
  CHECK(sendto(one, "longer than that", 16, 0, (struct sockaddr *)&to, sizeof to) == 16);
  CHECK(poll_for(two, POLLIN, 5000) == POLLIN);
  CHECK(recvfrom(two, buffer, sizeof buffer, 0, (struct sockaddr *)&from, &length) == 5);
  CHECK(ntohs(from.sin_port) == port_of(one) && from.sin_addr.s_addr == htonl(0x7f000001));
  CHECK(recv(two, buffer, sizeof buffer, 0) == 0);
  CHECK(recv(two, buffer, 6, 0) == 6 && memcmp(buffer, "longer", 6) == 0);
  CHECK(connect(two, (struct sockaddr *)&from, sizeof from) == 0);
  CHECK(send(two, "back", 4, 0) == 4);
  CHECK(recv(one, buffer, sizeof buffer, 0) == 4);
}

static long milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (long)(now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

static void timeouts(void) {
  int pair[2];
  char buffer[4];
  struct timeval limit = {.tv_usec = 60000}, got;
  socklen_t length = sizeof got;
  open_pair(pair);
  CHECK(setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0);
  CHECK(getsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &got, &length) == 0);
  CHECK(got.tv_sec == 0 && got.tv_usec == 60000);
  long before = milliseconds();
  FAILS(recv(pair[0], buffer, 4, 0), EAGAIN);
  CHECK(milliseconds() - before >= 59);
  before = milliseconds();
  CHECK(poll_for(pair[0], POLLIN, 40) == 0);
  CHECK(milliseconds() - before >= 39);
}

static void polled(void) {
  int listener = open_listener();
  CHECK(poll_for(listener, POLLIN, 10) == 0);
  int client = connect_to(port_of(listener));
  CHECK(poll_for(listener, POLLIN, 5000) == POLLIN);
  int server = accept(listener, NULL, NULL);
  CHECK(poll_for(listener, POLLIN, 0) == 0);
  CHECK(poll_for(server, POLLOUT, 5000) == POLLOUT);
  CHECK(send(client, "abcd", 4, 0) == 4);
  CHECK(poll_for(server, POLLIN, 5000) == POLLIN);
  char buffer[4];
  CHECK(recv(server, buffer, 2, 0) == 2);
  CHECK(poll_for(server, POLLIN, 0) == POLLIN);
  CHECK(recv(server, buffer, 2, 0) == 2);
  CHECK(poll_for(server, POLLIN, 20) == 0);
  close(client);
  CHECK(poll_for(server, POLLIN, 5000) & (POLLIN | POLLHUP));
  CHECK(recv(server, buffer, 4, 0) == 0);
  close(server);
  CHECK(poll_for(server, POLLIN, 0) == POLLNVAL);
}

static void options(void) {
  int pair[2], on = 1, value = -1;
  socklen_t length = sizeof value;
  int listener = open_listener();
  open_pair(pair);
  CHECK(setsockopt(pair[0], IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0);
  CHECK(setsockopt(pair[0], SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on) == 0);
  CHECK(getsockopt(pair[0], SOL_SOCKET, SO_TYPE, &value, &length) == 0 && value == SOCK_STREAM);
  CHECK(getsockopt(listener, SOL_SOCKET, SO_ACCEPTCONN, &value, &length) == 0 && value == 1);
  CHECK(getsockopt(pair[0], SOL_SOCKET, SO_ACCEPTCONN, &value, &length) == 0 && value == 0);
  CHECK(getsockopt(pair[0], SOL_SOCKET, SO_ERROR, &value, &length) == 0 && value == 0);
  CHECK(getsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &value, &length) == 0 && value > 4096);
  int seconds = 30;
  // V8's sockets have no such options.
  if (setsockopt(pair[0], IPPROTO_TCP, TCP_KEEPIDLE, &seconds, sizeof seconds) == 0) {
    CHECK(getsockopt(pair[0], IPPROTO_TCP, TCP_KEEPIDLE, &value, &length) == 0 && value == 30);
    CHECK(setsockopt(pair[0], IPPROTO_TCP, TCP_KEEPCNT, &on, sizeof on) == 0);
    CHECK(setsockopt(pair[0], IPPROTO_TCP, TCP_USER_TIMEOUT, &seconds, sizeof seconds) == 0);
  } else {
    CHECK(errno == ENOPROTOOPT);
  }
  FAILS(setsockopt(pair[0], SOL_SOCKET, 4711, &on, sizeof on), ENOPROTOOPT);
  FAILS(setsockopt(pair[0], SOL_SOCKET, SO_KEEPALIVE, &on, 1), EINVAL);
}

static void peek(void) {
  int pair[2];
  char buffer[8];
  open_pair(pair);
  CHECK(send(pair[0], "peek", 4, 0) == 4);
  CHECK(recv(pair[1], buffer, 8, MSG_PEEK) == 4);
  CHECK(recv(pair[1], buffer, 8, 0) == 4);
  set_nonblocking(pair[1]);
  FAILS(recv(pair[1], buffer, 8, MSG_PEEK), EAGAIN);
}

static void ipv6(void) {
  int listener = socket(AF_INET6, SOCK_STREAM, 0);
  if (listener < 0 && errno == EAFNOSUPPORT) return;
  struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_addr = {{[15] = 1}}};
  socklen_t length = sizeof address;
  if (bind(listener, (struct sockaddr *)&address, length) != 0) return; /* a host without ::1 */
  CHECK(listen(listener, 1) == 0);
  CHECK(getsockname(listener, (struct sockaddr *)&address, &length) == 0);
  CHECK(address.sin6_port != 0 && address.sin6_addr.s6_addr[15] == 1);
  int client = socket(AF_INET6, SOCK_STREAM, 0);
  CHECK(connect(client, (struct sockaddr *)&address, sizeof address) == 0);
  CHECK(accept(listener, (struct sockaddr *)&address, &length) >= 0);
  CHECK(address.sin6_family == AF_INET6 && address.sin6_addr.s6_addr[15] == 1);
}

static void wrong(void) {
  char buffer[4];
  struct sockaddr_in address = loopback(1);
  int descriptor = socket(AF_INET, SOCK_STREAM, 0);
  FAILS(socket(AF_UNIX, SOCK_STREAM, 0), EAFNOSUPPORT);
  FAILS(socket(AF_INET, 77, 0), EPROTONOSUPPORT);
  FAILS(recv(1, buffer, 4, 0), ENOTSOCK);
  FAILS(recv(400, buffer, 4, 0), EBADF);
  FAILS(listen(1, 1), ENOTSOCK);
  FAILS(recv(descriptor, buffer, 4, 0), ENOTCONN);
  FAILS(bind(descriptor, (struct sockaddr *)&address, 4), EINVAL);
  FAILS(connect(descriptor, NULL, 0), EFAULT);
  FAILS(accept(descriptor, NULL, NULL), EINVAL);
  FAILS(lseek(descriptor, 0, SEEK_SET), ESPIPE);
  CHECK(close(descriptor) == 0);
  FAILS(close(descriptor), EBADF);
}

static void nonblocking_connect(void) {
  int listener = open_listener(), error = -1;
  socklen_t length = sizeof error;
  for (int fails = 0; fails < 2; fails++) {
    struct sockaddr_in address = loopback(fails ? closed_port() : port_of(listener));
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    FAILS(connect(descriptor, (struct sockaddr *)&address, sizeof address), EINPROGRESS);
    CHECK(poll_for(descriptor, POLLOUT, 5000) != 0);
    CHECK(getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length) == 0);
    CHECK(error == (fails ? ECONNREFUSED : 0));
    close(descriptor);
  }
}

static void gone(void) {
  int pair[2];
  open_pair(pair);
  close(pair[1]);
  for (int tries = 0; tries < 200; tries++) {
    if (send(pair[0], "x", 1, 0) < 0) {
      CHECK(errno == EPIPE || errno == ECONNRESET);
      return;
    }
    poll(NULL, 0, 5);
  }
  CHECK(!"sending to nobody fails");
}

static void standard_calls(void) {
  int pair[2];
  char buffer[8];
  open_pair(pair);
  CHECK(write(pair[0], "written", 7) == 7);
  CHECK(read(pair[1], buffer, 8) == 7 && memcmp(buffer, "written", 7) == 0);
  struct iovec out[3] = {{"ab", 2}, {"", 0}, {"cde", 3}}, in[2] = {{buffer, 2}, {buffer + 2, 6}};
  CHECK(writev(pair[1], out, 3) == 5);
  CHECK(poll_for(pair[0], POLLIN, 5000) == POLLIN);
  CHECK(readv(pair[0], in, 2) == 5 && memcmp(buffer, "abcde", 5) == 0);
}

static void limit(void) {
  int count = 0;
  while (socket(AF_INET, SOCK_DGRAM, 0) >= 0) count++;
  CHECK(errno == EMFILE || errno == ENFILE);
  CHECK(count >= 200 && count <= 16381);
  CHECK(close(3) == 0);
  CHECK(socket(AF_INET, SOCK_STREAM, 0) == 3);
}

/* An echo server that a test talks to, until somebody sends "q" alone. */
static void serve(int listener) {
  static struct pollfd polled[1020];
  static char buffer[65536];
  int count = 1;
  set_nonblocking(listener);
  polled[0] = (struct pollfd){.fd = listener, .events = POLLIN};
  for (;;) {
    CHECK(poll(polled, (nfds_t)count, -1) > 0);
    for (int index = count - 1; index > 0; index--) {
      if (polled[index].revents == 0) continue;
      ssize_t received = recv(polled[index].fd, buffer, sizeof buffer, 0);
      if (received > 0) {
        if (received == 1 && buffer[0] == 'q') return;
        for (ssize_t sent = 0; sent < received;) {
          ssize_t part = send(polled[index].fd, buffer + sent, (size_t)(received - sent), 0);
          if (part < 0) break;
          sent += part;
        }
      } else {
        close(polled[index].fd);
        polled[index] = polled[--count];
      }
    }
    int accepted;
    while (count < 1020 && (accepted = accept(listener, NULL, NULL)) >= 0) {
      polled[count++] = (struct pollfd){.fd = accepted, .events = POLLIN};
    }
  }
}

static void echo(void) {
  int listener = open_listener();
  printf("listening on port %d\n", port_of(listener));
  fflush(stdout);
  serve(listener);
}

/* The same on the socket that is open from the start. */
static void inherited(void) {
  printf("listening on port %d\n", port_of(3));
  fflush(stdout);
  serve(3);
}

/* Binds the port that is given, and says which one it believes to have. */
static void bind_8080(void) {
  struct sockaddr_in address = loopback(8080);
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  CHECK(bind(listener, (struct sockaddr *)&address, sizeof address) == 0 && listen(listener, 5) == 0);
  printf("listening on port %d\n", port_of(listener));
  fflush(stdout);
  serve(listener);
}

/* Waits for standard input and a socket at once. */
static void input(void) {
  int listener = open_listener();
  struct pollfd both[2] = {{.fd = 0, .events = POLLIN}, {.fd = listener, .events = POLLIN}};
  printf("listening on port %d\n", port_of(listener));
  fflush(stdout);
  for (int events = 0; events < 2;) {
    CHECK(poll(both, 2, 10000) > 0);
    char buffer[16];
    if (both[0].revents != 0) {
      CHECK(read(0, buffer, sizeof buffer) > 0);
      both[0].fd = -1;
      printf("input\n");
      events++;
    }
    if (both[1].revents != 0) {
      CHECK(accept(listener, NULL, NULL) >= 0);
      printf("connection\n");
      events++;
    }
    fflush(stdout);
  }
}

/* Joins a group on the loopback interface, sends one datagram back, and leaves. */
static void group(void) {
  struct sockaddr_in address = {.sin_family = AF_INET}, from;
  struct ip_mreq membership = {.imr_interface = {htonl(0x7f000001)}};
  socklen_t length = sizeof from;
  char buffer[16];
  int descriptor = socket(AF_INET, SOCK_DGRAM, 0);
  CHECK(inet_pton(AF_INET, "239.77.1.2", &membership.imr_multiaddr) == 1);
  CHECK(setsockopt(descriptor, IPPROTO_IP, IP_ADD_MEMBERSHIP, &membership, sizeof membership) == 0);
  CHECK(bind(descriptor, (struct sockaddr *)&address, sizeof address) == 0);
  printf("listening on port %d\n", port_of(descriptor));
  fflush(stdout);
  ssize_t count = recvfrom(descriptor, buffer, sizeof buffer, 0, (struct sockaddr *)&from, &length);
  CHECK(sendto(descriptor, buffer, (size_t)count, 0, (struct sockaddr *)&from, length) == count);
  CHECK(setsockopt(descriptor, IPPROTO_IP, IP_DROP_MEMBERSHIP, &membership, sizeof membership) == 0);
  membership.imr_multiaddr.s_addr = htonl(0x0a000001);
  FAILS(setsockopt(descriptor, IPPROTO_IP, IP_ADD_MEMBERSHIP, &membership, sizeof membership), EINVAL);
}

static const struct {
  const char *name;
  void (*run)(void);
} scenarios[] = {
    {"refused", refused}, {"addresses", addresses}, {"in-use", in_use},
    {"half-close", half_close}, {"reset", reset}, {"again", again},
    {"big", big}, {"datagrams", datagrams}, {"timeouts", timeouts},
    {"polled", polled}, {"options", options}, {"peek", peek},
    {"ipv6", ipv6}, {"wrong", wrong}, {"nonblocking-connect", nonblocking_connect},
    {"gone", gone}, {"standard-calls", standard_calls}, {"limit", limit},
    {"echo", echo}, {"inherited", inherited}, {"bind-8080", bind_8080},
    {"input", input}, {"group", group},
};

int main(int count, char **arguments) {
  for (size_t index = 0; index < sizeof scenarios / sizeof *scenarios; index++) {
    if (count < 2 || strcmp(arguments[1], scenarios[index].name) != 0) continue;
    scenarios[index].run();
    puts("ok");
    return 0;
  }
  puts("no such scenario");
  return 2;
}
