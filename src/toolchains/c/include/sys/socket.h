/* wasi-libc's <sys/socket.h>, and the functions that it lacks. */
#ifndef TSUKI_SYS_SOCKET_H
#define TSUKI_SYS_SOCKET_H
#include_next <sys/socket.h>
#include <tsuki/socket.h>
#endif
