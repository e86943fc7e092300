// The control groups that limit an instance (cgroups(7)): its process joins them before it becomes
// the program, so that nothing of it is outside.
import * as mmio from "../../kernel/base/machine/mmio.as";
import { text } from "../../kernel/base/text.as";
import { close, open, write } from "../system-calls.as";

const writeFlags: u32 = 0x80001; // O_WRONLY | O_CLOEXEC
const pathLimit: u32 = 4000;
const tooLong: i64 = -36; // -ENAMETOOLONG

const path = memory.data(4096);

let list: u64 = 0;

/** Remembers the groups' folders, a text with `:` between them; `-` for none. */
export function setGroups(folders: u64): void {
  list = folders;
}

/** Has this process join them; the negated number of a Linux error, or 0. */
export function joinGroups(): i64 {
  let place = list;
  if (mmio.read8(place) == 0x2d) return 0;
  while (true) {
    let length: u32 = 0;
    let byte = mmio.read8(place++);
    for (; byte != 0 && byte != 0x3a; byte = mmio.read8(place++)) {
      if (length == pathLimit) return tooLong;
      store<u8>(path + length++, byte);
    }
    const result = joinGroup(length);
    if (result < 0 || byte == 0) return result;
  }
  return 0;
}

function joinGroup(length: u32): i64 {
  memory.copy(path + length, text("/cgroup.procs"), 14);
  const descriptor = open(path, writeFlags, 0);
  if (descriptor < 0) return descriptor;
  const count = write(descriptor, text("0"), 1);
  close(descriptor);
  return count < 0 ? count : 0;
}
