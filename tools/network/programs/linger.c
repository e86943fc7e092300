/*
 * "linger HOST PORT SIZE SECONDS" sends SIZE bytes to a traffic server that reads nothing for a second,
 * closes with SO_LINGER, and says how long that took.
 */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static unsigned char bytes[65536];

static double seconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int count, char **arguments) {
  struct sockaddr_in address = {.sin_family = AF_INET};
  if (count < 5 || inet_pton(AF_INET, arguments[1], &address.sin_addr) != 1) return 2;
  address.sin_port = htons((uint16_t)atoi(arguments[2]));
  uint64_t size = strtoull(arguments[3], NULL, 10);
  struct linger linger = {.l_onoff = 1, .l_linger = atoi(arguments[4])};
  int descriptor = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(descriptor, (struct sockaddr *)&address, sizeof address) != 0) {
    perror("linger: connect");
    return 1;
  }
  unsigned char header[16] = {'s'};
  memcpy(header + 8, &size, 8);
  if (send(descriptor, header, sizeof header, 0) != sizeof header) return 1;
  for (uint64_t sent = 0; sent < size;) {
    size_t part = size - sent < sizeof bytes ? (size_t)(size - sent) : sizeof bytes;
    ssize_t taken = send(descriptor, bytes, part, 0);
    if (taken < 0) {
      perror("linger: send");
      return 1;
    }
    sent += (uint64_t)taken;
  }
  if (setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, sizeof linger) != 0) return 1;
  double start = seconds();
  close(descriptor);
  printf("%.3f\n", seconds() - start);
  return 0;
}
