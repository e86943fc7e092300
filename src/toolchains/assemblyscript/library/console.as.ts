// Globals for AssemblyScript apps: `console`, which asc is told to use in place of its own, and the
// two functions by which everything else of this library reaches WASI's descriptors.

@external("wasi_snapshot_preview1", "fd_write")
declare function fd_write(descriptor: i32, vectors: usize, count: i32, written: usize): i32;

@external("wasi_snapshot_preview1", "fd_read")
declare function fd_read(descriptor: i32, vectors: usize, count: i32, read: usize): i32;

/** One WASI iovec: address and length; and behind it the number of bytes moved. */
const vector = memory.data(12, 4);

/** Writes bytes to a descriptor, however often that takes; whether all were taken. */
export function tsuki_write(descriptor: i32, address: usize, length: i32): bool {
  while (length > 0) {
    store<usize>(vector, address);
    store<i32>(vector, length, 4);
    if (fd_write(descriptor, vector, 1, vector + 8) != 0) return false;
    const written = load<i32>(vector, 8);
    if (written <= 0) return false;
    address += written;
    length -= written;
  }
  return true;
}

/** Reads up to `capacity` bytes from a descriptor; 0 at the end, -1 on an error. */
export function tsuki_read(descriptor: i32, address: usize, capacity: i32): i32 {
  store<usize>(vector, address);
  store<i32>(vector, capacity, 4);
  return fd_read(descriptor, vector, 1, vector + 8) == 0 ? load<i32>(vector, 8) : -1;
}

function writeText(descriptor: i32, text: string): void {
  const bytes = String.UTF8.encode(text);
  tsuki_write(descriptor, changetype<usize>(bytes), bytes.byteLength);
}

/** Lines of text on standard output and standard error. */
// @ts-ignore: namespaces are asc's way to group functions under one global name
export namespace tsuki_console {
  export function log(message: string = ""): void {
    writeText(1, message + "\n");
  }

  export function info(message: string = ""): void {
    writeText(1, message + "\n");
  }

  export function error(message: string = ""): void {
    writeText(2, message + "\n");
  }

  export function warn(message: string = ""): void {
    writeText(2, message + "\n");
  }
}
