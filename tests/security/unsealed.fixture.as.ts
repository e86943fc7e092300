// A kernel that isolates itself as an image does and does not seal itself: it tries what a kernel
// would that somebody else has taken over, and says what came of it, "NAME RESULT" in a line each.
import * as config from "../../src/kernel/base/config.as";
import {
  clearLine, lineLength, lineStart, putByte, putDecimal, putText,
} from "../../src/kernel/base/line.as";
import * as host from "../../src/kernel/base/machine/host.as";
import { text } from "../../src/kernel/base/text.as";
import { hostMountObject } from "../../src/kernel/files/host-mounts.as";
import { addFrames } from "../../src/kernel/memory/frames.as";
import { publishedStreamPort, readNetworkSettings } from "../../src/kernel/net/settings.as";
import { findLinuxArguments } from "../../src/kernel/platform/linux/arguments.as";
import { prepareLinuxFiles } from "../../src/kernel/platform/linux/folders.as";
import { closeForeignDescriptors } from "../../src/kernel/platform/linux/foreign-descriptors.as";
import { isolate, readIsolation } from "../../src/kernel/platform/linux/isolation.as";
import { linuxExit } from "../../src/kernel/platform/linux/process.as";

export { exceptionAllocate } from "../../src/kernel/exceptions/exceptions.as";
export { unwind } from "../../src/kernel/exceptions/unwind.as";
export { atomicWait } from "../../src/kernel/boot/atomic-wait.as";
export { furtherMemoryGrow, memoryGrow } from "../../src/kernel/memory/app-memory.as";
export { furtherMemoryBegin } from "../../src/kernel/platform/linux/further-memory.as";
export { trap } from "../../src/kernel/trap/trap.as";
export { path_open } from "../../src/kernel/wasi/path-open.as";
export { sock_open } from "../../src/kernel/wasi/socket-extension.as";
export { __heap_base as staticsEnd };

const here: u64 = 0xffff_ffff_ffff_ff9c; // AT_FDCWD
const create: u64 = 0x41; // O_CREAT | O_WRONLY
const otherPort: u32 = 47_001;

const address = memory.data(16, 4); // struct sockaddr_in

/** Where the process begins. */
export function boot(record: u64): void {
  addFrames(config.heapStart, config.heapEnd);
  findLinuxArguments(record);
  if (!readIsolation() || !closeForeignDescriptors()) linuxExit(125);
  if (!readNetworkSettings() || !prepareLinuxFiles() || !isolate()) linuxExit(125);
  tell(text("descriptor"), host.setup(72, 9, 1, 0, 0, 0, 0));
  tryFiles();
  tryPorts();
  tell(text("signal"), host.setup(62, parent(), 0, 0, 0, 0, 0));
  tell(text("mount"), host.setup(165, 0, text("/"), 0, 0x4_4000, 0, 0));
  tell(text("chroot"), host.setup(161, text("/"), 0, 0, 0, 0, 0));
  tell(text("hostname"), host.setup(170, text("x"), 1, 0, 0, 0, 0));
  linuxExit(0);
}

function tryFiles(): void {
  tell(text("root"), openAt(here, text("/etc/passwd"), 0));
  tell(text("inside"), openAt(hostMountObject(0), text("file"), 0));
  tell(text("create"), openAt(hostMountObject(0), text("new"), create));
  tell(text("escape"), openAt(hostMountObject(0), text("../outside"), 0));
  tell(text("read-only"), openAt(hostMountObject(1), text("file"), 0));
  tell(text("read-only-create"), openAt(hostMountObject(1), text("new"), create));
}

function openAt(folder: u64, path: usize, flags: u64): i64 {
  return host.setup(257, folder, path, flags, 0o600, 0, 0);
}

function tryPorts(): void {
  tell(text("published"), bind(publishedStreamPort(0)));
  tell(text("unpublished"), bind(otherPort));
}

function bind(port: u32): i64 {
  const socket = host.setup(41, 2, 1, 0, 0, 0, 0);
  store<u16>(address, 2);
  store<u16>(address, <u16>bswap<u16>(<u16>port), 2);
  store<u32>(address, 0x0100_007f, 4);
  return host.setup(49, socket, address, 16, 0, 0, 0);
}

/** Who made this process, in the hierarchy of the host; nobody in a PID namespace. */
function parent(): u64 {
  return host.setup(110, 0, 0, 0, 0, 0, 0);
}

function tell(name: usize, result: i64): void {
  clearLine();
  putText(name);
  putByte(0x20);
  if (result < 0) putByte(0x2d);
  putDecimal(result < 0 ? -result : 0);
  putByte(10);
  host.setup(1, 1, lineStart(), lineLength(), 0, 0, 0);
}
