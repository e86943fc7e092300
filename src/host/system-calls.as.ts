// Linux system calls by their names, for what is not sealed: the result, or the negated error
// number (arch/x86/entry/syscalls/syscall_64.tbl; section 2 of the manual).
import * as host from "../kernel/base/machine/host.as";

/** -ENOENT. */
export const noEntry: i64 = -2;

/** -EACCES. */
export const accessDenied: i64 = -13;

/** -EADDRINUSE. */
export const addressInUse: i64 = -98;

/** read(2). */
export function read(descriptor: u64, buffer: usize, length: u32): i64 {
  return host.setup(0, descriptor, buffer, length, 0, 0, 0);
}

/** write(2). */
export function write(descriptor: u64, bytes: usize, length: u32): i64 {
  return host.setup(1, descriptor, bytes, length, 0, 0, 0);
}

/** open(2); `path` is the address of a text that a NUL ends. */
export function open(path: u64, flags: u32, mode: u32): i64 {
  return host.setup(2, path, flags, mode, 0, 0, 0);
}

/** close(2). */
export function close(descriptor: u64): void {
  host.setup(3, descriptor, 0, 0, 0, 0, 0);
}

/** poll(2); `records`: struct pollfd[]. */
export function poll(records: usize, count: u32, timeoutMs: i32): i64 {
  return host.setup(7, records, count, <u64>timeoutMs, 0, 0, 0);
}

/** lseek(2). */
export function seek(descriptor: u64, offset: i64, whence: u32): i64 {
  return host.setup(8, descriptor, offset, whence, 0, 0, 0);
}

/** ioctl(2). */
export function control(descriptor: u64, request: u32, value: usize): i64 {
  return host.setup(16, descriptor, request, value, 0, 0, 0);
}

/** socket(2). */
export function openSocket(family: u32, kind: u32): i64 {
  return host.setup(41, family, kind, 0, 0, 0, 0);
}

/** connect(2). */
export function connect(descriptor: u64, address: usize, length: u32): i64 {
  return host.setup(42, descriptor, address, length, 0, 0, 0);
}

/** bind(2). */
export function bind(descriptor: u64, address: usize, length: u32): i64 {
  return host.setup(49, descriptor, address, length, 0, 0, 0);
}

/** listen(2). */
export function listen(descriptor: u64, backlog: u32): i64 {
  return host.setup(50, descriptor, backlog, 0, 0, 0, 0);
}

/** socketpair(2), of streams that wait for nothing; `ends`: where the two descriptors go. */
export function openSocketPair(ends: usize): i64 {
  return host.setup(53, 1, 0x80801, 0, ends, 0, 0); // AF_UNIX, SOCK_STREAM | CLOEXEC | NONBLOCK
}

/** getsockopt(2). */
export function socketOption(
  descriptor: u64, level: u32, name: u32, value: usize, length: usize,
): i64 {
  return host.setup(55, descriptor, level, name, value, length, 0);
}

/** clone(2), as fork, with flags for its namespaces and the signal of its end. */
export function clone(flags: u32): i64 {
  return host.setup(56, flags, 0, 0, 0, 0, 0);
}

/** fork(2): 0 in the new process. */
export function fork(): i64 {
  return host.setup(57, 0, 0, 0, 0, 0, 0);
}

/** execve(2); returns only when it fails. */
export function execute(path: u64, arguments_: u64, environment: u64): i64 {
  return host.setup(59, path, arguments_, environment, 0, 0, 0);
}

/** wait4(2); `status`: where the status goes. */
export function waitFor(process: u64, status: usize, options: u32): i64 {
  return host.setup(61, process, status, options, 0, 0, 0);
}

/** kill(2). */
export function signal(process: u64, number: u32): i64 {
  return host.setup(62, process, number, 0, 0, 0, 0);
}

/** fcntl(2), F_SETFL. */
export function setStatusFlags(descriptor: u64, flags: u32): i64 {
  return host.setup(72, descriptor, 4, flags, 0, 0, 0);
}

/** fsync(2). */
export function flush(descriptor: u64): i64 {
  return host.setup(74, descriptor, 0, 0, 0, 0, 0);
}

/** getcwd(2); the bytes of the path with the NUL behind it. */
export function currentFolder(buffer: usize, capacity: u32): i64 {
  return host.setup(79, buffer, capacity, 0, 0, 0, 0);
}

/** chdir(2). */
export function changeFolder(path: usize): i64 {
  return host.setup(80, path, 0, 0, 0, 0, 0);
}

/** rename(2). */
export function rename(from: usize, to: usize): i64 {
  return host.setup(82, from, to, 0, 0, 0, 0);
}

/** getuid(2). */
export function userId(): u32 {
  return <u32>host.setup(102, 0, 0, 0, 0, 0, 0);
}

/** getgid(2). */
export function groupId(): u32 {
  return <u32>host.setup(104, 0, 0, 0, 0, 0, 0);
}

/** unshare(2). */
export function unshare(flags: u32): i64 {
  return host.setup(272, flags, 0, 0, 0, 0, 0);
}

/** setsid(2). */
export function beginSession(): i64 {
  return host.setup(112, 0, 0, 0, 0, 0, 0);
}

/** prctl(2). */
export function processControl(operation: u32, value: u64): i64 {
  return host.setup(157, operation, value, 0, 0, 0, 0);
}

/** getppid(2). */
export function parentId(): u32 {
  return <u32>host.setup(110, 0, 0, 0, 0, 0, 0);
}

/** sigprocmask(2); `set`: the 64 bits of a signal set. */
export function maskSignals(how: u32, set: usize): i64 {
  return host.setup(14, how, set, 0, 8, 0, 0);
}

/** signalfd(2), of a new descriptor. */
export function signalDescriptor(set: usize, flags: u32): i64 {
  return host.setup(289, <u64>-1, set, 8, flags, 0, 0);
}

/** accept4(2), without the address. */
export function accept(descriptor: u64, flags: u32): i64 {
  return host.setup(288, descriptor, 0, 0, flags, 0, 0);
}

/** dup3(2). */
export function duplicate(from: u64, to: u64): i64 {
  return host.setup(292, from, to, 0, 0, 0, 0);
}

/** pipe2(2); `ends`: where the two descriptors go, the one to read first. */
export function openPipe(ends: usize, flags: u32): i64 {
  return host.setup(293, ends, flags, 0, 0, 0, 0);
}
