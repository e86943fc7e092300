/* Sorting, trees, tables of functions, allocation, a small interpreter. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "programs.h"

static uint64_t seed = 88172645463325252u;

static uint32_t next(void) {
  seed ^= seed << 13;
  seed ^= seed >> 7;
  seed ^= seed << 17;
  return (uint32_t)(seed >> 16);
}

struct item { double weight; int key; char name[12]; };

static int by_key(const void *a, const void *b) {
  const struct item *x = a, *y = b;
  return (x->key > y->key) - (x->key < y->key);
}
static int by_weight(const void *a, const void *b) {
  const struct item *x = a, *y = b;
  return x->weight < y->weight ? 1 : x->weight > y->weight ? -1 : by_key(a, b);
}
static int by_name(const void *a, const void *b) {
  int order = strcmp(((const struct item *)a)->name, ((const struct item *)b)->name);
  return order ? order : by_key(a, b);
}

struct node { struct node *left, *right; uint32_t key, priority; int count; };

static struct node *insert(struct node *tree, uint32_t key) {
  if (!tree) {
    tree = calloc(1, sizeof *tree);
    tree->key = key;
    tree->priority = next();
    tree->count = 1;
    return tree;
  }
  if (key == tree->key) { tree->count++; return tree; }
  struct node **side = key < tree->key ? &tree->left : &tree->right;
  *side = insert(*side, key);
  struct node *child = *side;
  if (child->priority <= tree->priority) return tree;
  if (side == &tree->left) { tree->left = child->right; child->right = tree; }
  else { tree->right = child->left; child->left = tree; }
  return child;
}

static uint32_t walk(struct node *tree, uint32_t hash, int depth, int *deepest) {
  if (!tree) return hash;
  if (depth > *deepest) *deepest = depth;
  hash = walk(tree->left, hash, depth + 1, deepest);
  hash = (hash ^ tree->key * (uint32_t)tree->count) * 16777619u;
  hash = walk(tree->right, hash, depth + 1, deepest);
  free(tree);
  return hash;
}

/* A stack machine whose instructions are decided by a switch. */
static int64_t interpret(const char *code) {
  int64_t stack[64] = {0}, top, *at = stack;
  for (; *code; code++) {
    switch (*code) {
      case '+': at--; at[-1] += at[0]; break;
      case '-': at--; at[-1] -= at[0]; break;
      case '*': at--; at[-1] *= at[0]; break;
      case '/': at--; at[-1] = at[0] ? at[-1] / at[0] : -1; break;
      case '%': at--; at[-1] = at[0] ? at[-1] % at[0] : -1; break;
      case '<': at--; at[-1] = at[-1] < at[0]; break;
      case 'd': at[0] = at[-1]; at++; break;
      case 's': top = at[-1]; at[-1] = at[-2]; at[-2] = top; break;
      case 'n': at[-1] = -at[-1]; break;
      case 'x': at--; at[-1] ^= at[0]; break;
      case 'l': at--; at[-1] = (int64_t)((uint64_t)at[-1] << (at[0] & 63)); break;
      case 'r': at--; at[-1] >>= at[0] & 63; break;
      default: if (*code >= '0' && *code <= '9') *at++ = *code - '0'; break;
    }
  }
  return at[-1];
}

static void sort_items(void) {
  enum { count = 700 };
  static struct item items[count];
  int (*orders[])(const void *, const void *) = {by_key, by_weight, by_name};
  for (int i = 0; i < count; i++) {
    items[i].key = (int)(next() % 1000) - 500;
    items[i].weight = (double)next() / 65536 - 20000;
    snprintf(items[i].name, sizeof items[i].name, "n%x", next() & 0xffff);
  }
  for (int order = 0; order < 3; order++) {
    qsort(items, count, sizeof *items, orders[order]);
    for (int i = 0; i < count; i += 97) printf("%d %.4f %s; ", items[i].key, items[i].weight, items[i].name);
    printf("\n");
  }
}

int structures(void) {
  sort_items();
  struct node *tree = 0;
  for (int i = 0; i < 20000; i++) tree = insert(tree, next() % 8000);
  int deepest = 0;
  printf("tree %08x", walk(tree, 2166136261u, 0, &deepest));
  printf(" depth %d\n", deepest);
  const char *codes[] = {"34+2*", "9d*d*d*7%", "12n+3/", "05n2r", "17l9-n3%", "34<43<-", "8d*5xs", "93s-"};
  for (unsigned i = 0; i < sizeof codes / sizeof *codes; i++) printf("%lld ", (long long)interpret(codes[i]));
  printf("\n");
  char *blocks[50];
  uint32_t hash = 0;
  for (int round = 0; round < 40; round++) {
    for (int i = 0; i < 50; i++) {
      uint32_t size = next() % 9000 + 1;
      blocks[i] = round && i % 3 ? realloc(blocks[i], size) : malloc(size);
      memset(blocks[i], (int)(size & 255), size);
      hash = hash * 33 + (unsigned char)blocks[i][size / 2];
    }
    for (int i = 0; i < 50; i += 3) free(blocks[i]);
  }
  printf("blocks %08x\n", hash);
  return 0;
}
