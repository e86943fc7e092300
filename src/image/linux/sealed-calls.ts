import { inheritedDescriptors } from "../../contracts/inherited-descriptors.ts";
import { type ArgumentRule, makeSeccompFilter, type SeccompFilter } from "./seccomp.ts";

const call = {
  read: 0,
  write: 1,
  mmap: 9,
  readv: 19,
  writev: 20,
  socket: 41,
  setsockopt: 54,
  accept4: 288,
} as const;
/**
 * Calls that are there for mounted folders alone: lseek, fsync, fdatasync, ftruncate, getdents64,
 * mkdirat, unlinkat, renameat, linkat, symlinkat, readlinkat, utimensat, preadv, pwritev2, openat2.
 */
const folderCalls = [8, 74, 75, 77, 217, 258, 263, 264, 265, 266, 267, 280, 295, 328, 437];

/** Those of them that a disk takes, which is open before the seal: fdatasync, preadv, pwritev2. */
const diskCalls = [75, 295, 328];

const standardInput = [0];
const standardOutputs = [1, 2];
const { taps, trace, control } = inheritedDescriptors;
/** PROT_READ | PROT_WRITE: a sealed process makes no code. */
const readWrite = [3];
/** AF_INET, AF_INET6: no local, raw or netlink sockets. */
const internetFamilies = [2, 10];
/** IPPROTO_IP, SOL_SOCKET, IPPROTO_TCP, IPPROTO_IPV6. */
const optionLevels = [0, 1, 6, 41];
/**
 * Those of socket-options.as.ts at any of these levels: none of a packet filter's, which are 64 and
 * 65 (IPT_SO_SET_REPLACE), and have had holes.
 */
const optionNames = [
  1, 2, 4, 5, 6, 7, 8, 9, 10, 13, 16, 17, 18, 19, 20, 21, 26, 33, 34, 35, 36, 62, 67,
];
/** SOCK_NONBLOCK | SOCK_CLOEXEC. */
const acceptFlags = [0x8_0800];

type Rules = ReadonlyMap<number, readonly ArgumentRule[]>;

const rules: Rules = new Map([
  [call.read, [{ index: 0, values: standardInput }]],
  [call.readv, [{ index: 0, values: [...standardInput, control] }]],
  [call.write, [{ index: 0, values: standardOutputs }]],
  [call.writev, [{ index: 0, values: [...standardOutputs, control] }]],
  [call.mmap, [{ index: 2, values: readWrite }]],
  [call.socket, [{ index: 0, values: internetFamilies }]],
  [
    call.setsockopt,
    [
      { index: 1, values: optionLevels },
      { index: 2, values: optionNames },
    ],
  ],
  [call.accept4, [{ index: 3, values: acceptFlags }]],
]);

/** The rules of a process with a network stack of its own. A number that no tap was given stays nobody's. */
const tapRules: Rules = new Map([
  ...rules,
  [call.read, [{ index: 0, values: [...standardInput, ...taps] }]],
  [call.writev, [{ index: 0, values: [...standardOutputs, control, ...taps, trace] }]],
]);

/**
 * The filter of a sealed process that makes the given system calls: it reads standard input and
 * writes the standard outputs only, and the control channel if it was handed one, and with `hasTap`
 * its taps; it opens no sockets but internet
 * ones, and maps no memory that could be executed.
 */
export function sealedProcessFilter(systemCalls: readonly number[], hasTap = false): SeccompFilter {
  return makeSeccompFilter({ allowed: systemCalls, rules: hasTap ? tapRules : rules });
}

/** The filter of the same process when no folder was mounted: it cannot open any then. */
export function folderlessProcessFilter(
  systemCalls: readonly number[],
  hasTap = false,
): SeccompFilter {
  return sealedProcessFilter(withoutFolderCalls(systemCalls), hasTap);
}

/** The filter of the same process when disks were mounted, but no folder. */
export function disksProcessFilter(systemCalls: readonly number[], hasTap = false): SeccompFilter {
  const allowed = systemCalls.filter(
    (number) => !folderCalls.includes(number) || diskCalls.includes(number),
  );
  return sealedProcessFilter(allowed, hasTap);
}

/** The calls among others that are there without a mounted folder, too. */
export function withoutFolderCalls(systemCalls: readonly number[]): readonly number[] {
  return systemCalls.filter((number) => !folderCalls.includes(number));
}
