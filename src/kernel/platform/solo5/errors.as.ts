// What Linux's system calls give when they have done nothing (asm-generic/errno.h).

/** -EINTR: a signal came first. */
export const interrupted: i64 = -4;

/** -EAGAIN: it would have to wait. */
export const tryAgain: i64 = -11;
