/**
 * The machine interface: the imports by which the kernel touches its platform (brief D5).
 *
 * The compiler turns each into machine code, the simulator and the node monitor into a TypeScript
 * function. Pointers named `pointer` are kernel pointers (i32, unsigned, below 4 GiB); `appPointer`
 * is an offset into the app's memory; `address` is a 64-bit physical (`pc`) or virtual (`linux`,
 * `solo5`) address.
 */

/** A WebAssembly number type as it stands in a signature. */
export type NumberType = "i32" | "i64" | "f32" | "f64";

/** Platforms an image can be made for, with the number the kernel sees in `config.platform`. */
export const platformIds = { pc: 0, linux: 1, node: 2, solo5: 3 } as const;

/** What an image is made for (brief section 2). */
export type Platform = keyof typeof platformIds;

/** One import: its parameter and result types and the platforms that provide it. */
export interface MachineImport {
  readonly parameters: readonly NumberType[];
  readonly results: readonly NumberType[];
  readonly platforms: readonly Platform[];
}

const everywhere: readonly Platform[] = ["pc", "linux", "node", "solo5"];
const native: readonly Platform[] = ["pc", "linux", "solo5"];
const onLinux: readonly Platform[] = ["linux", "solo5"];

function define(
  parameters: readonly NumberType[],
  results: readonly NumberType[],
  platforms: readonly Platform[] = everywhere,
): MachineImport {
  return { parameters, results, platforms };
}

const seven: readonly NumberType[] = ["i32", "i64", "i64", "i64", "i64", "i64", "i64"];

