/*
 * Does with files what standard input says, line by line, and says what came of it. The first argument
 * is the directory in which all of it happens: every path is put behind it.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SLOTS = 10, NAMES = 4096 };

static const char *root;
static int slots[SLOTS];
static char words[4][8192];
static char buffer[70000];

static const char *error_name(int number) {
  static const struct { int number; const char *name; } names[] = {
      {EACCES, "EACCES"}, {EBADF, "EBADF"}, {EBUSY, "EBUSY"}, {EEXIST, "EEXIST"}, {EFBIG, "EFBIG"},
      {EINVAL, "EINVAL"}, {EIO, "EIO"}, {EISDIR, "EISDIR"}, {ELOOP, "ELOOP"}, {EMFILE, "EMFILE"},
      {ENAMETOOLONG, "ENAMETOOLONG"}, {ENOENT, "ENOENT"}, {ENOSPC, "ENOSPC"}, {ENOTDIR, "ENOTDIR"},
      {ENOTEMPTY, "ENOTEMPTY"}, {ENOTSUP, "ENOTSUP"}, {EPERM, "EPERM"}, {EROFS, "EROFS"},
      {ESPIPE, "ESPIPE"}, {EXDEV, "EXDEV"}, {ENOTCAPABLE, "ENOTCAPABLE"}, {EILSEQ, "EILSEQ"},
  };
  for (size_t index = 0; index < sizeof names / sizeof *names; index++) {
    if (names[index].number == number) return names[index].name;
  }
  static char other[16];
  snprintf(other, sizeof other, "error %d", number);
  return other;
}

static const char *path(int word) {
  static char paths[2][16384];
  char *place = paths[word & 1];
  snprintf(place, sizeof paths[0], "%s/%s", root, words[word]);
  return place;
}

static int slot(int word) { return slots[atoi(words[word]) % SLOTS]; }

static void say(long result) {
  if (result < 0) printf("%s\n", error_name(errno));
  else printf("%ld\n", result);
}

static int flags_of(const char *letters) {
  int flags = strchr(letters, 'w') ? (strchr(letters, 'r') ? O_RDWR : O_WRONLY) : O_RDONLY;
  if (strchr(letters, 'c')) flags |= O_CREAT;
  if (strchr(letters, 'x')) flags |= O_EXCL;
  if (strchr(letters, 't')) flags |= O_TRUNC;
  if (strchr(letters, 'a')) flags |= O_APPEND;
  if (strchr(letters, 'd')) flags |= O_DIRECTORY;
  if (strchr(letters, 'n')) flags |= O_NOFOLLOW;
  return flags;
}

static void say_status(int result, const struct stat *status) {
  if (result < 0) { say(result); return; }
  const char *type = S_ISDIR(status->st_mode) ? "directory" : S_ISLNK(status->st_mode) ? "link" : "file";
  if (S_ISREG(status->st_mode)) printf("%s %lld\n", type, (long long)status->st_size);
  else printf("%s\n", type);
}

static int by_name(const void *one, const void *other) {
  return strcmp(*(char *const *)one, *(char *const *)other);
}

static void list(void) {
  static char *names[NAMES];
  int count = 0;
  DIR *directory = opendir(path(1));
  if (directory == NULL) { say(-1); return; }
  for (struct dirent *entry; count < NAMES && (entry = readdir(directory)) != NULL;) {
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
      names[count++] = strdup(entry->d_name);
    }
  }
  closedir(directory);
  qsort(names, count, sizeof *names, by_name);
  if (strcmp(words[2], "count") == 0) printf("%d", count);
  else for (int index = 0; index < count; index++) printf(index == 0 ? "%s" : " %s", names[index]);
  for (int index = 0; index < count; index++) free(names[index]);
  printf("\n");
}

static void read_bytes(long offset) {
  size_t wanted = atoi(words[2]);
  if (wanted > sizeof buffer) wanted = sizeof buffer;
  ssize_t bytes = offset < 0 ? read(slot(1), buffer, wanted) : pread(slot(1), buffer, wanted, offset);
  if (bytes < 0) { say(bytes); return; }
  putchar('"');
  for (ssize_t index = 0; index < bytes; index++) putchar(buffer[index] == 0 ? '0' : buffer[index]);
  printf("\"\n");
}

static void fill(void) { /* fill SLOT BYTES: writes that many in large pieces */
  long left = atol(words[2]), written = 0;
  memset(buffer, 'x', sizeof buffer);
  while (left > 0) {
    ssize_t bytes = write(slot(1), buffer, left < 65536 ? left : 65536);
    if (bytes < 0) { printf("%s after %ld\n", error_name(errno), written); return; }
    written += bytes;
    left -= bytes;
  }
  say(written);
}

