/**
 * WASI preview 1 as data: every function of `wasi_snapshot_preview1` with its WebAssembly signature,
 * and the error numbers (WASI 0.1, typenames.witx and wasi_snapshot_preview1.witx).
 */
import type { NumberType } from "./machine-interface.ts";

/** The WebAssembly signature of one function. */
export interface FunctionSignature {
  readonly parameters: readonly NumberType[];
  readonly results: readonly NumberType[];
}

/**
 * The module by whose name apps import WASI preview 1. Its predecessor `wasi_unstable` has other
 * layouts: it is unknown, and so refused.
 */
export const wasiModule = "wasi_snapshot_preview1";

const letters = { i: "i32", I: "i64" } as const;

/** Reads "iiI" as (i32, i32, i64); all but proc_exit return an error number. */
function define(parameters: string, results: readonly NumberType[] = ["i32"]): FunctionSignature {
  return {
    parameters: [...parameters].map((letter) => letters[letter as keyof typeof letters]),
    results,
  };
}

/** The functions of WASI preview 1 by name. */
export const wasiFunctions = {
  args_get: define("ii"),
  args_sizes_get: define("ii"),
  environ_get: define("ii"),
  environ_sizes_get: define("ii"),
  clock_res_get: define("ii"),
  clock_time_get: define("iIi"),
  fd_advise: define("iIIi"),
  fd_allocate: define("iII"),
  fd_close: define("i"),
  fd_datasync: define("i"),
  fd_fdstat_get: define("ii"),
  fd_fdstat_set_flags: define("ii"),
  fd_fdstat_set_rights: define("iII"),
  fd_filestat_get: define("ii"),
  fd_filestat_set_size: define("iI"),
  fd_filestat_set_times: define("iIIi"),
  fd_pread: define("iiiIi"),
  fd_prestat_get: define("ii"),
  fd_prestat_dir_name: define("iii"),
  fd_pwrite: define("iiiIi"),
  fd_read: define("iiii"),
  fd_readdir: define("iiiIi"),
  fd_renumber: define("ii"),
  fd_seek: define("iIii"),
  fd_sync: define("i"),
  fd_tell: define("ii"),
  fd_write: define("iiii"),
  path_create_directory: define("iii"),
  path_filestat_get: define("iiiii"),
  path_filestat_set_times: define("iiiiIIi"),
  path_link: define("iiiiiii"),
  path_open: define("iiiiiIIii"),
  path_readlink: define("iiiiii"),
  path_remove_directory: define("iii"),
  path_rename: define("iiiiii"),
  path_symlink: define("iiiii"),
  path_unlink_file: define("iii"),
  poll_oneoff: define("iiii"),
  proc_exit: define("i", []),
  proc_raise: define("i"),
  sched_yield: define(""),
  random_get: define("ii"),
  sock_accept: define("iii"),
  sock_recv: define("iiiiii"),
  sock_send: define("iiiii"),
  sock_shutdown: define("ii"),
} as const satisfies Record<string, FunctionSignature>;

/** WASI's error numbers (typenames.witx, errno), by POSIX name without the E. */
export const wasiErrors = {
  success: 0,
  toobig: 1,
  acces: 2,
  addrinuse: 3,
  addrnotavail: 4,
  afnosupport: 5,
  again: 6,
  already: 7,
  badf: 8,
  badmsg: 9,
  busy: 10,
  canceled: 11,
  child: 12,
  connaborted: 13,
  connrefused: 14,
  connreset: 15,
  deadlk: 16,
  destaddrreq: 17,
  dom: 18,
  dquot: 19,
  exist: 20,
  fault: 21,
  fbig: 22,
  hostunreach: 23,
  idrm: 24,
  ilseq: 25,
  inprogress: 26,
  intr: 27,
  inval: 28,
  io: 29,
  isconn: 30,
  isdir: 31,
  loop: 32,
  mfile: 33,
  mlink: 34,
  msgsize: 35,
  multihop: 36,
  nametoolong: 37,
  netdown: 38,
  netreset: 39,
  netunreach: 40,
  nfile: 41,
  nobufs: 42,
  nodev: 43,
  noent: 44,
  noexec: 45,
  nolck: 46,
  nolink: 47,
  nomem: 48,
  nomsg: 49,
  noprotoopt: 50,
  nospc: 51,
  nosys: 52,
  notconn: 53,
  notdir: 54,
  notempty: 55,
  notrecoverable: 56,
  notsock: 57,
  notsup: 58,
  notty: 59,
  nxio: 60,
  overflow: 61,
  ownerdead: 62,
  perm: 63,
  pipe: 64,
  proto: 65,
  protonosupport: 66,
  prototype: 67,
  range: 68,
  rofs: 69,
  spipe: 70,
  srch: 71,
  stale: 72,
  timedout: 73,
  txtbsy: 74,
  xdev: 75,
  notcapable: 76,
} as const;
