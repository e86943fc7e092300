/* What small controllers do: sort and search a linked list, multiply small matrices of integers,
 * scan numbers with a state machine, and checksum all of it. */
#include "rounds.h"

enum { items = 200, size = 24, repetitions = 500 };

struct item {
  struct item *next;
  int16_t key;
  int16_t payload;
};

static uint16_t crc16(uint16_t crc, uint16_t value) {
  for (int bit = 0; bit < 16; bit++) {
    uint16_t carry = (uint16_t)((crc ^ value) & 1);
    crc = (uint16_t)((crc >> 1) ^ (carry ? 0xa001 : 0));
    value >>= 1;
  }
  return crc;
}

static struct item pool[items];

static struct item *make_list(uint32_t seed) {
  for (int at = 0; at < items; at++) {
    pool[at].next = at + 1 < items ? &pool[at + 1] : NULL;
    pool[at].key = (int16_t)(next_random(&seed) & 0x7fff);
    pool[at].payload = (int16_t)at;
  }
  return pool;
}

typedef int (*order)(const struct item *, const struct item *);

static int by_key(const struct item *one, const struct item *other) {
  return one->key - other->key;
}

static int by_payload(const struct item *one, const struct item *other) {
  return one->payload - other->payload;
}

static struct item *merge(struct item *one, struct item *other, order compare) {
  struct item *head = NULL, **tail = &head;
  while (one && other) {
    struct item **from = compare(one, other) <= 0 ? &one : &other;
    *tail = *from;
    tail = &(*tail)->next;
    *from = (*from)->next;
  }
  *tail = one ? one : other;
  return head;
}

static struct item *sort(struct item *list, order compare) {
  if (!list || !list->next) return list;
  struct item *slow = list, *fast = list->next;
  while (fast && fast->next) {
    slow = slow->next;
    fast = fast->next->next;
  }
  struct item *half = slow->next;
  slow->next = NULL;
  return merge(sort(list, compare), sort(half, compare), compare);
}

static struct item *reverse(struct item *list) {
  struct item *done = NULL;
  while (list) {
    struct item *next = list->next;
    list->next = done;
    done = list;
    list = next;
  }
  return done;
}

static struct item *find(struct item *list, int16_t key) {
  while (list && list->key != key) list = list->next;
  return list;
}

static uint16_t list_work(uint32_t seed) {
  struct item *list = sort(make_list(seed), by_key);
  uint16_t crc = 0;
  for (int at = 0; at < items; at += 5) {
    struct item *found = find(list, pool[at].key);
    crc = crc16(crc, (uint16_t)(found ? found->payload : -1));
    list = reverse(list);
  }
  list = sort(list, by_payload);
  for (; list; list = list->next) crc = crc16(crc, (uint16_t)list->key);
  return crc;
}

static int16_t left[size][size], right[size][size];
static int32_t product[size][size];

static uint16_t matrix_work(uint32_t seed) {
  for (int row = 0; row < size; row++) {
    for (int column = 0; column < size; column++) {
      left[row][column] = (int16_t)(next_random(&seed) & 0xff);
      right[row][column] = (int16_t)(next_random(&seed) & 0xff);
    }
  }
  uint16_t crc = 0;
  for (int row = 0; row < size; row++) {
    for (int column = 0; column < size; column++) {
      int32_t sum = 0;
      for (int k = 0; k < size; k++) sum += (int32_t)left[row][k] * right[k][column];
      product[row][column] = sum;
    }
    crc = crc16(crc, (uint16_t)product[row][row]);
  }
  return crc;
}

enum state { begin, sign, integer, point, fraction, exponent, scale, invalid, states };

static enum state step(enum state state, char c) {
  int digit = c >= '0' && c <= '9';
  switch (state) {
    case begin:
      if (digit) return integer;
      return c == '+' || c == '-' ? sign : c == '.' ? point : invalid;
    case sign:
      return digit ? integer : c == '.' ? point : invalid;
    case integer:
      return digit ? integer : c == '.' ? fraction : c == 'e' ? exponent : invalid;
    case point:
    case fraction:
      return digit ? fraction : c == 'e' ? exponent : invalid;
    case exponent:
      return digit || c == '+' || c == '-' ? scale : invalid;
    case scale:
      return digit ? scale : invalid;
    default:
      return invalid;
  }
}

static uint16_t state_work(uint32_t seed) {
  static const char *const words[] = {"5012,", "-874,", "35.54400,", ".123450,", "-110.700,",
                                      "5.500e3,", "-.123e-2,", "+0.6e-12,", "T0.3e-1F,", "1T3.4e4z,"};
  uint32_t counts[states] = {0};
  for (int at = 0; at < 100; at++) {
    const char *word = words[next_random(&seed) % 10];
    enum state state = begin;
    for (; *word != ','; word++) {
      state = step(state, *word);
      counts[state]++;
    }
  }
  uint16_t crc = 0;
  for (int at = 0; at < states; at++) crc = crc16(crc, (uint16_t)counts[at]);
  return crc;
}

uint32_t run_round(void) {
  uint32_t hash = 0x811c9dc5;
  for (uint32_t at = 1; at <= repetitions; at++) {
    hash = mix(hash, list_work(at));
    hash = mix(hash, matrix_work(at));
    hash = mix(hash, state_work(at));
  }
  return hash;
}
