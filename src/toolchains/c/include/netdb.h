/* <netdb.h> (POSIX.1-2024), which wasi-libc lacks: addresses by name. */
#ifndef TSUKI_NETDB_H
#define TSUKI_NETDB_H

#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>

#ifdef __cplusplus
extern "C" {
#endif

#define AI_PASSIVE 1
#define AI_CANONNAME 2
#define AI_NUMERICHOST 4
#define AI_NUMERICSERV 8
#define AI_V4MAPPED 16
#define AI_ALL 32
#define AI_ADDRCONFIG 64

#define EAI_AGAIN (-3)
#define EAI_FAIL (-4)
#define EAI_FAMILY (-6)
#define EAI_SERVICE (-8)
#define EAI_MEMORY (-10)
#define EAI_SYSTEM (-11)
#define EAI_NONAME (-2)

struct addrinfo {
  int ai_flags, ai_family, ai_socktype, ai_protocol;
  socklen_t ai_addrlen;
  struct sockaddr *ai_addr;
  char *ai_canonname;
  struct addrinfo *ai_next;
};

/* The extension's results: room for so many, each with its address and that one's bytes. */
enum { TSUKI_RESULTS = 8 };

struct tsuki_result_address {
  uint8_t family;
  uint32_t length;
  uint8_t *data;
};

struct tsuki_result {
  uint16_t flags;
  uint8_t family, type, protocol;
  uint32_t address_length;
  struct tsuki_result_address *address;
  char *name;
  uint32_t name_length;
  struct tsuki_result *next;
};

TSUKI_IMPORT(sock_getaddrinfo)
int32_t tsuki_sock_addresses(const char *name, uint32_t name_length, const char *service,
                             uint32_t service_length, const struct tsuki_result *hints,
                             struct tsuki_result **results, uint32_t limit, uint32_t *count);

TSUKI_WEAK void freeaddrinfo(struct addrinfo *list) {
  while (list != NULL) {
    struct addrinfo *next = list->ai_next;
    free(list);
    list = next;
  }
}

/* One result and its address in one piece of memory. */
static inline struct addrinfo *tsuki_make_result(const struct tsuki_result *from, int type) {
  struct {
    struct addrinfo info;
    struct sockaddr_in6 address;
  } *made;
  uint8_t bytes[18];
  socklen_t length = sizeof made->address;
  const uint8_t *data = from->address->data;
  made = calloc(1, sizeof *made);
  if (made == NULL) return NULL;
  bytes[0] = from->family;
  bytes[1] = 0;
  memcpy(bytes + 2, data + (from->family == AF_INET ? 2 : 6), from->family == AF_INET ? 4 : 16);
  made->info.ai_family = from->family;
  made->info.ai_socktype = type;
  made->info.ai_protocol = type == SOCK_DGRAM ? IPPROTO_UDP : IPPROTO_TCP;
  made->info.ai_addr = (struct sockaddr *)&made->address;
  tsuki_write_sockaddr(bytes, (uint32_t)data[0] << 8 | data[1], made->info.ai_addr, &length);
  made->info.ai_addrlen = length;
  return &made->info;
}

static inline int tsuki_name_error(int32_t error) {
  if (error == 78) return EAI_AGAIN;
  if (error == 84) return EAI_NONAME;
  if (error == 85) return EAI_SERVICE;
  if (error == EAFNOSUPPORT) return EAI_FAMILY;
  return error == 80 ? EAI_FAIL : (errno = error, EAI_SYSTEM);
}

TSUKI_WEAK int getaddrinfo(const char *__restrict name, const char *__restrict service,
                           const struct addrinfo *__restrict hints,
                           struct addrinfo **__restrict list) {
  struct tsuki_result_address addresses[TSUKI_RESULTS];
  struct tsuki_result results[TSUKI_RESULTS], wanted, *first = results;
  uint8_t data[TSUKI_RESULTS][26];
  uint32_t count = 0;
  int type = hints != NULL && hints->ai_socktype == SOCK_DGRAM ? SOCK_DGRAM : SOCK_STREAM;
  int is_passive = hints != NULL && (hints->ai_flags & AI_PASSIVE) != 0;
  if (name == NULL) name = is_passive ? "0.0.0.0" : "127.0.0.1";
  if (service == NULL) service = "";
  memset(&wanted, 0, sizeof wanted);
  wanted.family = hints != NULL ? (uint8_t)hints->ai_family : AF_UNSPEC;
  wanted.type = type == SOCK_DGRAM ? 1 : 2;
  memset(results, 0, sizeof results);
  for (int index = 0; index < TSUKI_RESULTS; index++) {
    addresses[index].data = data[index];
    addresses[index].length = sizeof data[index];
    results[index].address = &addresses[index];
    results[index].next = index + 1 < TSUKI_RESULTS ? &results[index + 1] : NULL;
  }
  int32_t error = tsuki_sock_addresses(name, (uint32_t)strlen(name), service,
                                       (uint32_t)strlen(service), &wanted, &first, TSUKI_RESULTS,
                                       &count);
  if (error != 0) return tsuki_name_error(error);
  *list = NULL;
  struct addrinfo **last = list;
  for (uint32_t index = 0; index < count; index++) {
    *last = tsuki_make_result(&results[index], type);
    if (*last == NULL) {
      freeaddrinfo(*list);
      return EAI_MEMORY;
    }
    last = &(*last)->ai_next;
  }
  return *list == NULL ? EAI_NONAME : 0;
}

TSUKI_WEAK const char *gai_strerror(int error) {
  switch (error) {
    case EAI_AGAIN: return "no server answered, try again";
    case EAI_FAIL: return "the servers cannot say";
    case EAI_FAMILY: return "no such address family";
    case EAI_SERVICE: return "no such service: give the port's number";
    case EAI_MEMORY: return "out of memory";
    case EAI_NONAME: return "no such name";
    default: return "system error";
  }
}

#ifdef __cplusplus
}
#endif

#endif
