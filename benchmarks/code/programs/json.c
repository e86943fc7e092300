/* Parses a document of objects, arrays, strings and numbers into a tree, and walks the tree. */
#include "rounds.h"

enum kind { null_value, boolean, number, string, array, object };

struct value {
  enum kind kind;
  struct value *next;
  struct value *first;
  const char *name;
  uint32_t length;
  uint32_t name_length;
  union {
    double number;
    const char *text;
    int truth;
  } as;
};

enum { text_bytes = 1 << 20, most_values = 200000 };
static char document[text_bytes + 64];
static struct value values[most_values];
static uint32_t used;
static const char *at;

static void skip_space(void) {
  while (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r') at++;
}

static const char *parse_string(uint32_t *length) {
  const char *start = ++at;
  while (*at != '"') at += *at == '\\' ? 2 : 1;
  *length = (uint32_t)(at - start);
  at++;
  return start;
}

static double parse_number(void) {
  int negative = *at == '-';
  if (negative) at++;
  double result = 0;
  while (*at >= '0' && *at <= '9') result = result * 10 + (*at++ - '0');
  if (*at == '.') {
    double scale = 1;
    for (at++; *at >= '0' && *at <= '9'; at++) {
      scale /= 10;
      result += scale * (*at - '0');
    }
  }
  return negative ? -result : result;
}

static struct value *parse(void);

static void parse_members(struct value *parent, char end) {
  struct value **tail = &parent->first;
  at++;
  for (skip_space(); *at != end; skip_space()) {
    if (*at == ',') {
      at++;
      continue;
    }
    const char *name = NULL;
    uint32_t length = 0;
    if (end == '}') {
      name = parse_string(&length);
      skip_space();
      at++;
      skip_space();
    }
    struct value *member = parse();
    member->name = name;
    member->name_length = length;
    *tail = member;
    tail = &member->next;
    parent->length++;
  }
  at++;
}

static struct value *parse(void) {
  struct value *result = &values[used++];
  memset(result, 0, sizeof *result);
  switch (*at) {
    case '{':
      result->kind = object;
      parse_members(result, '}');
      break;
    case '[':
      result->kind = array;
      parse_members(result, ']');
      break;
    case '"':
      result->kind = string;
      result->as.text = parse_string(&result->length);
      break;
    case 't':
    case 'f':
      result->kind = boolean;
      result->as.truth = *at == 't';
      at += result->as.truth ? 4 : 5;
      break;
    case 'n':
      at += 4;
      break;
    default:
      result->kind = number;
      result->as.number = parse_number();
  }
  return result;
}

static uint32_t walk(const struct value *value, uint32_t hash) {
  hash = mix(hash, value->kind);
  for (uint32_t i = 0; i < value->name_length; i++) hash = mix(hash, (uint8_t)value->name[i]);
  if (value->kind == number) hash = mix(hash, (uint32_t)(int32_t)(value->as.number * 16));
  if (value->kind == string) hash = mix(hash, value->length);
  for (const struct value *child = value->first; child; child = child->next) hash = walk(child, hash);
  return hash;
}

static void write_document(void) {
  uint32_t seed = 7;
  char *out = document;
  *out++ = '[';
  while (out < document + text_bytes - 512) {
    unsigned id = next_random(&seed) % 100000, name = next_random(&seed) % 1000;
    unsigned price = next_random(&seed) % 1000, cents = next_random(&seed) % 100;
    out += sprintf(out, "{\"id\": %u, \"name\": \"item \\\"%u\\\"\", ", id, name);
    out += sprintf(out, "\"tags\": [\"red\", \"green\", null],\n  \"price\": -%u.%02u, ", price, cents);
    out += sprintf(out, "\"stock\": {\"here\": true, \"there\": false, \"sizes\": [1, 2, 34]}},\n");
  }
  strcpy(out, "0]");
}

uint32_t run_round(void) {
  if (document[0] == 0) write_document();
  uint32_t hash = 0;
  for (int repetition = 0; repetition < 8; repetition++) {
    used = 0;
    at = document;
    hash = mix(hash, walk(parse(), 1));
  }
  return hash;
}
