import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TsukiError } from "../../contracts/errors.ts";
import { packArchive, unpackArchive } from "./archive.ts";
import { digestOf } from "./digest.ts";
import { parseConfig, parseIndex, parseManifest } from "./documents.ts";
import { type ImageContents, makeOciImage } from "./image.ts";
import { packFiles, unpackFiles } from "./layer.ts";

const contents: ImageContents = {
  name: "web",
  entries: [
    { platform: "linux", program: Uint8Array.of(1, 2) },
    { platform: "pc", program: Uint8Array.of(3) },
    { platform: "node", program: Uint8Array.of(4) },
  ],
  arguments: ["--fast"],
  environment: ["A=1"],
  labels: { team: "moon" },
  ports: ["8080/tcp"],
  createdBy: "tsuki build web.ts",
};

async function archiveOf(names: readonly string[]): Promise<Uint8Array<ArrayBuffer>> {
  return Uint8Array.from(await packArchive([{ ...(await makeOciImage(contents)), names }]));
}

describe("an image", () => {
  it("has an entry for each platform, of which engines choose their own", async () => {
    const { index, blobs } = await makeOciImage(contents);
    const { manifests } = parseIndex(blobs.get(index.digest) ?? Uint8Array.of(), "index");
    expect(manifests.map(({ platform }) => platform)).toEqual([
      { architecture: "amd64", os: "linux" },
      { architecture: "amd64", os: "pc" },
      { architecture: "wasm", os: "node" },
    ]);
  });

  it("says how its entries are started, and holds their programs", async () => {
    const { index, blobs } = await makeOciImage(contents);
    const blob = (digest: string) => blobs.get(digest as never) ?? Uint8Array.of();
    const [linux] = parseIndex(blob(index.digest), "index").manifests;
    const manifest = parseManifest(blob(linux?.digest ?? ""), "manifest");
    expect(parseConfig(blob(manifest.config.digest), "config").config).toEqual({
      Entrypoint: ["/app"],
      Cmd: ["--fast"],
      Env: ["A=1"],
      ExposedPorts: { "8080/tcp": {} },
      Labels: { team: "moon" },
      StopSignal: "SIGTERM",
    });
    const layer = Uint8Array.from(blob(manifest.layers[0]?.digest ?? ""));
    expect(await unpackFiles(layer, "layer")).toEqual(new Map([["app", Uint8Array.of(1, 2)]]));
  });

  it("tells urunc how to boot it, as annotations and as a file", async () => {
    const { index, blobs } = await makeOciImage(contents);
    const blob = (digest: string) => blobs.get(digest as never) ?? Uint8Array.of();
    const [, pc] = parseIndex(blob(index.digest), "index").manifests;
    const { annotations, layers } = parseManifest(blob(pc?.digest ?? ""), "manifest");
    expect(annotations).toMatchObject({
      "com.urunc.unikernel.binary": "/app.elf",
      "com.urunc.unikernel.cmdline": "web --fast",
    });
    const files = await unpackFiles(Uint8Array.from(blob(layers[0]?.digest ?? "")), "layer");
    const text = Buffer.from(files.get("urunc.json") ?? []).toString();
    const values = Object.entries(JSON.parse(text) as Record<string, string>);
    const decoded = values.map(([name, value]) => [name, Buffer.from(value, "base64").toString()]);
    expect(Object.fromEntries(decoded)).toEqual(annotations);
  });

  it("tells urunc how to run a guest of Solo5's, with what is built in as its arguments", async () => {
    const entries = [{ platform: "solo5", program: Uint8Array.of(1) }] as const;
    const { index, blobs } = await makeOciImage({ ...contents, entries });
    const blob = (digest: string) => blobs.get(digest as never) ?? Uint8Array.of();
    const [solo5] = parseIndex(blob(index.digest), "index").manifests;
    expect(solo5?.platform).toEqual({ architecture: "amd64", os: "solo5" });
    const { annotations, layers } = parseManifest(blob(solo5?.digest ?? ""), "manifest");
    expect(annotations).toEqual({
      "com.urunc.unikernel.binary": "/app.spt",
      "com.urunc.unikernel.cmdline": "--",
      "com.urunc.unikernel.hypervisor": "spt",
      "com.urunc.unikernel.unikernelType": "mirage",
      "com.urunc.unikernel.useDMBlock": "false",
    });
    const files = await unpackFiles(Uint8Array.from(blob(layers[0]?.digest ?? "")), "layer");
    expect([...files.keys()]).toEqual(["app.spt", "urunc.json"]);
  });

  it("is the same image when it is made again", async () => {
    expect(await makeOciImage(contents)).toEqual(await makeOciImage(contents));
  });
});

describe("an archive", () => {
  it("brings images and their names back", async () => {
    const image = await makeOciImage(contents);
    const [loaded] = await unpackArchive(await archiveOf(["web:1", "web:latest"]), "web.tar");
    expect(loaded).toEqual({ ...image, names: ["web:1", "web:latest"] });
  });

  it.each([
    ["a flipped byte of a blob", (bytes: Uint8Array) => bytes.fill(0xff, 2100, 2104)],
    ["no archive", (bytes: Uint8Array) => bytes.fill(0x41)],
    ["half of one", (bytes: Uint8Array) => bytes.subarray(0, 3000)],
  ])("is refused: %s", async (_, damage) => {
    const archive = Uint8Array.from(damage(await archiveOf(["web:1"])));
    await expect(unpackArchive(archive, "web.tar")).rejects.toThrow(/^web\.tar/);
  });

  it("of docker's older kind is refused in words", async () => {
    const archive = await packFiles([{ path: "manifest.json", bytes: Buffer.from("[]") }]);
    await expect(unpackArchive(Uint8Array.from(archive), "old.tar")).rejects.toThrow(
      "old.tar is a docker archive; an OCI archive is needed",
    );
  });

  it("of damaged bytes ends with a named error or with what was packed", async () => {
    const whole = await archiveOf(["web:1"]);
    const before = await unpackArchive(whole, "web.tar");
    const spot = fc.record({ at: fc.nat(whole.length - 1), to: fc.nat(255) });
    await fc.assert(
      fc.asyncProperty(fc.array(spot, { minLength: 1, maxLength: 4 }), async (spots) => {
        const bytes = Uint8Array.from(whole);
        for (const { at, to } of spots) bytes[at] = to;
        const after = await unpackArchive(bytes, "web.tar").catch((error: unknown) => error);
        if (after instanceof TsukiError) return;
        const digests = (images: typeof before) => images.map(({ index }) => index.digest);
        for (const digest of digests(after as typeof before)) {
          expect(digests(before)).toContain(digest);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe("documents", () => {
  it.each([
    ["{", "is no JSON document"],
    ["[]", "/ must be object"],
    [
      '{"schemaVersion":2,"manifests":[{"mediaType":"x","digest":"sha256:../..","size":1}]}',
      "digest",
    ],
    ['{"schemaVersion":2,"manifests":[{"mediaType":"x","digest":1,"size":-1}]}', "/manifests/0"],
  ])("%s is refused in one line", (text, problem) => {
    expect(() => parseIndex(Buffer.from(text), "index.json")).toThrow(problem);
  });

  it("end with a value or a named error, whatever they say", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        for (const parse of [parseIndex, parseManifest, parseConfig]) {
          try {
            parse(Buffer.from(text), "document");
          } catch (error) {
            expect(error).toBeInstanceOf(TsukiError);
          }
        }
      }),
    );
    expect(digestOf(Uint8Array.of())).toMatch(/^sha256:e3b0c442/);
  });
});
