import { expect, test } from "vitest";
import { callsIn } from "./system-calls.ts";

test("reads the program's own calls from strace's log", () => {
  const log = [
    'execve("./hello", ["./hello"], 0x7ffd /* 39 vars */) = 0',
    'writev(1, [{iov_base="exit(", iov_len=5}], 1) = 5',
    "exit_group(0)                           = ?",
    "+++ exited with 0 +++",
    "",
  ].join("\n");
  expect(callsIn(log)).toEqual(["writev", "exit_group"]);
});
