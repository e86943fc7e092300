/* The values of the language of scripting.c: numbers, interned strings, tables, functions. */
#ifndef SCRIPTING_VALUES_H
#define SCRIPTING_VALUES_H

#include "rounds.h"

enum { arena_bytes = 24 << 20, interned_size = 4096 };

/* Memory, all of which is free again with the next round. */

static _Alignas(16) char arena[arena_bytes];
static size_t arena_used;

static void *allocate(size_t bytes) {
  void *start = arena + arena_used;
  arena_used += (bytes + 15) & ~(size_t)15;
  if (arena_used > arena_bytes) __builtin_trap();
  return start;
}

/* Values. */

enum tag { tag_nil, tag_false, tag_true, tag_number, tag_string, tag_table, tag_function };

struct string {
  uint32_t hash, length;
  char text[];
};

struct value {
  enum tag tag;
  union {
    double number;
    struct string *string;
    struct table *table;
    struct function *function;
  } as;
};

struct entry {
  struct value key, value;
};

struct table {
  struct value *items;
  struct entry *entries;
  uint32_t count, capacity, used, size;
};

struct function {
  int entry, parameters;
};

static const struct value nil;

static struct value number_value(double number) {
  struct value value = {tag_number, {0}};
  value.as.number = number;
  return value;
}

static int is_true(struct value value) { return value.tag > tag_false; }

static int equal(struct value one, struct value other) {
  if (one.tag != other.tag) return 0;
  if (one.tag == tag_number) return one.as.number == other.as.number;
  return one.tag < tag_number || one.as.string == other.as.string;
}

static struct string *interned[interned_size];

static struct string *intern(const char *text, uint32_t length) {
  uint32_t hash = 2166136261u;
  for (uint32_t at = 0; at < length; at++) hash = (hash ^ (unsigned char)text[at]) * 16777619u;
  for (uint32_t slot = hash;; slot++) {
    struct string **place = &interned[slot % interned_size];
    if (*place == NULL) {
      struct string *made = allocate(sizeof(struct string) + length);
      made->hash = hash;
      made->length = length;
      memcpy(made->text, text, length);
      return *place = made;
    }
    struct string *known = *place;
    if (known->hash == hash && known->length == length && !memcmp(known->text, text, length)) {
      return known;
    }
  }
}

static uint32_t hash_of(struct value key) {
  if (key.tag == tag_string) return key.as.string->hash;
  uint64_t bits = key.tag == tag_number ? 0 : (uint64_t)(uintptr_t)key.as.table >> 4;
  if (key.tag == tag_number) memcpy(&bits, &key.as.number, sizeof bits);
  return (uint32_t)((bits ^ bits >> 32) * 2654435761u >> 7);
}

static struct entry *find_entry(struct table *table, struct value key) {
  for (uint32_t slot = hash_of(key);; slot++) {
    struct entry *entry = &table->entries[slot & (table->size - 1)];
    if (entry->key.tag == tag_nil || equal(entry->key, key)) return entry;
  }
}

/* The position of a key in the dense part, which begins with 1; 0 for any other key. */
static uint32_t position_of(struct value key) {
  if (key.tag != tag_number) return 0;
  uint32_t position = key.as.number >= 1 && key.as.number < 4e9 ? (uint32_t)key.as.number : 0;
  return position == key.as.number ? position : 0;
}

static struct value get(struct table *table, struct value key) {
  uint32_t position = position_of(key);
  if (position - 1 < table->count) return table->items[position - 1];
  return table->size == 0 ? nil : find_entry(table, key)->value;
}

static void grow_entries(struct table *table) {
  struct entry *old = table->entries;
  uint32_t old_size = table->size;
  table->size = old_size == 0 ? 4 : 2 * old_size;
  table->entries = allocate(table->size * sizeof(struct entry));
  memset(table->entries, 0, table->size * sizeof(struct entry));
  for (uint32_t at = 0; at < old_size; at++) {
    if (old[at].key.tag != tag_nil) *find_entry(table, old[at].key) = old[at];
  }
}

static void set(struct table *table, struct value key, struct value value) {
  uint32_t position = position_of(key);
  if (position - 1 < table->count) {
    table->items[position - 1] = value;
    return;
  }
  if (position == table->count + 1) {
    if (table->count == table->capacity) {
      struct value *old = table->items;
      table->capacity = table->capacity == 0 ? 4 : 2 * table->capacity;
      table->items = allocate(table->capacity * sizeof(struct value));
      if (table->count > 0) memcpy(table->items, old, table->count * sizeof(struct value));
    }
    table->items[table->count++] = value;
    return;
  }
  if (4 * (table->used + 1) > 3 * table->size) grow_entries(table);
  struct entry *entry = find_entry(table, key);
  if (entry->key.tag == tag_nil) table->used++;
  entry->key = key;
  entry->value = value;
}

#endif
