// What TypeScript does for the kernel on the node platform (machine interface, module `node`).

/** Writes to stream 1 or 2; returns an error number. */
@external("node", "write")
export declare function write(stream: u32, pointer: usize, length: u32): u32;

/** Waits for standard input; returns the bytes read, 0 at its end. */
@external("node", "read")
export declare function read(pointer: usize, capacity: u32): u32;

/** 1 when `read` would not wait. */
@external("node", "inputReady")
export declare function inputReady(): u32;

/** Nanoseconds of the monotonic clock. */
@external("node", "monotonicTime")
export declare function monotonicTime(): u64;

/** Nanoseconds since 1970. */
@external("node", "wallTime")
export declare function wallTime(): u64;

/** Fills kernel memory with random bytes. */
@external("node", "randomFill")
export declare function randomFill(pointer: usize, length: u32): void;

/** Copies the launch record, as far as it fits; returns the bytes it has. */
@external("node", "arguments")
export declare function launchRecord(pointer: usize, capacity: u32): u32;

/** Waits until a monotonic deadline in ns, for sockets, and for input when `input` is 1. */
@external("node", "idle")
export declare function idle(deadline: u64, input: u32): void;

/** Ends the instance; does not return. */
@external("node", "exit")
export declare function exit(status: u32): void;

/** Has requests to stop reported instead of ending the process. */
@external("node", "catchStop")
export declare function catchStop(): void;

/** 1, once, when somebody has asked the instance to stop. */
@external("node", "takeStop")
export declare function takeStop(): u32;

/** Takes a question of the monitor's: its frame's kind, 0 for none. */
@external("node", "takeQuestion")
export declare function takeQuestion(): u32;

/** Sends the frame that answers it. */
@external("node", "answer")
export declare function answer(pointer: usize, length: u32): void;

/** Opens a socket: its handle. */
@external("node", "socketOpen")
export declare function socketOpen(family: u32, type: u32): i64;

/** Binds. */
@external("node", "socketBind")
export declare function socketBind(handle: u32, address: usize): i64;

/** Listens. */
@external("node", "socketListen")
export declare function socketListen(handle: u32, backlog: u32): i64;

/** Accepts: a handle; fills in the peer's address. */
@external("node", "socketAccept")
export declare function socketAccept(handle: u32, address: usize): i64;

/** Connects: EINPROGRESS. */
@external("node", "socketConnect")
export declare function socketConnect(handle: u32, address: usize): i64;

/** Receives: bytes; 1 in `flags` leaves them there. */
@external("node", "socketReceive")
export declare function socketReceive(
  handle: u32, pointer: usize, capacity: u32, flags: u32, from: usize,
): i64;

/** Sends: bytes taken. */
@external("node", "socketSend")
export declare function socketSend(handle: u32, pointer: usize, length: u32, to: usize): i64;

/** Ends receiving (1), sending (2) or both (3). */
@external("node", "socketShutdown")
export declare function socketShutdown(handle: u32, how: u32): i64;

/** Closes; what was sent still goes out. */
@external("node", "socketClose")
export declare function socketClose(handle: u32): void;

/** Fills in the socket's own address. */
@external("node", "socketLocalAddress")
export declare function socketLocalAddress(handle: u32, address: usize): i64;

/** An option's value. */
@external("node", "socketOption")
export declare function socketOption(handle: u32, option: u32): i64;

/** Sets an option. */
@external("node", "socketSetOption")
export declare function socketSetOption(handle: u32, option: u32, value: i64): i64;

/**
 * Joins a group, or leaves it, on the interface with a number or, for 0, on that with the address
 * `own`; both addresses as in net/address.as.ts.
 */
@external("node", "socketSetMembership")
export declare function socketSetMembership(
  handle: u32, group: usize, own: usize, number: u32, joins: u32,
): i64;

/** Has events of a handle reported under a mark. */
@external("node", "socketWatch")
export declare function socketWatch(handle: u32, mark: u32): void;

/** Takes events: pairs of u32, mark and readiness; how many pairs. */
@external("node", "socketEvents")
export declare function socketEvents(pointer: usize, capacity: u32): u32;

/** Reads /etc/hosts (0) or /etc/resolv.conf (1): its bytes. */
@external("node", "hostFile")
export declare function hostFile(which: u32, pointer: usize, capacity: u32): u32;

/** 1 when there is something to receive or accept. */
@external("node", "socketReadable")
export declare function socketReadable(handle: u32): u32;

/** Opens a disk of the host by its path there: a handle, as of a file in a folder. */
@external("node", "diskOpen")
export declare function diskOpen(path: usize, length: u32, isReadOnly: u32): i64;

/** Opens a folder of the host by its path there: a handle. */
@external("node", "folderRoot")
export declare function folderRoot(path: usize, length: u32): i64;

/** Opens a path below a directory: twice the handle, and 1 more of a directory. */
@external("node", "folderOpen")
export declare function folderOpen(
  directory: u32, path: usize, length: u32, options: u32,
): i64;

/** Closes a handle. */
@external("node", "folderClose")
export declare function folderClose(handle: u32): void;

/** Reads from an offset: bytes. */
@external("node", "folderRead")
export declare function folderRead(
  handle: u32, pointer: usize, length: u32, offset: u64,
): i64;

/** Writes at an offset, or at the end: bytes. */
@external("node", "folderWrite")
export declare function folderWrite(
  handle: u32, pointer: usize, length: u32, offset: u64, appends: u32,
): i64;

/** Sets a file's size. */
@external("node", "folderSetSize")
export declare function folderSetSize(handle: u32, size: u64): i64;

/** Has a file kept durably. */
@external("node", "folderSync")
export declare function folderSync(handle: u32): i64;

/** Puts 64 bytes of status at `result`. */
@external("node", "folderStatus")
export declare function folderStatus(
  handle: u32, path: usize, length: u32, follows: u32, result: usize,
): i64;

/** Sets times. */
@external("node", "folderSetTimes")
export declare function folderSetTimes(
  handle: u32, path: usize, length: u32, follows: u32,
  access: u64, modification: u64, which: u32,
): i64;

/** Puts the entry at a cookie at `result`: 1, or 0 at the end. */
@external("node", "folderEntry")
export declare function folderEntry(directory: u32, cookie: u64, result: usize): i64;

/** Makes a directory. */
@external("node", "folderMakeDirectory")
export declare function folderMakeDirectory(directory: u32, path: usize, length: u32): i64;

/** Removes a directory (1) or a file (0). */
@external("node", "folderRemove")
export declare function folderRemove(
  directory: u32, path: usize, length: u32, isDirectory: u32,
): i64;

/** Renames, or with `links` gives a second name. */
@external("node", "folderRename")
export declare function folderRename(
  directory: u32, path: usize, length: u32,
  newDirectory: u32, newPath: usize, newLength: u32, links: u32,
): i64;

/** Makes a symbolic link. */
@external("node", "folderSymbolicLink")
export declare function folderSymbolicLink(
  target: usize, targetLength: u32, directory: u32, path: usize, length: u32,
): i64;

/** Reads a symbolic link: bytes. */
@external("node", "folderReadLink")
export declare function folderReadLink(
  directory: u32, path: usize, length: u32, pointer: usize, capacity: u32,
): i64;
