import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeOciImage, type OciImage } from "../../image/oci/image.ts";
import { ImageStore, shortId } from "./image-store.ts";

const now = "2026-01-02T03:04:05.000Z";
const later = "2026-01-02T03:04:06.000Z";

let folder = "";
let store = new ImageStore("");
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tsuki-store-"));
  store = new ImageStore(join(folder, "images"));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function image(...program: number[]): Promise<OciImage> {
  return await makeOciImage({
    name: "web",
    entries: [{ platform: "node", program: Uint8Array.from(program) }],
    arguments: [],
    environment: [],
    labels: {},
    ports: [],
    createdBy: "tsuki build web.c",
  });
}

async function add(names: readonly string[], ...program: number[]) {
  return await store.add({ ...(await image(...program)), names }, now);
}

const blobs = (): string[] => readdirSync(join(folder, "images", "blobs", "sha256"));
const namesOf = () => store.list().map(({ names }) => names);

describe("an image store", () => {
  it("is empty before anything was put into it", () => {
    expect(store.list()).toEqual([]);
    expect(store.find("web")).toBeUndefined();
    expect(existsSync(join(folder, "images"))).toBe(false);
  });

  it("finds an image by name, by name without its tag, and by what its id begins with", async () => {
    const kept = await add(["web"], 1);
    expect(kept).toMatchObject({ names: ["web:latest"], storedAt: now });
    for (const text of ["web", "web:latest", shortId(kept), kept.descriptor.digest]) {
      expect(store.find(text)).toEqual(kept);
    }
    expect(() => store.require("weg")).toThrow("no image is called weg");
  });

  it("gives back what was put into it", async () => {
    const made = await image(1);
    const kept = await store.add({ ...made, names: ["web"] }, now);
    const { index, blobs: found, names } = store.gather(kept);
    expect({ index, names }).toEqual({ index: made.index, names: ["web:latest"] });
    expect([...found].map(([digest, bytes]) => [digest, Uint8Array.from(bytes)])).toEqual(
      expect.arrayContaining([...made.blobs]),
    );
    expect(found.size).toBe(made.blobs.size);
  });

  it("moves a name to the newest image that claims it, and keeps the older one nameless", async () => {
    const older = await add(["web"], 1);
    await store.add({ ...(await image(2)), names: ["web"] }, later);
    expect(namesOf()).toEqual([["web:latest"], []]);
    expect(store.find(shortId(older))?.names).toEqual([]);
  });

  it("gives an image several names, and keeps it until the last one goes", async () => {
    await add(["web:1"], 1);
    await store.tag("web:1", "registry.example:5000/team/web");
    expect(namesOf()).toEqual([["registry.example:5000/team/web:latest", "web:1"]]);
    expect(await store.remove("web:1")).toEqual(["web:1"]);
    const digest = store.require("registry.example:5000/team/web").descriptor.digest;
    expect(await store.remove("registry.example:5000/team/web")).toEqual([
      "registry.example:5000/team/web:latest",
      digest,
    ]);
    expect(store.list()).toEqual([]);
  });

  it("keeps the blobs that images need, and no others", async () => {
    await add(["one"], 1);
    const alone = blobs();
    await add(["two"], 2);
    expect(blobs().length).toBeGreaterThan(alone.length);
    await store.remove("two");
    expect(blobs()).toEqual(alone);
  });

  it("loses nothing when many change it at once", async () => {
    const names = Array.from({ length: 20 }, (_, number) => `web:${number}`);
    await Promise.all(names.map((name, number) => add([name], number)));
    expect(namesOf().flat().sort()).toEqual([...names].sort());
  });

  it("refuses names that are none", async () => {
    await expect(add(["Web"], 1)).rejects.toThrow("Web is no name for an image");
    await expect(add(["../web"], 1)).rejects.toThrow("is no name for an image");
  });

  it("says which blob is damaged, and still removes its image", async () => {
    const kept = await add(["web"], 1);
    const path = join(folder, "images", "blobs", "sha256", kept.descriptor.digest.slice(7));
    writeFileSync(path, Buffer.concat([readFileSync(path), Buffer.from(" ")]));
    expect(() => store.gather(kept)).toThrow(`${kept.descriptor.digest} in ${folder}`);
    await store.remove("web");
    expect(store.list()).toEqual([]);
  });

  it("says when its index is damaged, and touches nothing", async () => {
    await add(["web"], 1);
    const before = blobs();
    writeFileSync(join(folder, "images", "index.json"), "{");
    expect(() => store.list()).toThrow(/index\.json: is no JSON document/);
    await expect(add(["two"], 2)).rejects.toThrow("is no JSON document");
    expect(blobs()).toEqual(before);
  });
});