static void hammer(void) { /* hammer PATH TIMES: reads what is there, again and again */
  int opened = 0, secret = 0;
  for (long left = atol(words[2]); left > 0; left--) {
    int file = open(path(1), O_RDONLY);
    if (file < 0) continue;
    opened++;
    secret += read(file, buffer, 6) == 6 && memcmp(buffer, "secret", 6) == 0;
    close(file);
  }
  printf("%d opened, %d secret\n", opened, secret);
}

static void act(const char *verb) {
  struct stat status;
  if (strcmp(verb, "open") == 0) {
    int opened = open(path(2), flags_of(words[3]), 0666);
    slots[atoi(words[1]) % SLOTS] = opened;
    say(opened < 0 ? -1 : 0);
  } else if (strcmp(verb, "openat") == 0) {
    int opened = openat(slot(1), words[2], flags_of(words[3]), 0666);
    say(opened < 0 ? -1 : 0);
    if (opened >= 0) close(opened);
  } else if (strcmp(verb, "close") == 0) say(close(slot(1)));
  else if (strcmp(verb, "read") == 0) read_bytes(-1);
  else if (strcmp(verb, "pread") == 0) read_bytes(atol(words[3]));
  else if (strcmp(verb, "write") == 0) say(write(slot(1), words[2], strlen(words[2])));
  else if (strcmp(verb, "pwrite") == 0) say(pwrite(slot(1), words[2], strlen(words[2]), atol(words[3])));
  else if (strcmp(verb, "fill") == 0) fill();
  else if (strcmp(verb, "hammer") == 0) hammer();
  else if (strcmp(verb, "seek") == 0) {
    const char *whence = words[3];
    int from = *whence == 'e' ? SEEK_END : *whence == 'c' ? SEEK_CUR : SEEK_SET;
    say(lseek(slot(1), atol(words[2]), from));
  } else if (strcmp(verb, "truncate") == 0) say(ftruncate(slot(1), atoll(words[2])));
  else if (strcmp(verb, "sync") == 0) say(fsync(slot(1)));
  else if (strcmp(verb, "stat") == 0) say_status(stat(path(1), &status), &status);
  else if (strcmp(verb, "lstat") == 0) say_status(lstat(path(1), &status), &status);
  else if (strcmp(verb, "fstat") == 0) say_status(fstat(slot(1), &status), &status);
  else if (strcmp(verb, "list") == 0) list();
  else if (strcmp(verb, "mkdir") == 0) say(mkdir(path(1), 0777));
  else if (strcmp(verb, "rmdir") == 0) say(rmdir(path(1)));
  else if (strcmp(verb, "unlink") == 0) say(unlink(path(1)));
  else if (strcmp(verb, "rename") == 0) say(rename(path(1), path(2)));
  else if (strcmp(verb, "link") == 0) say(link(path(1), path(2)));
  else if (strcmp(verb, "symlink") == 0) say(symlink(words[1], path(2)));
  else if (strcmp(verb, "readlink") == 0) {
    ssize_t bytes = readlink(path(1), buffer, sizeof buffer - 1);
    if (bytes < 0) say(bytes);
    else printf("%.*s\n", (int)bytes, buffer);
  } else if (strcmp(verb, "times") == 0) {
    struct timespec times[2] = {{.tv_sec = atoi(words[2])}, {.tv_sec = atoi(words[2]) + 1}};
    int result = utimensat(AT_FDCWD, path(1), times, 0);
    if (result == 0) result = stat(path(1), &status);
    if (result < 0) say(result);
    else printf("%lld %lld\n", (long long)status.st_atim.tv_sec, (long long)status.st_mtim.tv_sec);
  } else printf("what is %s?\n", verb);
}

static void read_and_act(char *line) {
  char *rest = line, *word;
  char verb[32] = "";
  memset(words, 0, sizeof words);
  line[strcspn(line, "\n")] = 0;
  for (int index = 0; index < 4 && (word = strsep(&rest, " ")) != NULL; index++) {
    if (index == 0) snprintf(verb, sizeof verb, "%s", word);
    else snprintf(words[index], sizeof words[0], "%s", word);
  }
  act(verb);
}

/* What to do stands in the arguments behind the root, or else on standard input. */
int main(int count, char **arguments) {
  static char line[32768];
  root = count > 1 ? arguments[1] : "";
  for (int index = 2; index < count; index++) read_and_act(arguments[index]);
  if (count > 2) return 0;
  while (fgets(line, sizeof line, stdin) != NULL) read_and_act(line);
  return 0;
}
