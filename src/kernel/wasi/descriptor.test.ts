import { describe, expect, it } from "vitest";
import { wasiErrors } from "../../contracts/wasi-preview1.ts";
import { Calls } from "../../simulator/kernel.fixture.ts";
import { MemoryStreams } from "../../simulator/memory-streams.ts";

const { success, again, badf, fault, inval, notdir, notsock, notsup, pipe, spipe } = wasiErrors;
const pageBytes = 65_536;
const list = 64;
const result = 32;

/** `(module (memory 16))` */
const sixteenPages = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 5, 3, 1, 0, 16);

describe("fd_write", () => {
  it("writes the buffers one after another, empty ones included", () => {
    const calls = new Calls();
    calls.put(1024, "hello, world");
    calls.putVectors(list, [1024, 7], [5, 0], [1031, 5]);
    expect(calls.call("fd_write", 1, list, 3, result)).toBe(success);
    expect(calls.view.getUint32(result, true)).toBe(12);
    expect(calls.streams.text(1)).toBe("hello, world");
  });

  it("writes standard error apart, and buffers larger than a page of the kernel", () => {
    const calls = new Calls();
    const bytes = Uint8Array.from({ length: 50_000 }, (_, index) => index % 251);
    calls.put(10_000, bytes);
    calls.putVectors(list, [10_000, bytes.length]);
    expect(calls.call("fd_write", 2, list, 1, result)).toBe(success);
    expect(calls.streams.bytes(1)).toHaveLength(0);
    expect(calls.streams.bytes(2)).toEqual(Buffer.from(bytes));
  });

  it("fails with EPIPE when nobody reads", () => {
    const calls = new Calls(
      {},
      new (class extends MemoryStreams {
        override readonly write = (): boolean => false;
      })(),
    );
    calls.putVectors(list, [1024, 1]);
    expect(calls.call("fd_write", 1, list, 1, result)).toBe(pipe);
  });
});

describe("fd_read", () => {
  it("gives what there is, then the end", () => {
    const calls = new Calls({}, new MemoryStreams("input"));
    calls.putVectors(list, [2000, 0], [1024, 3], [1027, 100]);
    const read = (): [unknown, number] => [
      calls.call("fd_read", 0, list, 3, result),
      calls.view.getUint32(result, true),
    ];
    expect(read()).toEqual([success, 3]);
    expect(calls.text(1024, 3)).toBe("inp");
    expect(read()).toEqual([success, 2]);
    expect(calls.text(1024, 3)).toBe("utp");
    expect(read()).toEqual([success, 0]);
  });

  it("reads nothing into no room, without waiting", () => {
    const calls = new Calls({}, new MemoryStreams("", true));
    calls.putVectors(list, [1024, 0]);
    expect(calls.call("fd_read", 0, list, 1, result)).toBe(success);
    expect(calls.view.getUint32(result, true)).toBe(0);
  });

  it("fails with EAGAIN instead of waiting once the descriptor is non-blocking", () => {
    const calls = new Calls({}, new MemoryStreams("", true));
    calls.putVectors(list, [1024, 1]);
    expect(calls.call("fd_fdstat_set_flags", 0, 4)).toBe(success);
    expect(calls.call("fd_read", 0, list, 1, result)).toBe(again);
  });
});

const badRanges: readonly (readonly [string, readonly number[], readonly [number, number]])[] = [
  ["a list behind the memory", [pageBytes - 4, 1, result], [0, 0]],
  ["a list that wraps around", [-8, 1, result], [0, 0]],
  ["more vectors than memory", [list, 0x2000_0001, result], [0, 0]],
  ["a buffer that ends behind the memory", [list, 1, result], [pageBytes - 3, 4]],
  ["a buffer that wraps around", [list, 1, result], [-1, 2]],
  ["a result behind the memory", [list, 1, pageBytes - 3], [0, 1]],
];

describe.each(["fd_read", "fd_write"])("%s", (name) => {
  it.each(badRanges)("gives EFAULT for %s", (_what, parameters, vector) => {
    const calls = new Calls();
    calls.putVectors(list, vector);
    expect(calls.call(name, name === "fd_read" ? 0 : 1, ...parameters)).toBe(fault);
  });

  it("gives EINVAL when the sum does not fit a signed result", () => {
    // 4,096 vectors, each all of a memory of 1 MiB: 4 GiB together.
    const grown = new Calls({ app: sixteenPages });
    const vectors = Array.from({ length: 4096 }, (): [number, number] => [0, 16 * pageBytes]);
    grown.putVectors(list, ...vectors);
    expect(grown.call(name, name === "fd_read" ? 0 : 1, list, 4096, result)).toBe(inval);
  });
});

