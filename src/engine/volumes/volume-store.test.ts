import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { StoredInstance } from "../instances/instance-store.ts";
import { VolumeStore } from "./volume-store.ts";

const now = "2026-01-02T03:04:05.000Z";
const nobody = '{"users":[{"pid":4194304,"started":""}]}';

let folder = "";
let store: VolumeStore;
let instances: readonly StoredInstance[] = [];

const named = (name: string, volumes: string[]) =>
  ({ record: { name, volumes } }) as unknown as StoredInstance;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tsuki-volumes-"));
  store = new VolumeStore(folder, () => instances);
  instances = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("a volume", () => {
  it("is made, listed and removed with what is in it", async () => {
    await store.create("data", { of: "test" }, now);
    const [volume] = store.require(["data"]);
    expect(volume).toMatchObject({
      name: "data",
      created: now,
      labels: { of: "test" },
      usedBy: [],
    });
    writeFileSync(join(volume?.path ?? "", "file"), "kept");
    expect(store.list()).toEqual([volume]);
    await store.remove("data");
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each(["", ".", "..", "a/b", "a:b", "a,b", ".hidden", "x".repeat(64)])(
    "is not called %j",
    async (name) => {
      await expect(store.create(name, {}, now)).rejects.toThrow("is no name for a volume");
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  it("has its name alone, also when two commands make it at once", async () => {
    const made = await Promise.allSettled(
      ["data", "data"].map((name) => store.create(name, {}, now)),
    );
    expect(made.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    await expect(store.create("data", {}, now)).rejects.toThrow("a volume called data already");
  });

  it("stays while an instance has it, running or not", async () => {
    await store.create("data", {}, now);
    await store.create("free", {}, now);
    instances = [named("web", ["data"])];
    await expect(store.remove("data")).rejects.toThrow("the volume data is used by web");
    expect(await store.prune()).toEqual(["free"]);
    instances = [];
    expect(await store.prune()).toEqual(["data"]);
  });

  it("stays while a process uses it, and not for one that was killed", async () => {
    const [volume] = await store.hold([{ name: "data", isDisk: false }], now);
    expect(volume).toMatchObject({ kind: "folder", path: join(folder, "data", "data") });
    await expect(store.remove("data")).rejects.toThrow(`used by process ${process.pid}`);
    writeFileSync(join(folder, "data", "users.json"), nobody);
    await store.remove("data");
    expect(() => store.require(["data"])).toThrow("no volume is called data");
  });

  it("may be a disk: a file of its size that takes no room yet", async () => {
    await store.create("disk", {}, now, 1 << 20);
    const [volume] = store.require(["disk"]);
    expect(volume).toMatchObject({
      kind: "disk",
      size: 1 << 20,
      path: join(folder, "disk/disk.img"),
    });
    expect(volume?.storedBytes).toBeLessThan(1 << 16);
    expect(statSync(volume?.path ?? "")).toMatchObject({ size: 1 << 20, mode: 0o10_0600 });
    expect(await store.hold([{ name: "disk", isDisk: true }], now)).toMatchObject([
      { kind: "disk" },
    ]);
    await store.create("folder", {}, now);
    const wants = async (name: string) => await store.hold([{ name, isDisk: true }], now);
    await expect(wants("folder")).rejects.toThrow("the volume folder is a folder, and no disk");
    await expect(wants("none")).rejects.toThrow("tsuki volume create --size 64m none");
    expect(readdirSync(folder).sort()).toEqual(["disk", "folder"]);
  });

  it("is whole or not there after a crash, and what was left goes", async () => {
    mkdirSync(join(folder, ".half", "data"), { recursive: true });
    expect(store.list()).toEqual([]);
    await store.create("half", {}, now);
    expect(existsSync(join(folder, ".half"))).toBe(false);
  });

  it.each(["", "{", "[]", '{"version":2}', '{"version":1,"name":"b","created":"","labels":{}}'])(
    "with a record that says %j is told in one line, and kept",
    async (text) => {
      await store.create("a", {}, now);
      writeFileSync(join(folder, "a", "volume.json"), text);
      expect(() => store.list()).toThrow(/^\S+volume\.json: [^\n]+$/);
      await expect(store.prune()).rejects.toThrow("volume.json");
      expect(existsSync(join(folder, "a", "data"))).toBe(true);
    },
  );
});
