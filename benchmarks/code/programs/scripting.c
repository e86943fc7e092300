/* A scripting language with Lua's grammar, less closures, metatables and collection of garbage: a
 * compiler in one pass, a machine with registers, interned strings, tables with a dense and a hashed
 * part; and a script for it. */
#include "scripting-compiler.h"

enum { stack_size = 4096, deepest = 200 };

/* The machine. */

struct frame {
  const uint32_t *at;
  struct value *base;
};

static struct value stack[stack_size];

static double modulo(double a, double b) {
  double quotient = __builtin_floor(a / b);
  return a - quotient * b;
}

static struct value concatenate(struct value one, struct value other) {
  char text[64];
  uint32_t length = 0;
  struct value parts[2] = {one, other};
  for (int part = 0; part < 2; part++) {
    if (parts[part].tag == tag_string) {
      struct string *string = parts[part].as.string;
      if (length + string->length > sizeof text) __builtin_trap();
      memcpy(text + length, string->text, string->length);
      length += string->length;
    } else {
      char digits[20];
      int count = 0;
      uint64_t rest = (uint64_t)parts[part].as.number;
      do digits[count++] = (char)('0' + rest % 10);
      while ((rest /= 10) > 0);
      while (count > 0) text[length++] = digits[--count];
    }
  }
  struct value value = {tag_string, {0}};
  value.as.string = intern(text, length);
  return value;
}

#define ARITHMETIC(result)                                                                   \
  {                                                                                          \
    if (base[b].tag != tag_number || base[c].tag != tag_number) __builtin_trap();            \
    double one = base[b].as.number, other = base[c].as.number;                               \
    base[a] = result;                                                                        \
    break;                                                                                   \
  }
#define TRUTH(condition) base[a].tag = (condition) ? tag_true : tag_false; break

static struct table *table_at(struct value value) {
  if (value.tag != tag_table) __builtin_trap();
  return value.as.table;
}

static double run(struct table *globals) {
  struct frame frames[deepest];
  int depth = 0;
  struct value *base = stack;
  const uint32_t *at = code;
  for (;;) {
    uint32_t instruction = *at++;
    uint32_t a = instruction >> 8 & 255, b = instruction >> 16 & 255, c = instruction >> 24;
    int by = (int16_t)(instruction >> 16);
    switch ((enum operation)(instruction & 255)) {
      case op_constant: base[a] = constants[b]; break;
      case op_move: base[a] = base[b]; break;
      case op_nil: base[a] = nil; break;
      case op_true: base[a].tag = tag_true; break;
      case op_false: base[a].tag = tag_false; break;
      case op_table:
        base[a].tag = tag_table;
        base[a].as.table = allocate(sizeof(struct table));
        memset(base[a].as.table, 0, sizeof(struct table));
        break;
      case op_get_global: base[a] = get(globals, constants[b]); break;
      case op_set_global: set(globals, constants[b], base[a]); break;
      case op_get: base[a] = get(table_at(base[b]), base[c]); break;
      case op_set: set(table_at(base[a]), base[b], base[c]); break;
      case op_get_field: base[a] = get(table_at(base[b]), constants[c]); break;
      case op_set_field: set(table_at(base[a]), constants[b], base[c]); break;
      case op_add: ARITHMETIC(number_value(one + other))
      case op_subtract: ARITHMETIC(number_value(one - other))
      case op_multiply: ARITHMETIC(number_value(one * other))
      case op_divide: ARITHMETIC(number_value(one / other))
      case op_modulo: ARITHMETIC(number_value(modulo(one, other)))
      case op_concatenate: base[a] = concatenate(base[b], base[c]); break;
      case op_equal: TRUTH(equal(base[b], base[c]));
      case op_unequal: TRUTH(!equal(base[b], base[c]));
      case op_less: TRUTH(base[b].as.number < base[c].as.number);
      case op_at_most: TRUTH(base[b].as.number <= base[c].as.number);
      case op_not: TRUTH(!is_true(base[b]));
      case op_negate: base[a] = number_value(-base[b].as.number); break;
      case op_length: base[a] = number_value(table_at(base[b])->count); break;
      case op_jump: at += by; break;
      case op_jump_if: if (is_true(base[a])) at += by; break;
      case op_jump_unless: if (!is_true(base[a])) at += by; break;
      case op_for_test: if (!(base[a].as.number <= base[a + 1].as.number)) at += by; break;
      case op_for_next:
        base[a].as.number += 1;
        if (base[a].as.number <= base[a + 1].as.number) at += by;
        break;
      case op_call: {
        if (base[a].tag != tag_function || depth == deepest) __builtin_trap();
        struct function *callee = base[a].as.function;
        for (uint32_t missing = b; missing < (uint32_t)callee->parameters; missing++) {
          base[a + 1 + missing] = nil;
        }
        frames[depth].at = at;
        frames[depth++].base = base;
        base += a + 1;
        at = code + callee->entry;
        break;
      }
      case op_return: {
        struct value result = base[a];
        if (depth == 0) return result.as.number;
        base[-1] = result;
        at = frames[--depth].at;
        base = frames[depth].base;
        break;
      }
    }
  }
}

