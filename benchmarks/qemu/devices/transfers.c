/* Times transfers of /dev/vda past the page cache: what `transfers.as.ts` does, on Linux. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { DEPTH_LIMIT = 32, LARGEST_BUFFERS = 4 << 20 };

static int disk;
static unsigned long long disk_bytes;
static char *buffers;
static unsigned random_state = 1;
static aio_context_t context;

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

static unsigned next_block(unsigned sent, unsigned blocks, int is_random) {
  random_state = random_state * 1103515245 + 12345;
  return (is_random ? random_state >> 8 : sent) % blocks;
}

static void submit(struct iocb *request, unsigned block) {
  request->aio_offset = (long long)block * request->aio_nbytes;
  check(syscall(SYS_io_submit, context, 1, &request) == 1, "io_submit");
}

static void measure(const char *name, int operation, unsigned bytes, unsigned total, unsigned depth,
                    int is_random) {
  struct iocb requests[DEPTH_LIMIT] = {0};
  struct io_event events[DEPTH_LIMIT];
  unsigned blocks = disk_bytes / bytes, sent = 0;
  unsigned long long start = now();
  for (; sent < depth; sent++) {
    struct iocb *request = &requests[sent];
    request->aio_fildes = disk;
    request->aio_lio_opcode = operation;
    request->aio_buf = (unsigned long long)(buffers + (unsigned long)sent * bytes);
    request->aio_nbytes = bytes;
    submit(request, next_block(sent, blocks, is_random));
  }
  for (unsigned done = 0; done < total;) {
    long count = syscall(SYS_io_getevents, context, 1, DEPTH_LIMIT, events, NULL);
    check(count > 0, "io_getevents");
    for (long index = 0; index < count; index++, done++) {
      check(events[index].res == (long long)bytes, "a transfer");
      if (sent == total) continue;
      submit((struct iocb *)events[index].obj, next_block(sent, blocks, is_random));
      sent++;
    }
  }
  printf("%s: %llu\n", name, now() - start);
  fflush(stdout);
}

int main(void) {
  disk = open("/dev/vda", O_RDWR | O_DIRECT);
  check(disk >= 0 && ioctl(disk, BLKGETSIZE64, &disk_bytes) == 0, "/dev/vda");
  check(syscall(SYS_io_setup, DEPTH_LIMIT, &context) == 0, "io_setup");
  buffers = aligned_alloc(4096, LARGEST_BUFFERS);
  check(buffers != NULL, "memory");
  measure("sequential read 64 KiB", IOCB_CMD_PREAD, 65536, 2048, 8, 0);
  measure("sequential write 64 KiB", IOCB_CMD_PWRITE, 65536, 2048, 8, 0);
  measure("sequential read 1 MiB", IOCB_CMD_PREAD, 1 << 20, 128, 4, 0);
  measure("sequential write 1 MiB", IOCB_CMD_PWRITE, 1 << 20, 128, 4, 0);
  measure("random read 4 KiB", IOCB_CMD_PREAD, 4096, 16384, 32, 1);
  measure("random write 4 KiB", IOCB_CMD_PWRITE, 4096, 16384, 32, 1);
  return 0;
}
