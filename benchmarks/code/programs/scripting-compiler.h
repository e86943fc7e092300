/* The compiler of the language of scripting.c: in one pass, from text to instructions on registers. */
#ifndef SCRIPTING_COMPILER_H
#define SCRIPTING_COMPILER_H

#include "scripting-values.h"

enum { code_size = 4096, constant_limit = 256 };

/* Code: an operation and three bytes, or a register and 16 bits with a sign. */

enum operation {
  op_constant, op_move, op_nil, op_true, op_false, op_table, op_get_global, op_set_global, op_get, op_set,
  op_get_field, op_set_field, op_add, op_subtract, op_multiply, op_divide, op_modulo, op_concatenate,
  op_equal, op_unequal, op_less, op_at_most, op_not, op_negate, op_length, op_jump, op_jump_if,
  op_jump_unless, op_for_test, op_for_next, op_call, op_return
};

#define CODE(operation, a, b, c) \
  ((uint32_t)(operation) | (uint32_t)(a) << 8 | (uint32_t)(b) << 16 | (uint32_t)(c) << 24)
#define JUMP(operation, a, by) \
  ((uint32_t)(operation) | (uint32_t)(a) << 8 | (uint32_t)(uint16_t)(by) << 16)

static uint32_t code[code_size];
static int code_length;
static struct value constants[constant_limit];
static int constant_count;

static int emit(uint32_t instruction) {
  code[code_length] = instruction;
  return code_length++;
}

static int constant(struct value value) {
  for (int at = 0; at < constant_count; at++) {
    if (equal(constants[at], value)) return at;
  }
  if (constant_count == constant_limit) __builtin_trap();
  constants[constant_count] = value;
  return constant_count++;
}

static int string_constant(struct string *string) {
  struct value value = {tag_string, {0}};
  value.as.string = string;
  return constant(value);
}

/* The compiler: words of the script, and where locals are. */

enum word { word_end, word_name, word_number, word_string, word_sign };

static const char *source;
static enum word word;
static const char *word_text;
static uint32_t word_length;
static double word_number_value;

static struct string *locals[200];
static int local_count, free_register;

static int is_letter(char each) { return (each | 32) >= 'a' && (each | 32) <= 'z'; }
static int is_digit(char each) { return each >= '0' && each <= '9'; }

static void next(void) {
  while (*source == ' ' || *source == '\n') source++;
  word_text = source;
  if (*source == 0) word = word_end;
  else if (is_letter(*source)) {
    word = word_name;
    while (is_letter(*source) || is_digit(*source)) source++;
  } else if (is_digit(*source)) {
    word = word_number;
    for (word_number_value = 0; is_digit(*source); source++) {
      word_number_value = word_number_value * 10 + (*source - '0');
    }
  } else if (*source == '"') {
    word = word_string;
    word_text++;
    for (source++; *source != '"'; source++) {}
    word_length = (uint32_t)(source++ - word_text);
    return;
  } else {
    word = word_sign;
    char first = *source++;
    if ((*source == '=' && strchr("=~<>", first)) || (first == '.' && *source == '.')) source++;
  }
  word_length = (uint32_t)(source - word_text);
}

static int sees(const char *text) {
  int is_plain = word == word_name || word == word_sign;
  return is_plain && strlen(text) == word_length && memcmp(text, word_text, word_length) == 0;
}

static int accept(const char *text) {
  if (!sees(text)) return 0;
  next();
  return 1;
}

static void expect(const char *text) {
  if (!accept(text)) __builtin_trap();
}

static struct string *name(void) {
  struct string *found = intern(word_text, word_length);
  next();
  return found;
}

static int find_local(struct string *wanted) {
  for (int at = local_count - 1; at >= 0; at--) {
    if (locals[at] == wanted) return at;
  }
  return -1;
}

static int add_local(struct string *called) {
  locals[local_count] = called;
  free_register = local_count + 1;
  return local_count++;
}

struct binary {
  const char *sign;
  int priority;
  enum operation operation;
  int is_swapped;
};

