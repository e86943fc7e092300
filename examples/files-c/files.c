/*
 * Files as C knows them: reads a text that is part of the image, writes a file to memory, lists a
 * directory, and, where a folder of the host is mounted at /data, keeps count there of its runs.
 *
 *     tsuki run --embed examples/files-c/public:/srv examples/files-c/files.c
 *     tsuki run --embed examples/files-c/public:/srv --mount ./data:/data examples/files-c/files.c
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static int show(const char *path) {
  char line[256];
  FILE *file = fopen(path, "r");
  if (file == NULL) {
    printf("%s: %s\n", path, strerror(errno));
    return 1;
  }
  while (fgets(line, sizeof line, file) != NULL) printf("  %s", line);
  fclose(file);
  return 0;
}

static void list(const char *path) {
  DIR *directory = opendir(path);
  if (directory == NULL) return;
  for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
    char name[512];
    struct stat status;
    if (entry->d_name[0] == '.') continue;
    snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
    if (stat(name, &status) == 0) printf("  %s, %lld bytes\n", name, (long long)status.st_size);
  }
  closedir(directory);
}

static void count_runs(void) {
  int runs = 0;
  FILE *file = fopen("/data/runs", "r");
  if (file != NULL) {
    if (fscanf(file, "%d", &runs) != 1) runs = 0;
    fclose(file);
  }
  /* A new file in the old one's place: whoever reads meanwhile finds one of the two, whole. */
  file = fopen("/data/runs.new", "w");
  if (file == NULL) {
    printf("nothing is kept: %s\n", strerror(errno));
    return;
  }
  fprintf(file, "%d\n", runs + 1);
  if (fclose(file) == 0 && rename("/data/runs.new", "/data/runs") == 0) printf("run %d\n", runs + 1);
}

int main(void) {
  puts("in the image:");
  if (show("/srv/hello.txt") != 0) return 1;
  FILE *file = fopen("/tmp/note", "w");
  if (file == NULL || fprintf(file, "written at run time\n") < 0 || fclose(file) != 0) return 1;
  puts("in memory:");
  show("/tmp/note");
  list("/tmp");
  remove("/tmp/note");
  count_runs();
  return 0;
}