describe("the state of a stream", () => {
  it("tells file type, flags and rights", () => {
    const calls = new Calls();
    expect(calls.call("fd_fdstat_set_flags", 1, 1)).toBe(success);
    expect(calls.call("fd_fdstat_get", 1, 8)).toBe(success);
    expect(calls.view.getUint8(8)).toBe(2);
    expect(calls.view.getUint16(10, true)).toBe(1);
    const rights = calls.view.getBigUint64(16, true);
    expect(rights & (1n << 6n)).not.toBe(0n);
    expect(rights & ((1n << 2n) | (1n << 5n))).toBe(0n); // seek and tell: it is a terminal
    expect(calls.call("fd_filestat_get", 0, 128)).toBe(success);
    expect(calls.view.getUint8(128 + 16)).toBe(0);
  });

  it("ends with fd_close", () => {
    const calls = new Calls();
    calls.putVectors(list, [0, 1]);
    expect(calls.call("fd_close", 1)).toBe(success);
    expect(calls.call("fd_write", 1, list, 1, result)).toBe(badf);
    expect(calls.call("fd_close", 1)).toBe(badf);
    expect(calls.call("fd_write", 2, list, 1, result)).toBe(success);
  });

  it("moves with fd_renumber", () => {
    const calls = new Calls();
    calls.put(1024, "to error");
    calls.putVectors(list, [1024, 8]);
    expect(calls.call("fd_renumber", 2, 1)).toBe(success);
    expect(calls.call("fd_write", 1, list, 1, result)).toBe(success);
    expect(calls.streams.text(2)).toBe("to error");
    expect(calls.call("fd_write", 2, list, 1, result)).toBe(badf);
  });
});

const refusals: readonly (readonly [string, readonly (number | bigint)[], number])[] = [
  ["fd_write", [0, list, 1, result], badf],
  ["fd_read", [1, list, 1, result], badf],
  ["fd_read", [3, list, 1, result], badf],
  ["fd_fdstat_get", [1, pageBytes - 23], fault],
  ["fd_fdstat_get", [7, 0], badf],
  ["fd_fdstat_set_flags", [1, 2], inval],
  ["fd_fdstat_set_flags", [-1, 0], badf],
  ["fd_filestat_get", [1, -1], fault],
  ["fd_prestat_get", [9, 0], badf],
  ["fd_prestat_dir_name", [9, 0, 10], badf],
  ["fd_seek", [1, 0n, 0, result], spipe],
  ["fd_seek", [9, 0n, 0, result], badf],
  ["fd_tell", [0, result], spipe],
  ["fd_pread", [0, list, 1, 0n, result], spipe],
  ["fd_pwrite", [1, list, 1, 0n, result], spipe],
  ["fd_advise", [1, 0n, 0n, 0], spipe],
  ["fd_allocate", [1, 0n, 1n], spipe],
  ["fd_datasync", [1], inval],
  ["fd_sync", [4], badf],
  ["fd_fdstat_set_rights", [1, 0n, 0n], notsup],
  ["fd_filestat_set_size", [1, 0n], inval],
  ["fd_filestat_set_times", [1, 0n, 0n, 0], notsup],
  ["fd_readdir", [1, 0, 0, 0n, result], notdir],
  ["fd_renumber", [1, 1], success],
  ["fd_renumber", [1, 5], badf],
  ["path_open", [9, 0, 0, 1, 0, 0n, 0n, 0, result], badf],
  ["path_open", [0, 0, 0, 1, 0, 0n, 0n, 0, result], notdir],
  ["path_create_directory", [9, 0, 1], badf],
  ["path_filestat_get", [9, 0, 0, 1, 0], badf],
  ["path_filestat_set_times", [9, 0, 0, 1, 0n, 0n, 0], badf],
  ["path_link", [9, 0, 0, 1, 9, 0, 1], badf],
  ["path_readlink", [9, 0, 1, 0, 1, result], badf],
  ["path_remove_directory", [1, 0, 1], notdir],
  ["path_rename", [1, 0, 1, 9, 0, 1], notdir],
  ["path_symlink", [0, 1, 9, 0, 1], badf],
  ["path_unlink_file", [9, 0, 1], badf],
  ["sock_accept", [9, 0, result], badf],
  ["sock_recv", [0, list, 1, 0, result, result], notsock],
  ["sock_send", [1, list, 1, 0, result], notsock],
  ["sock_shutdown", [9, 0], badf],
  ["proc_raise", [6], wasiErrors.nosys],
  ["sched_yield", [], success],
];

describe("what a stream refuses", () => {
  const calls = new Calls();
  it.each(refusals)("%s, row %#", (name, parameters, error) => {
    expect(calls.call(name, ...parameters)).toBe(error);
  });
});
