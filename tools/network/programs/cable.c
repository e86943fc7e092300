/*
 * A cable between two taps, with what real ones do to frames: cable LEFT RIGHT DELAY_US JITTER_US
 * LOSS DUPLICATE SEED MEGABITS. Loss and duplicates are counted in 10,000 frames; jitter is added to
 * the delay at random, so that frames overtake one another; 0 megabits a second are no limit. It makes
 * the taps, brings them up, says "ready", and runs until it is ended.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { FRAMES = 4096, FRAME_BYTES = 2048, WAITING = 2000 };

struct frame {
  uint64_t due; /* nanoseconds */
  int length;
  int to;
  unsigned char bytes[FRAME_BYTES];
};

static struct frame frames[FRAMES];
static struct frame *heap[FRAMES], *unused[FRAMES];
static int heap_count, unused_count, waiting[2];
static int taps[2];
static uint64_t delay, jitter, free_at[2], megabits, state;
static uint32_t loss, duplicate;

static void fail(const char *what) {
  fprintf(stderr, "cable: %s: %s\n", what, strerror(errno));
  exit(1);
}

static uint32_t random_bits(void) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(state >> 33);
}

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static int open_tap(const char *name) {
  struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};
  int tap = open("/dev/net/tun", O_RDWR | O_NONBLOCK), any = socket(AF_UNIX, SOCK_DGRAM, 0);
  if (tap < 0) fail("/dev/net/tun");
  strncpy(request.ifr_name, name, IFNAMSIZ - 1);
  if (ioctl(tap, TUNSETIFF, &request) < 0) fail(name);
  if (ioctl(any, SIOCGIFFLAGS, &request) < 0) fail(name);
  request.ifr_flags |= IFF_UP;
  if (ioctl(any, SIOCSIFFLAGS, &request) < 0) fail(name);
  close(any);
  return tap;
}

static void sift_up(int place) {
  struct frame *frame = heap[place];
  for (; place > 0 && heap[(place - 1) / 2]->due > frame->due; place = (place - 1) / 2) {
    heap[place] = heap[(place - 1) / 2];
  }
  heap[place] = frame;
}

static struct frame *take_first(void) {
  struct frame *first = heap[0], *last = heap[--heap_count];
  int place = 0;
  for (;;) {
    int child = 2 * place + 1;
    if (child >= heap_count) break;
    if (child + 1 < heap_count && heap[child + 1]->due < heap[child]->due) child++;
    if (heap[child]->due >= last->due) break;
    heap[place] = heap[child];
    place = child;
  }
  if (heap_count > 0) heap[place] = last;
  return first;
}

/* When a frame is at the other end: it waits for those before it, then travels. */
static uint64_t arrival(int to, int length, uint64_t time) {
  if (megabits != 0) {
    if (free_at[to] < time) free_at[to] = time;
    free_at[to] += (uint64_t)(length + 24) * 8000 / megabits;
    time = free_at[to];
  }
  return time + delay + (jitter == 0 ? 0 : random_bits() % jitter);
}

static void carry(int from, const unsigned char *bytes, int length, uint64_t time) {
  int to = 1 - from;
  if (unused_count == 0 || waiting[to] == WAITING) return;
  struct frame *frame = unused[--unused_count];
  memcpy(frame->bytes, bytes, (size_t)length);
  frame->length = length;
  frame->to = to;
  frame->due = arrival(to, length, time);
  waiting[to]++;
  heap[heap_count] = frame;
  sift_up(heap_count++);
}

static void take_in(int from) {
  static unsigned char bytes[FRAME_BYTES];
  for (int count = 0; count < 64; count++) {
    int length = (int)read(taps[from], bytes, sizeof bytes);
    if (length <= 0) return;
    if (random_bits() % 10000 < loss) continue;
    uint64_t time = now();
    carry(from, bytes, length, time);
    if (random_bits() % 10000 < duplicate) carry(from, bytes, length, time);
  }
}

static void deliver(void) {
  while (heap_count > 0 && heap[0]->due <= now()) {
    struct frame *frame = take_first();
    waiting[frame->to]--;
    if (write(taps[frame->to], frame->bytes, (size_t)frame->length) < 0 && errno != EAGAIN && errno != EIO) {
      fail("write");
    }
    unused[unused_count++] = frame;
  }
}

int main(int count, char **words) {
  if (count != 9) {
    fprintf(stderr, "usage: cable LEFT RIGHT DELAY_US JITTER_US LOSS DUPLICATE SEED MEGABITS\n");
    return 2;
  }
  prctl(PR_SET_TIMERSLACK, 1000);
  delay = strtoull(words[3], NULL, 10) * 1000;
  jitter = strtoull(words[4], NULL, 10) * 1000;
  loss = (uint32_t)atoi(words[5]);
  duplicate = (uint32_t)atoi(words[6]);
  state = strtoull(words[7], NULL, 10);
  megabits = strtoull(words[8], NULL, 10);
  for (int index = 0; index < FRAMES; index++) unused[unused_count++] = &frames[index];
  for (int end = 0; end < 2; end++) taps[end] = open_tap(words[1 + end]);
  puts("ready");
  fflush(stdout);
  for (;;) {
    struct pollfd polled[2] = {{.fd = taps[0], .events = POLLIN}, {.fd = taps[1], .events = POLLIN}};
    struct timespec wait = {0, 0};
    if (heap_count > 0) {
      uint64_t time = now(), due = heap[0]->due, left = due > time ? due - time : 0;
      wait = (struct timespec){(time_t)(left / 1000000000u), (long)(left % 1000000000u)};
    }
    if (ppoll(polled, 2, heap_count > 0 ? &wait : NULL, NULL) < 0 && errno != EINTR) fail("ppoll");
    deliver();
    for (int end = 0; end < 2; end++) {
      if (polled[end].revents != 0) take_in(end);
    }
  }
}
