/* A virtual machine with registers and tagged values, and a program for it: a sieve, a Fibonacci
 * number by recursion, and sums over a table. */
#include "rounds.h"

enum op {
  op_load, op_move, op_add, op_sub, op_mul, op_less, op_equal, op_jump, op_jump_if, op_jump_unless,
  op_get, op_set, op_call, op_return, op_add_number, op_mod, op_halt
};

enum tag { tag_nil, tag_integer, tag_number };

struct value {
  enum tag tag;
  union {
    int32_t integer;
    double number;
  } as;
};

#define CODE(op, a, b, c) ((uint32_t)(op) | (uint32_t)(a) << 8 | (uint32_t)(uint8_t)(b) << 16 | (uint32_t)(uint8_t)(c) << 24)
#define JUMP(op, a, by) ((uint32_t)(op) | (uint32_t)(a) << 8 | (uint32_t)(uint16_t)(by) << 16)

enum { table_size = 8192, stack_size = 1024, deepest = 64 };
static struct value table[table_size];
static struct value stack[stack_size];

struct frame {
  const uint32_t *at;
  struct value *base;
};

static struct value arithmetic(enum op op, struct value one, struct value other) {
  double a = one.tag == tag_integer ? one.as.integer : one.as.number;
  double b = other.tag == tag_integer ? other.as.integer : other.as.number;
  struct value result = {tag_number, {0}};
  result.as.number = op == op_add ? a + b : op == op_sub ? a - b : a * b;
  return result;
}

#define ARITHMETIC(operator)                                        \
  {                                                                 \
    struct value one = base[b], other = base[c];                    \
    if (one.tag == tag_integer && other.tag == tag_integer) {       \
      base[a].tag = tag_integer;                                    \
      base[a].as.integer = one.as.integer operator other.as.integer; \
    } else                                                          \
      base[a] = arithmetic((enum op)(code & 255), one, other);      \
    break;                                                          \
  }

static struct value run(const uint32_t *at) {
  struct frame frames[deepest];
  struct value *base = stack;
  int depth = 0;
  for (;;) {
    uint32_t code = *at++;
    uint32_t a = code >> 8 & 255, b = code >> 16 & 255, c = code >> 24;
    switch ((enum op)(code & 255)) {
      case op_load:
        base[a].tag = tag_integer;
        base[a].as.integer = (int32_t)(int16_t)(code >> 16);
        break;
      case op_move:
        base[a] = base[b];
        break;
      case op_add: ARITHMETIC(+)
      case op_sub: ARITHMETIC(-)
      case op_mul: ARITHMETIC(*)
      case op_mod:
        base[a].tag = tag_integer;
        base[a].as.integer = base[c].as.integer == 0 ? 0 : base[b].as.integer % base[c].as.integer;
        break;
      case op_less:
        base[a].tag = tag_integer;
        base[a].as.integer = base[b].as.integer < base[c].as.integer;
        break;
      case op_equal:
        base[a].tag = tag_integer;
        base[a].as.integer = base[b].tag == base[c].tag && base[b].as.integer == base[c].as.integer;
        break;
      case op_jump:
        at += (int16_t)(code >> 16);
        break;
      case op_jump_if:
        if (base[a].as.integer != 0) at += (int16_t)(code >> 16);
        break;
      case op_jump_unless:
        if (base[a].as.integer == 0) at += (int16_t)(code >> 16);
        break;
      case op_get:
        base[a] = table[(uint32_t)base[b].as.integer % table_size];
        break;
      case op_set:
        table[(uint32_t)base[a].as.integer % table_size] = base[b];
        break;
      case op_add_number:
        base[a].tag = tag_number;
        base[a].as.number = (base[b].tag == tag_integer ? base[b].as.integer : base[b].as.number) + c;
        break;
      case op_call: /* base[a] is the argument and the result; c registers belong to the caller */
        if (depth == deepest) return base[0];
        frames[depth].at = at;
        frames[depth++].base = base;
        at += (int8_t)b;
        base[c] = base[a];
        base += c;
        break;
      case op_return: {
        struct value result = base[a];
        base = frames[--depth].base;
        at = frames[depth].at;
        base[at[-1] >> 8 & 255] = result;
        break;
      }
      default:
        return base[a];
    }
  }
}

static const uint32_t fibonacci[] = {
    CODE(op_load, 0, 25, 0), CODE(op_call, 0, 1, 2), CODE(op_halt, 0, 0, 0),
    /* function: register 0 is n */
    CODE(op_load, 1, 2, 0), CODE(op_less, 1, 0, 1), JUMP(op_jump_unless, 1, 1), CODE(op_return, 0, 0, 0),
    CODE(op_load, 1, 1, 0), CODE(op_sub, 2, 0, 1), CODE(op_call, 2, -7, 4),
    CODE(op_load, 1, 2, 0), CODE(op_sub, 3, 0, 1), CODE(op_call, 3, -10, 4),
    CODE(op_add, 2, 2, 3), CODE(op_return, 2, 0, 0)};

static const uint32_t sieve[] = {
    CODE(op_load, 0, 0, 32), CODE(op_load, 1, 0, 0), CODE(op_load, 5, 1, 0), /* 8192, 0, 1 */
    CODE(op_set, 1, 5, 0), CODE(op_add, 1, 1, 5), CODE(op_less, 2, 1, 0), JUMP(op_jump_if, 2, -4),
    CODE(op_load, 1, 2, 0), CODE(op_load, 6, 0, 0), CODE(op_load, 7, 0, 0),
    CODE(op_get, 2, 1, 0), JUMP(op_jump_unless, 2, 7), CODE(op_add, 6, 6, 5),
    CODE(op_add, 3, 1, 1), JUMP(op_jump, 0, 2), CODE(op_set, 3, 7, 0), CODE(op_add, 3, 3, 1),
    CODE(op_less, 4, 3, 0), JUMP(op_jump_if, 4, -4),
    CODE(op_add, 1, 1, 5), CODE(op_less, 2, 1, 0), JUMP(op_jump_if, 2, -12), CODE(op_halt, 6, 0, 0)};

static const uint32_t sums[] = {
    CODE(op_load, 0, 0, 32), CODE(op_load, 1, 0, 0), CODE(op_load, 5, 1, 0), CODE(op_add_number, 6, 1, 3),
    CODE(op_load, 7, 17, 0), CODE(op_mod, 3, 1, 7), CODE(op_mul, 3, 3, 3), CODE(op_add, 6, 6, 3),
    CODE(op_set, 1, 6, 0), CODE(op_add, 1, 1, 5), CODE(op_less, 2, 1, 0), JUMP(op_jump_if, 2, -7),
    CODE(op_halt, 6, 0, 0)};

uint32_t run_round(void) {
  uint32_t hash = 0;
  for (int repetition = 0; repetition < 8; repetition++) {
    hash = mix(hash, (uint32_t)run(fibonacci).as.integer);
    for (int i = 0; i < 6; i++) hash = mix(hash, (uint32_t)run(sieve).as.integer);
    for (int i = 0; i < 6; i++) hash = mix_double(hash, run(sums).as.number);
  }
  return hash;
}
