/*
 * Datagrams by UDP, both ends this program, on Linux and in an image. "datagrams serve PORT [GROUP ...]"
 * sends each datagram back to where it came from; it joins the groups, and says what comes of one.
 * "datagrams send HOST PORT SIZE [COUNT]" sends COUNT datagrams of SIZE bytes and fails unless each
 * comes back as it was; to a group, unless somebody answers.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

enum { BUFFER = 65536, TRIES = 20 };

static unsigned char sent[BUFFER], received[BUFFER];

static void fail(const char *what) {
  fprintf(stderr, "datagrams: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void join(int four, int six, const char *group) {
  struct ip_mreq in_four = {0};
  struct ipv6_mreq in_six = {0};
  if (inet_pton(AF_INET, group, &in_four.imr_multiaddr) == 1) {
    if (setsockopt(four, IPPROTO_IP, IP_ADD_MEMBERSHIP, &in_four, sizeof in_four) != 0) fail(group);
  } else {
    if (inet_pton(AF_INET6, group, &in_six.ipv6mr_multiaddr) != 1) fail(group);
    if (setsockopt(six, IPPROTO_IPV6, IPV6_JOIN_GROUP, &in_six, sizeof in_six) != 0) fail(group);
  }
}

static int serve(int port, char **groups) {
  struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
  struct sockaddr_in four_address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  struct sockaddr_storage from;
  int on = 1, four = socket(AF_INET, SOCK_DGRAM, 0), six = socket(AF_INET6, SOCK_DGRAM, 0);
  if (setsockopt(six, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) != 0) fail("IPV6_V6ONLY");
  if (bind(four, (struct sockaddr *)&four_address, sizeof four_address) != 0) fail("bind");
  if (bind(six, (struct sockaddr *)&address, sizeof address) != 0) fail("bind");
  for (; *groups != NULL; groups++) join(four, six, *groups);
  puts("ready");
  fflush(stdout);
  struct timeval soon = {0, 5000};
  setsockopt(four, SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof soon);
  setsockopt(six, SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof soon);
  for (int turn = 0;; turn++) {
    int descriptor = turn & 1 ? four : six;
    socklen_t length = sizeof from;
    ssize_t count = recvfrom(descriptor, received, BUFFER, 0, (struct sockaddr *)&from, &length);
    if (count < 0) continue;
    if (sendto(descriptor, received, (size_t)count, 0, (struct sockaddr *)&from, length) < 0) {
      perror("datagrams: send");
    }
  }
}

static int exchange(const char *host, int port, size_t size, int count) {
  struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
  int is_four = inet_pton(AF_INET, host, &four.sin_addr) == 1;
  if (!is_four && inet_pton(AF_INET6, host, &six.sin6_addr) != 1) fail(host);
  const struct sockaddr *to = is_four ? (void *)&four : (void *)&six;
  socklen_t length = is_four ? sizeof four : sizeof six;
  int descriptor = socket(to->sa_family, SOCK_DGRAM, 0);
  struct timeval second = {1, 0};
  setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof second);
  for (int made = 0; made < count; made++) {
    for (size_t index = 0; index < size; index++) {
      sent[index] = (unsigned char)(index * 31 + (size_t)made + size);
    }
    int tries = 0;
    for (;;) {
      if (tries++ == TRIES) fail("no answer");
      if (sendto(descriptor, sent, size, 0, to, length) != (ssize_t)size) fail("send");
      ssize_t got = recv(descriptor, received, BUFFER, 0);
      if (got == (ssize_t)size && memcmp(sent, received, size) == 0) break;
      if (got >= 0) fail("other bytes came back");
    }
  }
  puts("done");
  return 0;
}

int main(int argument_count, char **arguments) {
  if (argument_count > 2 && strcmp(arguments[1], "serve") == 0) {
    return serve(atoi(arguments[2]), arguments + 3);
  }
  if (argument_count < 5 || strcmp(arguments[1], "send") != 0) {
    fprintf(stderr, "usage: datagrams serve PORT [GROUP ...] | datagrams send HOST PORT SIZE [COUNT]\n");
    return 2;
  }
  int count = argument_count > 5 ? atoi(arguments[5]) : 1;
  return exchange(arguments[2], atoi(arguments[3]), strtoull(arguments[4], NULL, 10), count);
}