/* The script: calls, a sieve, queens on a board, products of matrices, words that are counted, and
 * records in a list that is sorted. */

static const char script[] =
  "function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end\n"
  "function sieve(limit)\n"
  "  local marks = {}\n"
  "  for i = 1, limit do marks[i] = true end\n"
  "  local count = 0\n"
  "  for i = 2, limit do\n"
  "    if marks[i] then\n"
  "      count = count + 1\n"
  "      local k = i * i\n"
  "      while k <= limit do marks[k] = false k = k + i end\n"
  "    end\n"
  "  end\n"
  "  return count\n"
  "end\n"
  "function safe(board, row, column)\n"
  "  for i = 1, row - 1 do\n"
  "    local other = board[i]\n"
  "    if other == column or other - column == i - row or other - column == row - i then return false end\n"
  "  end\n"
  "  return true\n"
  "end\n"
  "function queens(board, row, size)\n"
  "  if row > size then return 1 end\n"
  "  local found = 0\n"
  "  for column = 1, size do\n"
  "    if safe(board, row, column) then\n"
  "      board[row] = column\n"
  "      found = found + queens(board, row + 1, size)\n"
  "    end\n"
  "  end\n"
  "  return found\n"
  "end\n"
  "function matrix(size, seed)\n"
  "  local rows = {}\n"
  "  for i = 1, size do\n"
  "    local row = {}\n"
  "    for j = 1, size do row[j] = (i * seed + j) % 10 end\n"
  "    rows[i] = row\n"
  "  end\n"
  "  return rows\n"
  "end\n"
  "function product(one, other, size)\n"
  "  local trace = 0\n"
  "  for i = 1, size do\n"
  "    local row = one[i]\n"
  "    for j = 1, size do\n"
  "      local sum = 0\n"
  "      for k = 1, size do sum = sum + row[k] * other[k][j] end\n"
  "      if i == j then trace = trace + sum end\n"
  "    end\n"
  "  end\n"
  "  return trace\n"
  "end\n"
  "function words(count)\n"
  "  local seen = {}\n"
  "  for i = 1, count do\n"
  "    local word = \"word\" .. i * 7 % 500\n"
  "    seen[word] = (seen[word] or 0) + 1\n"
  "  end\n"
  "  return seen.word7 + seen.word499\n"
  "end\n"
  "function sorted(count)\n"
  "  local list = {}\n"
  "  local seed = 42\n"
  "  for i = 1, count do\n"
  "    seed = (seed * 1309 + 13849) % 65536\n"
  "    local record = {}\n"
  "    record.key = seed\n"
  "    record.place = i\n"
  "    local at = i\n"
  "    while at > 1 and list[at - 1].key > seed do\n"
  "      list[at] = list[at - 1]\n"
  "      at = at - 1\n"
  "    end\n"
  "    list[at] = record\n"
  "  end\n"
  "  return list[count].key + list[1].place + #list\n"
  "end\n"
  "local total = fib(22) + sieve(60000) + queens({}, 1, 7)\n"
  "total = total + product(matrix(40, 3), matrix(40, 7), 40)\n"
  "return total + words(30000) + sorted(400)\n";

uint32_t run_round(void) {
  arena_used = 0;
  memset(interned, 0, sizeof interned);
  struct table *globals = allocate(sizeof *globals);
  memset(globals, 0, sizeof *globals);
  compile(script);
  return (uint32_t)run(globals);
}
