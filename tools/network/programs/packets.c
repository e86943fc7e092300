/* Asks for echoes of small UDP packets, many at once: prints how many come back in a second.
   packets ADDRESS PORT SECONDS WINDOW */
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

enum { PACKET_BYTES = 64, START_SECONDS = 30, LOST_MS = 20, START_MS = 100 };

static int udp;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void ask(long count) {
  static char packet[PACKET_BYTES];
  while (count-- > 0) send(udp, packet, sizeof packet, 0);
}

/* Takes what has come, and waits for the first of it: how many. */
static long take(int limit_ms) {
  char packet[2048];
  struct pollfd ready = {.fd = udp, .events = POLLIN};
  long count = 0;
  if (poll(&ready, 1, limit_ms) <= 0) return 0;
  while (recv(udp, packet, sizeof packet, MSG_DONTWAIT) >= 0) count++;
  return count;
}

int main(int count, char **words) {
  if (count != 5) return 2;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(words[2]))};
  double seconds = atof(words[3]);
  long window = atol(words[4]), answers = 0;
  udp = socket(AF_INET, SOCK_DGRAM, 0);
  if (inet_pton(AF_INET, words[1], &address.sin_addr) != 1) return 2;
  if (connect(udp, (struct sockaddr *)&address, sizeof address) != 0) return 1;
  double latest = now() + START_SECONDS;
  for (ask(1); take(START_MS) == 0; ask(1)) {
    if (now() > latest) return 1;
  }
  while (take(LOST_MS) != 0) continue;
  double start = now(), end = start + seconds;
  ask(window);
  while (now() < end) {
    long came = take(LOST_MS);
    answers += came;
    /* Of what does not come in time, nothing will: the window is filled anew. */
    ask(came == 0 ? window : came);
  }
  printf("%.0f\n", (double)answers / (now() - start));
  return 0;
}