static const struct binary binaries[] = {
  {"or", 1, op_jump_if, 0}, {"and", 2, op_jump_unless, 0}, {"==", 3, op_equal, 0},
  {"~=", 3, op_unequal, 0}, {"<", 3, op_less, 0}, {"<=", 3, op_at_most, 0}, {">", 3, op_less, 1},
  {">=", 3, op_at_most, 1}, {"..", 4, op_concatenate, 0}, {"+", 5, op_add, 0},
  {"-", 5, op_subtract, 0}, {"*", 6, op_multiply, 0}, {"/", 6, op_divide, 0}, {"%", 6, op_modulo, 0}
};

/* The operator of two operands that the word is, if its priority is above another one. */
static const struct binary *binary_operator(int priority) {
  for (size_t at = 0; at < sizeof binaries / sizeof *binaries; at++) {
    if (sees(binaries[at].sign) && binaries[at].priority > priority) return &binaries[at];
  }
  return NULL;
}

static void expression(int target, int priority);

/* An expression in a register: a local's own, or the next free one, which is taken. */
static int operand(int priority) {
  const char *start = source;
  if (word == word_name) {
    int local = find_local(intern(word_text, word_length));
    const char *text = word_text;
    uint32_t length = word_length;
    next();
    int stands_alone = !sees(".") && !sees("[") && !sees("(") && binary_operator(0) == NULL;
    if (local >= 0 && stands_alone) return local;
    source = start;
    word = word_name;
    word_text = text;
    word_length = length;
  }
  int target = free_register++;
  expression(target, priority);
  return target;
}

static void arguments(int callee) {
  int first = callee + 1;
  int count = 0;
  free_register = first;
  if (!accept(")")) {
    do {
      int target = free_register++;
      expression(target, 0);
      count++;
    } while (accept(","));
    expect(")");
  }
  emit(CODE(op_call, callee, count, 0));
}

/* What follows a value in a register: fields, items, calls. Returns the code of the last access. */
static int suffixes(int target) {
  int last = -1;
  for (;;) {
    int saved = free_register;
    if (accept(".")) {
      last = emit(CODE(op_get_field, target, target, string_constant(name())));
    } else if (accept("[")) {
      int key = operand(0);
      expect("]");
      last = emit(CODE(op_get, target, target, key));
    } else if (accept("(")) {
      arguments(target);
      last = -1;
    } else {
      return last;
    }
    free_register = saved;
  }
}

static void table_items(int target) {
  emit(CODE(op_table, target, 0, 0));
  int saved = free_register;
  for (int position = 1; !accept("}"); position++) {
    int key = free_register++;
    emit(CODE(op_constant, key, constant(number_value(position)), 0));
    int item = operand(0);
    emit(CODE(op_set, target, key, item));
    free_register = saved;
    accept(",");
  }
}

static void primary(int target) {
  if (word == word_number) {
    emit(CODE(op_constant, target, constant(number_value(word_number_value)), 0));
    next();
  } else if (word == word_string) {
    emit(CODE(op_constant, target, string_constant(name()), 0));
  } else if (accept("nil")) emit(CODE(op_nil, target, 0, 0));
  else if (accept("true")) emit(CODE(op_true, target, 0, 0));
  else if (accept("false")) emit(CODE(op_false, target, 0, 0));
  else if (accept("{")) table_items(target);
  else if (accept("(")) {
    expression(target, 0);
    expect(")");
    suffixes(target);
  } else if (accept("-") ) {
    expression(target, 7);
    emit(CODE(op_negate, target, target, 0));
  } else if (accept("not")) {
    expression(target, 7);
    emit(CODE(op_not, target, target, 0));
  } else if (accept("#")) {
    expression(target, 7);
    emit(CODE(op_length, target, target, 0));
  } else {
    struct string *called = name();
    int local = find_local(called);
    if (local < 0) emit(CODE(op_get_global, target, string_constant(called), 0));
    else emit(CODE(op_move, target, local, 0));
    suffixes(target);
  }
}

static void patch(int at) {
  code[at] = (code[at] & 0xffff) | (uint32_t)(uint16_t)(code_length - at - 1) << 16;
}

/* An expression of operators above a priority, into a register below the free ones. */
static void expression(int target, int priority) {
  primary(target);
  for (;;) {
    const struct binary *found = binary_operator(priority);
    if (found == NULL) return;
    next();
    if (found->priority < 3) {
      int skip = emit(JUMP(found->operation, target, 0));
      expression(target, found->priority);
      patch(skip);
      continue;
    }
    int saved = free_register;
    int right = operand(found->priority);
    if (found->is_swapped) emit(CODE(found->operation, target, right, target));
    else emit(CODE(found->operation, target, target, right));
    free_register = saved;
  }
}

