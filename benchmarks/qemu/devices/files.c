/*
 * Times transfers as a program has them, one call after the other: of the disk /data.img, or on Linux of
 * the block device /dev/vda past the page cache.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { LARGEST = 1 << 20 };

static int disk;
static off_t disk_bytes;
static char *buffer;
static unsigned random_state = 1;

static void check(int is_fine, const char *what) {
  if (is_fine) return;
  perror(what);
  exit(1);
}

static unsigned long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000ULL + time.tv_nsec;
}

static void measure(const char *name, int writes, size_t bytes, unsigned total, int is_random) {
  unsigned blocks = disk_bytes / bytes;
  unsigned long long start = now();
  for (unsigned index = 0; index < total; index++) {
    random_state = random_state * 1103515245 + 12345;
    off_t offset = (off_t)((is_random ? random_state >> 8 : index) % blocks) * bytes;
    ssize_t moved = writes ? pwrite(disk, buffer, bytes, offset) : pread(disk, buffer, bytes, offset);
    check(moved == (ssize_t)bytes, name);
  }
  printf("%s: %llu\n", name, now() - start);
  fflush(stdout);
}

int main(void) {
#ifdef __wasi__
  disk = open("/data.img", O_RDWR);
#else
  disk = open("/dev/vda", O_RDWR | O_DIRECT);
#endif
  disk_bytes = lseek(disk, 0, SEEK_END);
  buffer = aligned_alloc(4096, LARGEST);
  check(disk >= 0 && disk_bytes > 0 && buffer != NULL, "the disk");
  measure("sequential read 4 KiB", 0, 4096, 4096, 0);
  measure("sequential read 64 KiB", 0, 65536, 1024, 0);
  measure("sequential write 64 KiB", 1, 65536, 1024, 0);
  measure("sequential read 1 MiB", 0, LARGEST, 64, 0);
  measure("sequential write 1 MiB", 1, LARGEST, 64, 0);
  measure("random read 4 KiB", 0, 4096, 1024, 1);
  measure("random write 4 KiB", 1, 4096, 1024, 1);
  return 0;
}
