// Linux system calls (machine interface, module `host`). The seccomp filter allows the numbers of
// the reachable `call` sites, so the number must be a constant at each.

/** A system call after the seal: the result, or the negated error number. */
@external("host", "call")
export declare function call(
  number: i32, a: u64, b: u64, c: u64, d: u64, e: u64, f: u64,
): i64;

/** A system call before the seccomp filter is installed. */
@external("host", "setup")
export declare function setup(
  number: i32, a: u64, b: u64, c: u64, d: u64, e: u64, f: u64,
): i64;
