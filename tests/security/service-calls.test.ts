/** How many system calls the seal of a TypeScript service leaves, read from the image itself. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { build } from "../../src/engine/build.ts";
import { seccompAction } from "../../src/image/linux/seccomp.ts";

const folder = mkdtempSync(join(tmpdir(), "tsuki-calls-"));
afterAll(() => rmSync(folder, { recursive: true }));

const instructionBytes = 8;
/** Load the architecture, and go on if it is x86-64: how each filter of ours begins. */
const beginning = Buffer.from("2000000004000000150000", "hex");
const highestCall = 470;

/** The filters in an image, each as a list of the calls that it allows with some argument. */
function filtersOf(image: Buffer): number[][] {
  const found: number[][] = [];
  for (let at = image.indexOf(beginning); at >= 0; at = image.indexOf(beginning, at + 1)) {
    const numbers = Array.from({ length: highestCall }, (_, number) => number);
    found.push(numbers.filter((number) => mayPass(image, at + 2 * instructionBytes, number)));
  }
  return found;
}

/** Runs a filter from an instruction on; undefined stands for an argument, which may be anything. */
function mayPass(image: Buffer, from: number, number: number | undefined): boolean {
  let known = number;
  for (let at = from; ; at += instructionBytes) {
    const code = image.readUInt16LE(at);
    const constant = image.readUInt32LE(at + 4);
    if (code === 0x06) return constant === seccompAction.allow;
    if (code === 0x20) known = constant === 0 ? number : undefined;
    if (code !== 0x15) continue;
    const next = at + instructionBytes;
    const [ifTrue, ifFalse] = [image.readUInt8(at + 2), image.readUInt8(at + 3)];
    if (known === undefined) {
      const places = [ifTrue, ifFalse].map((skipped) => next + skipped * instructionBytes);
      return places.some((place) => mayPass(image, place, undefined));
    }
    at += (known === constant ? ifTrue : ifFalse) * instructionBytes;
  }
}

it("may make 23 system calls, and those for disks and folders only where some are mounted", async () => {
  writeFileSync(join(folder, "app.ts"), "export default { fetch: () => new Response('a') };\n");
  const { path } = await build({
    sources: ["app.ts"],
    includeDirectories: [],
    toolchain: undefined,
    workingDirectory: folder,
    environment: { ...process.env, XDG_CACHE_HOME: join(folder, "cache") },
    platform: "linux",
  });
  const [always = [], withDisks = [], withFolders = []] = filtersOf(readFileSync(path)).sort(
    (one, other) => one.length - other.length,
  );
  const further = (calls: readonly number[]) => calls.filter((call) => !always.includes(call));
  // close, fstat, mmap, readv (of the control channel), writev, socket, connect, sendto, recvfrom,
  // sendmsg, shutdown, bind, listen, getsockname, setsockopt, getsockopt, clock_gettime, exit_group,
  // epoll_wait, epoll_ctl, ppoll, accept4, getrandom.
  const network = [41, 42, 44, 45, 46, 48, 49, 50, 51, 54, 55, 232, 233, 288];
  expect(always).toEqual([3, 5, 9, 19, 20, ...network, 228, 231, 271, 318].sort((a, b) => a - b));
  // preadv, pwritev2.
  expect(further(withDisks)).toEqual([295, 328]);
  // lseek, getdents64, mkdirat, unlinkat, renameat, preadv, pwritev2, openat2.
  const folders = [8, 217, 258, 263, 264, 295, 328, 437];
  expect(further(withFolders)).toEqual(folders);
}, 120_000);
