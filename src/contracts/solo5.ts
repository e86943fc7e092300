/** What an image for `solo5` and Solo5's tender for seccomp, solo5-spt, agree on (Solo5's spt_abi.h). */

/** The version of the interface; a tender of another refuses the image. */
export const sptAbiVersion = 2;

/** Offsets in what the tender passes the address of: `struct spt_boot_info`. */
export const sptBootInfo = {
  /** u64: bytes of memory, counted from address 0. */
  memoryBytes: 0,
  /** u64: address of the command line, which ends with a NUL. */
  commandLine: 16,
  /** u64: address of the manifest, with devices attached. */
  manifest: 24,
  /** i32: an epoll set of the timer and all network devices. */
  epoll: 32,
  /** i32: a timer of the monotonic clock. */
  timer: 36,
  sizeBytes: 40,
} as const;

/** The most that the tender passes as command line, its NUL included, in bytes. */
export const sptCommandLineBytes = 8192;

/** Linux system calls that a tender allows, as far as its devices need them (tenders/spt). */
export const sptSystemCalls = {
  read: 0,
  write: 1,
  pread64: 17,
  pwrite64: 18,
  archPrctl: 158,
  clockGettime: 228,
  exitGroup: 231,
  epollPwait: 281,
  timerfdSettime: 286,
} as const;

/** The application manifest (Solo5's mft_abi.h): what devices an image has, and what they are. */
export const solo5Manifest = {
  version: 1,
  /** Bytes of u32 version and u32 count of entries. */
  headerBytes: 8,
  /** The first entry is of no device. */
  entryLimit: 64,
  entryBytes: 104,
  /** Offsets in an entry: a name with its NUL, u32 type, what the tender says of the device. */
  name: { offset: 0, bytes: 68 },
  type: 68,
  properties: 72,
  /** i32: the host's descriptor. */
  descriptor: 88,
  /** u8: whether the tender has attached the device. */
  attached: 96,
} as const;

/** Types of entries. */
export const solo5DeviceTypes = { block: 1, network: 2, none: 0x4000_0000 } as const;

/** What images call their network device: the name that urunc, and Mirage's unikernels, use, too. */
export const solo5NetworkName = "service";

/** The same for the block device at a place, from 0 up: storage, storage2 ... */
export function solo5BlockName(place: number): string {
  return place === 0 ? "storage" : `storage${place + 1}`;
}

/**
 * A word in front of the app's arguments on the command line: the program's name, which the kernel takes
 * out. Before arguments stand variables, `NAME=value` each; `--` ends them.
 */
export const solo5NameVariable = "TSUKI_NAME";
