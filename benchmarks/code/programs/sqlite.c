/* A database in memory: inserts, an index, joins, groups and updates. The amalgamation comes from an
 * npm package (see sqlite-source.ts); everything of an operating system that it wants is here. */
#define SQLITE_OS_OTHER 1
#define SQLITE_THREADSAFE 0
#define SQLITE_TEMP_STORE 3
#define SQLITE_OMIT_LOAD_EXTENSION 1
#define SQLITE_OMIT_WAL 1
#define SQLITE_OMIT_DEPRECATED 1
#define SQLITE_DEFAULT_MEMSTATUS 0
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wall"
#include "sqlite3.c"
#pragma GCC diagnostic pop

#include "rounds.h"

static int fill_random(sqlite3_vfs *vfs, int length, char *out) {
  (void)vfs;
  memset(out, 1, (size_t)length);
  return length;
}

static int no_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out) {
  (void)vfs, (void)name, (void)file, (void)flags, (void)out;
  return SQLITE_CANTOPEN;
}

static int same_path(sqlite3_vfs *vfs, const char *name, int length, char *out) {
  (void)vfs;
  sqlite3_snprintf(length, out, "%s", name);
  return SQLITE_OK;
}

static sqlite3_vfs nothing = {
    .iVersion = 1, .szOsFile = sizeof(sqlite3_file), .mxPathname = 64, .zName = "nothing",
    .xOpen = no_file, .xFullPathname = same_path, .xRandomness = fill_random};

int sqlite3_os_init(void) { return sqlite3_vfs_register(&nothing, 1); }
int sqlite3_os_end(void) { return SQLITE_OK; }

static uint32_t hash;

static int take_row(void *unused, int columns, char **values, char **names) {
  (void)unused, (void)names;
  for (int column = 0; column < columns; column++) {
    for (const char *at = values[column]; at && *at; at++) hash = mix(hash, (uint8_t)*at);
  }
  return 0;
}

static void run(sqlite3 *db, const char *sql) {
  char *message = NULL;
  if (sqlite3_exec(db, sql, take_row, NULL, &message) == SQLITE_OK) return;
  fprintf(stderr, "%s: %s\n", sql, message);
  exit(1);
}

uint32_t run_round(void) {
  sqlite3 *db;
  if (sqlite3_open(":memory:", &db) != SQLITE_OK) exit(1);
  hash = 0;
  run(db, "create table item (id integer primary key, name text, kind integer, price real)");
  run(db, "create table kind (id integer primary key, title text)");
  run(db, "begin");
  uint32_t seed = 3;
  char sql[160];
  for (int at = 0; at < 40; at++) {
    sqlite3_snprintf(sizeof sql, sql, "insert into kind values (%d, 'kind %d')", at, at);
    run(db, sql);
  }
  sqlite3_stmt *insert;
  sqlite3_prepare_v2(db, "insert into item values (?, ?, ?, ?)", -1, &insert, NULL);
  for (int at = 0; at < 30000; at++) {
    sqlite3_snprintf(sizeof sql, sql, "item %u", (unsigned)next_random(&seed) % 20000);
    sqlite3_bind_int(insert, 1, at);
    sqlite3_bind_text(insert, 2, sql, -1, SQLITE_TRANSIENT);
    sqlite3_bind_int(insert, 3, (int)(next_random(&seed) % 40));
    sqlite3_bind_double(insert, 4, (next_random(&seed) % 10000) / 8.0);
    sqlite3_step(insert);
    sqlite3_reset(insert);
  }
  sqlite3_finalize(insert);
  run(db, "commit");
  run(db, "create index by_name on item (name)");
  run(db, "select title, count(*), sum(price) from item join kind on kind.id = item.kind "
          "group by title order by 3 desc");
  run(db, "select name, price from item where name like 'item 12%' order by price, name limit 50");
  run(db, "update item set price = price * 2 where kind % 3 = 1");
  for (int at = 0; at < 500; at++) {
    sqlite3_snprintf(sizeof sql, sql, "select count(*), max(price) from item where name = 'item %d'", at * 37);
    run(db, sql);
  }
  run(db, "delete from item where id % 5 = 0");
  run(db, "select count(*), sum(price), min(name) from item");
  sqlite3_close(db);
  return hash;
}
