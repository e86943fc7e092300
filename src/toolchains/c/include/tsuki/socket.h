/*
 * BSD sockets (POSIX.1-2024, <sys/socket.h>) over the socket functions that WasmEdge defined beside
 * WASI preview 1. The functions are weak: each program gets those it calls, in place of
 * wasi-libc's, and may define its own.
 */
#ifndef TSUKI_SOCKET_H
#define TSUKI_SOCKET_H

#include <errno.h>
#include <fcntl.h>
#include <__struct_sockaddr_in.h> /* <netinet/in.h> is on its way here */
#include <__struct_sockaddr_in6.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include_next <sys/socket.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Options of SOL_SOCKET, by their numbers in the extension plus 100, apart from libc's SO_TYPE. */
#define SO_REUSEADDR 100
#define SO_ERROR 102
#define SO_BROADCAST 104
#define SO_SNDBUF 105
#define SO_RCVBUF 106
#define SO_KEEPALIVE 107
#define SO_LINGER 109
#define SO_RCVTIMEO 111
#define SO_SNDTIMEO 112
#define SO_ACCEPTCONN 113

#ifndef SOMAXCONN
#define SOMAXCONN 4096
#endif
#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0x4000 /* there are no signals anyway */
#endif

#ifndef AF_PACKET
#define AF_PACKET 17 /* whole frames: <netpacket/packet.h> */
#define PF_PACKET AF_PACKET
#endif
#ifndef SOCK_RAW
#define SOCK_RAW 3
#endif