/** Every function of the machine interface, keyed `module.name`. */
export const machineImports = {
  // x86 I/O ports: in(port) -> value, out(port, value).
  "port.in8": define(["i32"], ["i32"], ["pc", "node"]),
  "port.in16": define(["i32"], ["i32"], ["pc", "node"]),
  "port.in32": define(["i32"], ["i32"], ["pc", "node"]),
  "port.out8": define(["i32", "i32"], [], ["pc", "node"]),
  "port.out16": define(["i32", "i32"], [], ["pc", "node"]),
  "port.out32": define(["i32", "i32"], [], ["pc", "node"]),

  // Memory-mapped registers (and, on `linux`, the process's argument block): read(address),
  // write(address, value). Never merged, reordered or dropped.
  "mmio.read8": define(["i64"], ["i32"]),
  "mmio.read16": define(["i64"], ["i32"]),
  "mmio.read32": define(["i64"], ["i32"]),
  "mmio.read64": define(["i64"], ["i64"]),
  "mmio.write8": define(["i64", "i32"], []),
  "mmio.write16": define(["i64", "i32"], []),
  "mmio.write32": define(["i64", "i32"], []),
  "mmio.write64": define(["i64", "i64"], []),

  // Kernel memory shared with a device: load(pointer), store(pointer, value); each is one access.
  "dma.load8": define(["i32"], ["i32"]),
  "dma.load16": define(["i32"], ["i32"]),
  "dma.load32": define(["i32"], ["i32"]),
  "dma.load64": define(["i32"], ["i64"]),
  "dma.store8": define(["i32", "i32"], []),
  "dma.store16": define(["i32", "i32"], []),
  "dma.store32": define(["i32", "i32"], []),
  "dma.store64": define(["i32", "i64"], []),

  // The processor. identify(leaf, subleaf, pointer) stores EAX, EBX, ECX, EDX of CPUID.
  "cpu.timestamp": define([], ["i64"]),
  "cpu.identify": define(["i32", "i32", "i32"], [], native),
  "cpu.pause": define([], []),
  "cpu.fence": define([], []),
  "cpu.waitForInterrupt": define([], [], ["pc", "node"]), // sti; hlt; cli
  "cpu.halt": define([], [], ["pc", "node"]), // cli; hlt: does not return
  "cpu.readMsr": define(["i32"], ["i64"], ["pc"]),
  "cpu.writeMsr": define(["i32", "i64"], [], ["pc"]),
  "cpu.loadPageTables": define(["i64"], [], ["pc"]), // mov cr3, address
  "cpu.invalidatePage": define(["i64"], [], ["pc"]), // invlpg [address]
  "cpu.loadInterruptTable": define(["i32"], [], ["pc"]), // lidt [pointer]
  "cpu.random": define([], ["i64"], native), // rdrand, 0 after ten failures; ask identify first

  // The app's memory. Sizes are in 64 KiB pages. The kernel checks ranges against size(); what
  // still faults is a trap. copyIn: app to kernel; copyOut: kernel to app.
  "app.size": define([], ["i32"]),
  "app.setSize": define(["i32"], [], native),
  "app.maximum": define([], ["i32"]), // declared maximum, 65536 when there is none
  "app.load8": define(["i32"], ["i32"]),
  "app.load16": define(["i32"], ["i32"]),
  "app.load32": define(["i32"], ["i32"]),
  "app.load64": define(["i32"], ["i64"]),
  "app.store8": define(["i32", "i32"], []),
  "app.store16": define(["i32", "i32"], []),
  "app.store32": define(["i32", "i32"], []),
  "app.store64": define(["i32", "i64"], []),
  "app.copyIn": define(["i32", "i32", "i32"], []), // pointer, appPointer, length
  "app.copyOut": define(["i32", "i32", "i32"], []), // appPointer, pointer, length
  "app.fill": define(["i32", "i32", "i32"], []), // appPointer, byte, length
  "app.initialize": define([], []), // the module's start function, if it has one
  "app.start": define([], []), // the exported _start, if there is one

  // Linux system calls: (number, six arguments) -> result or -errno. The number is a constant.
  // The seccomp filter allows exactly the numbers of the reachable `call` sites; `setup` is for
  // before the filter is installed.
  "host.call": define(seven, ["i64"], onLinux),
  "host.setup": define(seven, ["i64"], ["linux"]),

  // The node platform: what TypeScript does for the kernel.
  "node.write": define(["i32", "i32", "i32"], ["i32"], ["node"]), // stream 1|2, pointer, length -> errno
  "node.read": define(["i32", "i32"], ["i32"], ["node"]), // pointer, capacity -> bytes, 0 end; waits
  "node.inputReady": define([], ["i32"], ["node"]), // 1 when node.read would not wait
  "node.monotonicTime": define([], ["i64"], ["node"]), // ns
  "node.wallTime": define([], ["i64"], ["node"]), // ns since 1970
  "node.randomFill": define(["i32", "i32"], [], ["node"]), // pointer, length
  "node.arguments": define(["i32", "i32"], ["i32"], ["node"]), // pointer, capacity -> bytes needed
  "node.idle": define(["i64", "i32"], [], ["node"]), // until deadline ns or socket event; 1: or input
  "node.exit": define(["i32"], [], ["node"]), // does not return
  "node.catchStop": define([], [], ["node"]), // requests to stop no longer end the process
  "node.takeStop": define([], ["i32"], ["node"]), // 1, once, when there was one
  "node.takeQuestion": define([], ["i32"], ["node"]), // kind of a frame that asks for a report, or 0
  "node.answer": define(["i32", "i32"], [], ["node"]), // pointer, length of the report's frame

  // Its sockets, which never wait. Results are negated WASI error numbers when they fail; an address
  // is the kernel's (kernel/net/address.as.ts), families and types are WASI's.
  "node.socketOpen": define(["i32", "i32"], ["i64"], ["node"]), // family, type -> handle
  "node.socketBind": define(["i32", "i32"], ["i64"], ["node"]), // handle, address
  "node.socketListen": define(["i32", "i32"], ["i64"], ["node"]), // handle, backlog
  "node.socketAccept": define(["i32", "i32"], ["i64"], ["node"]), // handle, peer's address -> handle
  "node.socketConnect": define(["i32", "i32"], ["i64"], ["node"]), // handle, address
  // handle, pointer, capacity, 1 to peek, sender's address or 0 -> bytes
  "node.socketReceive": define(["i32", "i32", "i32", "i32", "i32"], ["i64"], ["node"]),
  "node.socketSend": define(["i32", "i32", "i32", "i32"], ["i64"], ["node"]), // ..., address or 0
  "node.socketShutdown": define(["i32", "i32"], ["i64"], ["node"]), // handle, 1 receive | 2 send
  "node.socketClose": define(["i32"], [], ["node"]),
  "node.socketLocalAddress": define(["i32", "i32"], ["i64"], ["node"]), // handle, address
  "node.socketOption": define(["i32", "i32"], ["i64"], ["node"]), // handle, option -> value
  "node.socketSetOption": define(["i32", "i32", "i64"], ["i64"], ["node"]),
  "node.socketSetMembership": define(["i32", "i32", "i32", "i32", "i32"], ["i64"], ["node"]),
  "node.socketWatch": define(["i32", "i32"], [], ["node"]), // handle, mark
  // pointer, capacity in pairs of u32: mark, readiness that came since -> pairs
  "node.socketEvents": define(["i32", "i32"], ["i32"], ["node"]),
  "node.socketReadable": define(["i32"], ["i32"], ["node"]), // handle -> 1 when there is something
  // 0 /etc/hosts | 1 /etc/resolv.conf, or what says the same; pointer, capacity -> bytes
  "node.hostFile": define(["i32", "i32", "i32"], ["i32"], ["node"]),

  // Folders of its host. A path is a pointer and a length; results are negated WASI error numbers when
  // they fail. Options are the kernel's (kernel/files/kinds.as.ts).
  "node.diskOpen": define(["i32", "i32", "i32"], ["i64"], ["node"]), // path on the host, 1: read-only
  "node.folderRoot": define(["i32", "i32"], ["i64"], ["node"]), // path on the host -> handle
  // directory, path, options -> handle * 2, and 1 more of a directory
  "node.folderOpen": define(["i32", "i32", "i32", "i32"], ["i64"], ["node"]),
  "node.folderClose": define(["i32"], [], ["node"]),
  "node.folderRead": define(["i32", "i32", "i32", "i64"], ["i64"], ["node"]), // ..., offset -> bytes
  // handle, pointer, length, offset, 1 to append -> bytes
  "node.folderWrite": define(["i32", "i32", "i32", "i64", "i32"], ["i64"], ["node"]),
  "node.folderSetSize": define(["i32", "i64"], ["i64"], ["node"]),
  "node.folderSync": define(["i32"], ["i64"], ["node"]),
  // handle, path (none: the handle itself), 1 to follow a link, where to put 64 bytes of filestat
  "node.folderStatus": define(["i32", "i32", "i32", "i32", "i32"], ["i64"], ["node"]),
  // handle, path (as before), 1 to follow, ns accessed, ns modified, fstflags
  "node.folderSetTimes": define(
    ["i32", "i32", "i32", "i32", "i64", "i64", "i32"],
    ["i64"],
    ["node"],
  ),
  // directory, cookie, where to put u64 inode, u64 next cookie, u32 type, u32 length, name -> 1, 0 end
  "node.folderEntry": define(["i32", "i64", "i32"], ["i64"], ["node"]),
  "node.folderMakeDirectory": define(["i32", "i32", "i32"], ["i64"], ["node"]),
  "node.folderRemove": define(["i32", "i32", "i32", "i32"], ["i64"], ["node"]), // ..., 1: directory
  // directory, path, new directory, new path; 1 to link instead of rename
  "node.folderRename": define(["i32", "i32", "i32", "i32", "i32", "i32", "i32"], ["i64"], ["node"]),
  // target, directory, path
  "node.folderSymbolicLink": define(["i32", "i32", "i32", "i32", "i32"], ["i64"], ["node"]),
  // directory, path, pointer, capacity -> bytes
  "node.folderReadLink": define(["i32", "i32", "i32", "i32", "i32"], ["i64"], ["node"]),
} as const satisfies Record<string, MachineImport>;

