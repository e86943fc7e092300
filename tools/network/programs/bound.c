/*
 * "bound FROM TO PORT" connects by TCP from one of this host's addresses, with a hop limit and a
 * traffic class of its own, and says from where it came, and what these are.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

static void check(int result, const char *what) {
  if (result == 0) return;
  perror(what);
  exit(1);
}

int main(int count, char **words) {
  if (count != 4) return 2;
  struct sockaddr_in from = {.sin_family = AF_INET};
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(words[3]))};
  inet_pton(AF_INET, words[1], &from.sin_addr);
  inet_pton(AF_INET, words[2], &to.sin_addr);
  int descriptor = socket(AF_INET, SOCK_STREAM, 0), hops = 9, class = 0x10;
  check(setsockopt(descriptor, IPPROTO_IP, IP_TTL, &hops, sizeof hops), "IP_TTL");
  check(setsockopt(descriptor, IPPROTO_IP, IP_TOS, &class, sizeof class), "IP_TOS");
  check(bind(descriptor, (struct sockaddr *)&from, sizeof from), "bind");
  check(connect(descriptor, (struct sockaddr *)&to, sizeof to), "connect");
  socklen_t length = sizeof from;
  check(getsockname(descriptor, (struct sockaddr *)&from, &length), "getsockname");
  hops = class = 0;
  length = sizeof hops;
  check(getsockopt(descriptor, IPPROTO_IP, IP_TTL, &hops, &length), "IP_TTL");
  check(getsockopt(descriptor, IPPROTO_IP, IP_TOS, &class, &length), "IP_TOS");
  printf("%s %d %d\n", inet_ntoa(from.sin_addr), hops, class);
  return 0;
}
