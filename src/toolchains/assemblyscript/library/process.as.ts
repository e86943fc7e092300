// The global `process` for AssemblyScript apps: arguments, environment, standard streams, exit.

@external("wasi_snapshot_preview1", "args_sizes_get")
declare function args_sizes_get(count: usize, size: usize): i32;

@external("wasi_snapshot_preview1", "args_get")
declare function args_get(pointers: usize, text: usize): i32;

@external("wasi_snapshot_preview1", "environ_sizes_get")
declare function environ_sizes_get(count: usize, size: usize): i32;

@external("wasi_snapshot_preview1", "environ_get")
declare function environ_get(pointers: usize, text: usize): i32;

@external("wasi_snapshot_preview1", "proc_exit")
declare function proc_exit(status: i32): void;

const sizes = memory.data(8, 4);

/** Bytes before the NUL that ends a string of WASI's. */
function lengthOf(pointer: usize): i32 {
  let end = pointer;
  while (load<u8>(end) != 0) end++;
  return <i32>(end - pointer);
}

/** Decodes the strings that a pair of WASI functions gave: pointers first, text behind them. */
function decodeStrings(block: StaticArray<u8>, count: i32): string[] {
  const strings = new Array<string>(count);
  for (let index = 0; index < count; index++) {
    const pointer = load<usize>(changetype<usize>(block) + (<usize>index << 2));
    strings[index] = String.UTF8.decodeUnsafe(pointer, lengthOf(pointer));
  }
  return strings;
}

function readArguments(): string[] {
  if (args_sizes_get(sizes, sizes + 4) != 0) return [];
  const count = load<i32>(sizes);
  const block = new StaticArray<u8>((count << 2) + load<i32>(sizes, 4));
  const start = changetype<usize>(block);
  return args_get(start, start + (<usize>count << 2)) == 0 ? decodeStrings(block, count) : [];
}

function readEnvironment(): Map<string, string> {
  const variables = new Map<string, string>();
  if (environ_sizes_get(sizes, sizes + 4) != 0) return variables;
  const count = load<i32>(sizes);
  const block = new StaticArray<u8>((count << 2) + load<i32>(sizes, 4));
  const start = changetype<usize>(block);
  if (environ_get(start, start + (<usize>count << 2)) != 0) return variables;
  const pairs = decodeStrings(block, count);
  for (let index = 0; index < count; index++) {
    const at = pairs[index].indexOf("=");
    if (at >= 0) variables.set(pairs[index].substring(0, at), pairs[index].substring(at + 1));
  }
  return variables;
}

/** An output stream: text or bytes, without a line end of its own. */
class Output {
  constructor(private readonly descriptor: i32) {}

  write(text: string): bool {
    const bytes = String.UTF8.encode(text);
    return tsuki_write(this.descriptor, changetype<usize>(bytes), bytes.byteLength);
  }

  writeBytes(bytes: Uint8Array): bool {
    return tsuki_write(this.descriptor, bytes.dataStart, bytes.length);
  }
}

/** Standard input. */
class Input {
  /** Fills up to the whole array: how many bytes, 0 at the end, -1 on an error. */
  readBytes(into: Uint8Array): i32 {
    return tsuki_read(0, into.dataStart, into.length);
  }

  /** Everything up to the end, as text. */
  readText(): string {
    let bytes = new Uint8Array(4096);
    let length = 0;
    let got = 0;
    do {
      length += got;
      if (length == bytes.length) {
        const larger = new Uint8Array(length * 2);
        larger.set(bytes);
        bytes = larger;
      }
      got = tsuki_read(0, bytes.dataStart + length, bytes.length - length);
    } while (got > 0);
    return String.UTF8.decodeUnsafe(bytes.dataStart, length);
  }
}

/** What an app knows of the way it was started, and its streams. */
// @ts-ignore: namespaces are asc's way to group values under one global name
export namespace tsuki_process {
  /** The program's name and its arguments. */
  // @ts-ignore: decorators on variables
  @lazy export const argv: string[] = readArguments();

  /** The environment. */
  // @ts-ignore: decorators on variables
  @lazy export const env: Map<string, string> = readEnvironment();

  // @ts-ignore: decorators on variables
  @lazy export const stdin: Input = new Input();

  // @ts-ignore: decorators on variables
  @lazy export const stdout: Output = new Output(1);

  // @ts-ignore: decorators on variables
  @lazy export const stderr: Output = new Output(2);

  /** Ends the app with a status from 0 to 255. */
  export function exit(status: i32 = 0): void {
    proc_exit(status);
  }
}