#define TSUKI_WEAK __attribute__((weak))
#define TSUKI_IMPORT(name) \
  __attribute__((import_module("wasi_snapshot_preview1"), import_name(#name)))

/* An address of the extension: u16 family, then 4 or 16 bytes, in a buffer of 128. */
struct tsuki_address {
  uint8_t *bytes;
  uint32_t size;
};

TSUKI_IMPORT(sock_open_v2)
int32_t tsuki_sock_open(int32_t family, int32_t type, uint32_t *descriptor);
TSUKI_IMPORT(sock_bind_v2)
int32_t tsuki_sock_bind(int32_t descriptor, struct tsuki_address *address, uint32_t port);
TSUKI_IMPORT(sock_listen_v2)
int32_t tsuki_sock_listen(int32_t descriptor, int32_t backlog);
TSUKI_IMPORT(sock_accept_v2)
int32_t tsuki_sock_accept(int32_t descriptor, int32_t flags, uint32_t *accepted);
TSUKI_IMPORT(sock_connect_v2)
int32_t tsuki_sock_connect(int32_t descriptor, struct tsuki_address *address, uint32_t port);
TSUKI_IMPORT(sock_recv_v2)
int32_t tsuki_sock_recv(int32_t descriptor, const struct iovec *vectors, uint32_t count,
                        int32_t flags, uint32_t *length, uint16_t *result_flags);
TSUKI_IMPORT(sock_recv_from_v2)
int32_t tsuki_sock_recv_from(int32_t descriptor, const struct iovec *vectors, uint32_t count,
                             struct tsuki_address *address, int32_t flags, uint32_t *port,
                             uint32_t *length, uint16_t *result_flags);
TSUKI_IMPORT(sock_send_v2)
int32_t tsuki_sock_send(int32_t descriptor, const struct iovec *vectors, uint32_t count,
                        int32_t flags, uint32_t *length);
TSUKI_IMPORT(sock_send_to_v2)
int32_t tsuki_sock_send_to(int32_t descriptor, const struct iovec *vectors, uint32_t count,
                           struct tsuki_address *address, uint32_t port, int32_t flags,
                           uint32_t *length);
TSUKI_IMPORT(sock_getlocaladdr_v2)
int32_t tsuki_sock_local(int32_t descriptor, struct tsuki_address *address, uint32_t *port);
TSUKI_IMPORT(sock_getpeeraddr_v2)
int32_t tsuki_sock_peer(int32_t descriptor, struct tsuki_address *address, uint32_t *port);
TSUKI_IMPORT(sock_getsockopt)
int32_t tsuki_sock_option(int32_t descriptor, int32_t level, int32_t name, void *value,
                          uint32_t *size);
TSUKI_IMPORT(sock_setsockopt)
int32_t tsuki_sock_set_option(int32_t descriptor, int32_t level, int32_t name, const void *value,
                              uint32_t size);

/* Error numbers of wasi-libc are WASI's. */
static inline int tsuki_outcome(int32_t error) {
  if (error == 0) return 0;
  errno = error;
  return -1;
}

/* Writes a sockaddr as the extension has it; 0, or an error number. */
static inline int32_t tsuki_read_sockaddr(const struct sockaddr *from, socklen_t length,
                                          uint8_t *bytes, uint32_t *port) {
  if (from == NULL) return EFAULT;
  if (length < sizeof(from->sa_family)) return EINVAL;
  if (from->sa_family == AF_INET && length >= sizeof(struct sockaddr_in)) {
    const struct sockaddr_in *address = (const struct sockaddr_in *)from;
    memcpy(bytes + 2, &address->sin_addr, 4);
    *port = __builtin_bswap16(address->sin_port);
  } else if (from->sa_family == AF_INET6 && length >= sizeof(struct sockaddr_in6)) {
    const struct sockaddr_in6 *address = (const struct sockaddr_in6 *)from;
    memcpy(bytes + 2, &address->sin6_addr, 16);
    *port = __builtin_bswap16(address->sin6_port);
  } else if (from->sa_family == AF_PACKET && length >= 12) {
    int32_t index;
    memcpy(bytes + 2, (const uint8_t *)from + 2, 2); /* sll_protocol */
    memcpy(&index, (const uint8_t *)from + 4, 4);    /* sll_ifindex */
    *port = (uint32_t)index;
  } else {
    return from->sa_family == AF_INET || from->sa_family == AF_INET6 ? EINVAL : EAFNOSUPPORT;
  }
  bytes[0] = (uint8_t)from->sa_family;
  bytes[1] = 0;
  return 0;
}

/* A struct sockaddr_ll of Ethernet's, good until the next call. */
static inline const void *tsuki_link_address(const uint8_t *bytes, uint32_t index) {
  static uint8_t address[20];
  memset(address, 0, sizeof address);
  *(sa_family_t *)address = AF_PACKET;
  memcpy(address + 2, bytes + 2, 2);
  memcpy(address + 4, &index, 4);
  address[8] = 1; /* ARPHRD_ETHER */
  address[11] = 6;
  memcpy(address + 12, bytes + 4, 6);
  return address;
}

/* Gives the caller an address, cut off where there is no room, and its whole length. */
static inline void tsuki_write_sockaddr(const uint8_t *bytes, uint32_t port, struct sockaddr *to,
                                        socklen_t *length) {
  struct sockaddr_in6 six;
  struct sockaddr_in four;
  const void *made = &four;
  socklen_t size = sizeof four;
  if (to == NULL || length == NULL) return;
  memset(&four, 0, sizeof four);
  memset(&six, 0, sizeof six);
  if (bytes[0] == AF_INET6) {
    six.sin6_family = AF_INET6;
    six.sin6_port = __builtin_bswap16((uint16_t)port);
    memcpy(&six.sin6_addr, bytes + 2, 16);
    made = &six;
    size = sizeof six;
  } else if (bytes[0] == AF_PACKET) {
    made = tsuki_link_address(bytes, port);
    size = 20;
  } else {
    four.sin_family = bytes[0] == AF_INET ? AF_INET : AF_UNSPEC;
    four.sin_port = __builtin_bswap16((uint16_t)port);
    memcpy(&four.sin_addr, bytes + 2, 4);
  }
  memcpy(to, made, *length < size ? *length : size);
  *length = size;
}

TSUKI_WEAK int socket(int family, int type, int protocol) {
  uint32_t descriptor;
  int plain = type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC);
  int kind = plain == SOCK_DGRAM ? 1 : plain == SOCK_STREAM ? 2 : 0;
  if (family == AF_PACKET && plain == SOCK_RAW) kind = 3;
  if (kind == 0) return tsuki_outcome(EPROTONOSUPPORT);
  if (kind != 3 && protocol != 0 && protocol != (kind == 2 ? 6 /* TCP */ : 17 /* UDP */)) {
    return tsuki_outcome(EPROTONOSUPPORT);
  }
  if (tsuki_outcome(tsuki_sock_open(family, kind, &descriptor)) != 0) return -1;
  if (kind == 3 && protocol != 0) {
    /* From all cards; the protocol is in network order already. */
    uint8_t bytes[128] = {AF_PACKET, 0, (uint8_t)protocol, (uint8_t)(protocol >> 8)};
    struct tsuki_address place = {bytes, sizeof bytes};
    if (tsuki_outcome(tsuki_sock_bind((int32_t)descriptor, &place, 0)) != 0) return -1;
  }
  if (type & SOCK_NONBLOCK) fcntl((int)descriptor, F_SETFL, O_NONBLOCK);
  return (int)descriptor;
}

TSUKI_WEAK int bind(int descriptor, const struct sockaddr *address, socklen_t length) {
  uint8_t bytes[128];
  uint32_t port;
  struct tsuki_address place = {bytes, sizeof bytes};
  int32_t error = tsuki_read_sockaddr(address, length, bytes, &port);
  return tsuki_outcome(error != 0 ? error : tsuki_sock_bind(descriptor, &place, port));
}

TSUKI_WEAK int listen(int descriptor, int backlog) {
  return tsuki_outcome(tsuki_sock_listen(descriptor, backlog));
}

TSUKI_WEAK int getsockname(int descriptor, struct sockaddr *__restrict address,
                           socklen_t *__restrict length) {
  uint8_t bytes[128] = {0};
  uint32_t port;
  struct tsuki_address place = {bytes, sizeof bytes};
  if (tsuki_outcome(tsuki_sock_local(descriptor, &place, &port)) != 0) return -1;
  tsuki_write_sockaddr(bytes, port, address, length);
  return 0;
}

TSUKI_WEAK int getpeername(int descriptor, struct sockaddr *__restrict address,
                           socklen_t *__restrict length) {
  uint8_t bytes[128] = {0};
  uint32_t port;
  struct tsuki_address place = {bytes, sizeof bytes};
  if (tsuki_outcome(tsuki_sock_peer(descriptor, &place, &port)) != 0) return -1;
  tsuki_write_sockaddr(bytes, port, address, length);
  return 0;
}

TSUKI_WEAK int accept4(int descriptor, struct sockaddr *__restrict address,
                       socklen_t *__restrict length, int flags) {
  uint32_t accepted;
  int32_t nonblock = (flags & SOCK_NONBLOCK) != 0 ? 4 : 0;
  if (tsuki_outcome(tsuki_sock_accept(descriptor, nonblock, &accepted)) != 0) return -1;
  if (address != NULL) getpeername((int)accepted, address, length);
  return (int)accepted;
}

TSUKI_WEAK int accept(int descriptor, struct sockaddr *__restrict address,
                      socklen_t *__restrict length) {
  return accept4(descriptor, address, length, 0);
}

TSUKI_WEAK int connect(int descriptor, const struct sockaddr *address, socklen_t length) {
  uint8_t bytes[128];
  uint32_t port;
  struct tsuki_address place = {bytes, sizeof bytes};
  int32_t error = tsuki_read_sockaddr(address, length, bytes, &port);
  return tsuki_outcome(error != 0 ? error : tsuki_sock_connect(descriptor, &place, port));
}

TSUKI_WEAK ssize_t recv(int descriptor, void *buffer, size_t capacity, int flags) {
  struct iovec vector = {buffer, capacity};
  uint32_t length;
  uint16_t result_flags;
  int32_t error = tsuki_sock_recv(descriptor, &vector, 1, flags & (MSG_PEEK | MSG_WAITALL),
                                  &length, &result_flags);
  return error == 0 ? (ssize_t)length : tsuki_outcome(error);
}

TSUKI_WEAK ssize_t recvfrom(int descriptor, void *__restrict buffer, size_t capacity, int flags,
                            struct sockaddr *__restrict address, socklen_t *__restrict length) {
  struct iovec vector = {buffer, capacity};
  uint8_t bytes[128] = {0};
  struct tsuki_address place = {bytes, sizeof bytes};
  uint32_t received, port;
  uint16_t result_flags;
  if (address == NULL) return recv(descriptor, buffer, capacity, flags);
  if (tsuki_outcome(tsuki_sock_recv_from(descriptor, &vector, 1, &place,
                                         flags & (MSG_PEEK | MSG_WAITALL), &port, &received,
                                         &result_flags)) != 0) {
    return -1;
  }
  tsuki_write_sockaddr(bytes, port, address, length);
  return (ssize_t)received;
}

TSUKI_WEAK ssize_t send(int descriptor, const void *buffer, size_t length, int flags) {
  struct iovec vector = {(void *)buffer, length};
  uint32_t sent;
  (void)flags;
  int32_t error = tsuki_sock_send(descriptor, &vector, 1, 0, &sent);
  return error == 0 ? (ssize_t)sent : tsuki_outcome(error);
}

TSUKI_WEAK ssize_t sendto(int descriptor, const void *buffer, size_t size, int flags,
                          const struct sockaddr *address, socklen_t length) {
  struct iovec vector = {(void *)buffer, size};
  uint8_t bytes[128];
  uint32_t sent, port;
  struct tsuki_address place = {bytes, sizeof bytes};
  if (address == NULL) return send(descriptor, buffer, size, flags);
  int32_t error = tsuki_read_sockaddr(address, length, bytes, &port);
  if (error == 0) error = tsuki_sock_send_to(descriptor, &vector, 1, &place, port, 0, &sent);
  return error == 0 ? (ssize_t)sent : tsuki_outcome(error);
}

/* The extension's number of an option, or -1; `level` becomes its level. */
static inline int tsuki_option(int *level, int name) {
  if (*level == 0 /* IPPROTO_IP */) *level = 256;
  if (*level != SOL_SOCKET) return name;
  *level = 0;
  if (name == SO_TYPE) return 1;
  return name >= 100 && name <= 113 ? name - 100 : -1;
}

TSUKI_WEAK int setsockopt(int descriptor, int level, int name, const void *value,
                          socklen_t length) {
  int option = tsuki_option(&level, name);
  return tsuki_outcome(tsuki_sock_set_option(descriptor, level, option, value, length));
}

TSUKI_WEAK int getsockopt(int descriptor, int level, int name, void *__restrict value,
                          socklen_t *__restrict length) {
  int option = tsuki_option(&level, name);
  int result = tsuki_outcome(tsuki_sock_option(descriptor, level, option, value, length));
  if (result == 0 && level == 0 && option == 1) {
    *(int *)value = *(int *)value == 1 ? SOCK_DGRAM : SOCK_STREAM;
  }
  return result;
}

#ifdef __cplusplus
}
#endif

#endif