/** The key of one machine import, `module.name`. */
export type MachineImportName = keyof typeof machineImports;

/**
 * Configuration constants: immutable globals that the kernel imports from module `config`, all
 * i32. The linker (or the node monitor) gives their values; code behind a false one disappears.
 * Addresses are kernel pointers.
 */
export const configConstants = [
  "platform", // platformIds
  "heapStart", // first byte after everything the image occupies, page-aligned
  "heapEnd", // linux: end of the heap's mapping; elsewhere 0: found at boot
  "textStart", // the executable range, page-aligned
  "textEnd",
  "readOnlyStart", // the read-only range, page-aligned
  "readOnlyEnd",
  "dataStart",
  "dataEnd",
  "stackLow", // lowest byte of the native stack; the pages below it are a guard
  "stackHigh",
  "appImageStart", // pc, solo5: pages holding the app's initial memory, in order of address
  "appImageLength", // bytes, whole pages
  "appImageOffset", // where they lie in the app's memory, page-aligned
  "appKind", // appKinds
  "appInitialPages", // initial size of the app's memory in 64 KiB pages
  "opensSockets", // 1 when the app can have sockets (guest-abi.ts), else 0
  "usesOwnStack", // 1 when sockets are those of the kernel's own TCP/IP stack, else the host's
  "opensFiles", // 1 when the app can open files
  "findsDevices", // 1 when the app can have a use for virtio devices (guest-abi.ts)
  "embeddedTree", // the image's files (embedded-tree.ts), 0 for none
  "embeddedTreeLength", // in bytes
  "resolvesNames", // 1 when the app can look up addresses by name
  "catchesStop", // 1 when the kernel ends the app's work in order, asked to stop (guest-abi.ts)
  "usesAcpi", // 1 when ACPI ends the machine, and its power button the app (pc)
  "canWait", // 1 when the app can wait for something (guest-abi.ts)
  "hasDefaults", // 1 when the image may have arguments and variables of its own
  "defaults", // where they are, see image-defaults.ts
  "functionTable", // FunctionRecord[] sorted by address, see program-map.ts
  "functionCount",
  "pageTables", // pc: the page tables with which the image starts (image/pc/page-tables.ts)
  "faultStack", // pc: top of the stack on which exceptions run; solo5: on which an overflow is told
  "seccompFilter", // linux: struct sock_filter[]
  "seccompFilterLength", // in instructions
  "folderlessFilter", // linux: the same for an app that opens files, when no folder is mounted
  "folderlessFilterLength",
  "disksFilter", // linux: the same, when disks are mounted and no folder
  "disksFilterLength",
  "signalEntry", // linux: handler of SIGSEGV; a container's first process: of SIGINT, SIGTERM too
  "signalStack", // linux: lowest byte of the alternate signal stack
  "signalStackLength",
] as const;

