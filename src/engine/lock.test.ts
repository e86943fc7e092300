import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { withLock } from "./lock.ts";

const owner = `
import { withLock } from ${JSON.stringify(join(import.meta.dirname, "lock.ts"))};
await withLock(process.argv[1], async () => {
  console.log("mine");
  await new Promise(() => setInterval(() => {}, 1000));
});`;

describe("a lock", () => {
  it("lets one in at a time", async () => {
    const name = `test ${process.pid} one`;
    let inside = 0;
    const most = await Promise.all(
      Array.from({ length: 8 }, () =>
        withLock(name, async () => {
          inside += 1;
          await new Promise(setImmediate);
          return inside--;
        }),
      ),
    );
    expect(Math.max(...most)).toBe(1);
  });

  it("is free again after work that failed", async () => {
    const name = `test ${process.pid} two`;
    const failing = withLock(name, () => Promise.reject(new Error("no")));
    await expect(failing).rejects.toThrow("no");
    expect(await withLock(name, () => Promise.resolve(1))).toBe(1);
  });

  it("is free again when its owner is killed", async () => {
    const name = `test ${process.pid} three`;
    const words = ["--import", "tsx", "--input-type=module", "-e", owner, name];
    const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
    await once(child.stdout, "data");
    const waiting = withLock(name, () => Promise.resolve("got it"));
    child.kill("SIGKILL");
    expect(await waiting).toBe("got it");
  });
});