static void block(void);

static int condition(void) {
  int saved = free_register;
  int value = operand(0);
  free_register = saved;
  return emit(JUMP(op_jump_unless, value, 0));
}

static void jump_back(enum operation operation, int a, int to) {
  emit(JUMP(operation, a, to - code_length - 1));
}

static void if_statement(void) {
  int ends[16], count = 0;
  for (;;) {
    int skip = condition();
    expect("then");
    block();
    if (sees("end")) {
      patch(skip);
      break;
    }
    ends[count++] = emit(JUMP(op_jump, 0, 0));
    patch(skip);
    if (accept("elseif")) continue;
    expect("else");
    block();
    break;
  }
  expect("end");
  while (count > 0) patch(ends[--count]);
}

static void while_statement(void) {
  int start = code_length;
  int skip = condition();
  expect("do");
  block();
  expect("end");
  jump_back(op_jump, 0, start);
  patch(skip);
}

/* for name = first, last do: the limit lies behind the variable. */
static void for_statement(void) {
  int saved = local_count;
  struct string *called = name();
  expect("=");
  int variable = free_register++;
  expression(variable, 0);
  expect(",");
  int limit = free_register++;
  expression(limit, 0);
  add_local(called);
  add_local(NULL);
  expect("do");
  int skip = emit(JUMP(op_for_test, variable, 0));
  int start = code_length;
  block();
  expect("end");
  jump_back(op_for_next, variable, start);
  patch(skip);
  local_count = free_register = saved;
}

static void function_statement(void) {
  struct string *called = name();
  int skip = emit(JUMP(op_jump, 0, 0));
  struct function *made = allocate(sizeof *made);
  made->entry = code_length;
  made->parameters = 0;
  local_count = free_register = 0;
  expect("(");
  while (!accept(")")) {
    add_local(name());
    made->parameters++;
    accept(",");
  }
  block();
  expect("end");
  emit(CODE(op_nil, free_register, 0, 0));
  emit(CODE(op_return, free_register, 0, 0));
  patch(skip);
  local_count = free_register = 0;
  struct value value = {tag_function, {0}};
  value.as.function = made;
  emit(CODE(op_constant, 0, constant(value), 0));
  emit(CODE(op_set_global, 0, string_constant(called), 0));
}

static void local_statement(void) {
  struct string *called = name();
  expect("=");
  expression(free_register++, 0);
  add_local(called);
}

/* An assignment, or a call: what was loaded last becomes what is stored. */
static void other_statement(void) {
  int saved = free_register;
  struct string *called = name();
  int local = find_local(called);
  if (accept("=")) {
    int value = local >= 0 ? local : free_register++;
    if (local >= 0) {
      int temporary = free_register++;
      expression(temporary, 0);
      emit(CODE(op_move, local, temporary, 0));
    } else {
      expression(value, 0);
      emit(CODE(op_set_global, value, string_constant(called), 0));
    }
  } else {
    int target = free_register++;
    if (local < 0) emit(CODE(op_get_global, target, string_constant(called), 0));
    else emit(CODE(op_move, target, local, 0));
    int last = suffixes(target);
    if (last >= 0) {
      uint32_t access = code[last];
      code_length = last;
      free_register += 2;
      int is_field = (access & 255) == op_get_field;
      expect("=");
      int value = operand(0);
      if (is_field) emit(CODE(op_set_field, target, access >> 24, value));
      else emit(CODE(op_set, target, access >> 24, value));
    }
  }
  free_register = saved;
}

static void block(void) {
  int saved = local_count;
  while (word != word_end && !sees("end") && !sees("else") && !sees("elseif")) {
    if (accept("if")) if_statement();
    else if (accept("while")) while_statement();
    else if (accept("for")) for_statement();
    else if (accept("function")) function_statement();
    else if (accept("local")) local_statement();
    else if (accept("return")) {
      int value = free_register++;
      expression(value, 0);
      emit(CODE(op_return, value, 0, 0));
      free_register = value;
    } else other_statement();
  }
  local_count = free_register = saved;
}

static void compile(const char *script) {
  source = script;
  code_length = constant_count = local_count = free_register = 0;
  next();
  block();
  if (word != word_end) __builtin_trap();
}

#endif