/** What an app is, with the number the kernel sees in `config.appKind`. */
export const appKinds = { command: 0, javaScriptEngine: 1 } as const;

/** The custom section that marks an app as an engine with a program; its content is not read. */
export const engineSection = "tsuki.engine";

/** The custom section with an app's source map (ECMA-426). */
export const sourceMapSection = "tsuki.sourceMap";

/** The name of one configuration constant. */
export type ConfigConstant = (typeof configConstants)[number];

/** Virtual address of the app's linear memory on `pc` and `linux` (64 GiB). */
export const appBase = 0x10_0000_0000n;

/** Bytes of addresses for each of the app's memories: what its accesses can reach, and more. */
export const memoryReservation = 0x2_0000_0000n;

/** Where one of the app's memories lies; the first one's address is `appBase`. */
export function memoryBase(memory: number): bigint {
  return appBase + BigInt(memory) * memoryReservation;
}

/**
 * What a boot record on `pc` is, in the two lowest bits of its address: PVH's start_info, Multiboot
 * 2's boot information, or Linux's zero page.
 */
export const bootRecordKinds = { startInfo: 0, multiboot: 1, zeroPage: 2 } as const;

/**
 * What the kernel exports to the linker and to the platform's entry code.
 *
 * - `boot(record)`: entered once on the native stack; `record` is the address of the boot
 *   record with its kind (`pc`, bootRecordKinds), of the initial stack's argc (`linux`), of Solo5's boot
 *   information (`solo5`), or 0 (`node`). Ends with exit.
 * - `trap(kind, programCounter, stackPointer, address)`: reports and exits with 134. A fault comes
 *   as memoryOutOfBounds or machineFault with the address accessed, and the kernel finds the kind
 *   from it; an explicit check comes with address 0.
 * - `pageFault(address, errorCode)`: 1 when the page is now present and the access may be retried.
 * - `exception(vector, errorCode, programCounter, stackPointer, address)`: a processor exception, on
 *   the fault stack with interrupts off; 1 to retry the instruction, else it does not return.
 * - `memoryGrow(pages)`: old size in pages or -1; `pages` unsigned.
 * - `atomicWait(isEqual, timeout)`: 1 at once where a value is not as expected, else 2 after so many
 *   nanoseconds.
 * - `unwind(returnAddress, stackPointer)`: where the exception that ends the caller is caught: the
 *   code's address in the high half, the stack pointer there in the low one; ends the instance when
 *   nothing catches it.
 * - `exceptionAllocate(words, stackPointer)`: room for an exception (contracts/exceptions.ts).
 * - `furtherMemoryGrow(memory, size, pages, maximum)`: the same for one of the app's memories after
 *   its first, whose size compiled code keeps; `furtherMemoryBegin(memory, pages)` makes it.
 */
export const kernelEntries = {
  boot: define(["i64"], []),
  trap: define(["i32", "i64", "i64", "i64"], []),
  pageFault: define(["i64", "i32"], ["i32"], ["pc"]),
  exception: define(["i32", "i64", "i64", "i64", "i64"], ["i32"], ["pc"]),
  memoryGrow: define(["i32"], ["i32"], native),
  atomicWait: define(["i32", "i64"], ["i32"], native),
  unwind: define(["i64", "i64"], ["i64"], native),
  exceptionAllocate: define(["i32", "i64"], ["i32"], native),
  furtherMemoryGrow: define(["i32", "i32", "i32", "i32"], ["i32"], ["linux"]),
  furtherMemoryBegin: define(["i32", "i32"], [], ["linux"]),
} as const satisfies Record<string, MachineImport>;
