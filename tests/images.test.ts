/** Images in the store: built, named, shipped, and run by us and by others. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packArchive } from "../src/image/oci/archive.ts";
import { makeOciImage } from "../src/image/oci/image.ts";
import { type RunOptions, Workplace } from "./command-line.fixture.ts";
import { limits, podmanOptions, startContainerd, which } from "./containers.fixture.ts";

const source = `#include <stdio.h>
#include <stdlib.h>
int main(int count, char **words) {
  for (int index = 1; index < count; index++) printf("%s\\n", words[index]);
  printf("%s\\n", getenv("GREETING"));
  return 7;
}
`;
const said = "built in\nhello\n";
const words = [
  "build",
  "-q",
  "-t",
  "show:1",
  "--arg",
  "built in",
  "-e",
  "GREETING=hello",
  "show.c",
];

const place = new Workplace();
let id = "";
const tsuki = async (line: readonly string[], options?: RunOptions) =>
  await place.tsuki(line, options);

beforeAll(async () => {
  place.write("show.c", source);
  id = (await tsuki(words)).output.trim();
  await tsuki(["save", "-o", "show.tar", "show:1"]);
}, 120_000);
afterAll(() => place.remove());

/** The image with another program for Linux, as somebody might make it who wants to get in. */
async function forgedArchive(app: Uint8Array): Promise<Uint8Array> {
  const forged = await makeOciImage({
    name: "show",
    entries: [
      { platform: "linux", program: Buffer.from("#!/bin/sh\necho forged\n") },
      { platform: "node", program: app },
    ],
    arguments: [],
    environment: ["GREETING=hello"],
    labels: {},
    ports: [],
    createdBy: "somebody",
  });
  return await packArchive([{ ...forged, names: ["show:forged"] }]);
}

describe("images", { timeout: 60_000 }, () => {
  it("are the same wherever, whenever and by whomever they are built", async () => {
    const elsewhere = new Workplace();
    elsewhere.write("show.c", source);
    const environment = { TZ: "Asia/Tokyo", LC_ALL: "tr_TR.UTF-8", USER: "somebody" };
    const built = await elsewhere.tsuki(words, { environment });
    elsewhere.remove();
    expect(built.output.trim()).toBe(id);
  });

  it("are listed with their platforms", async () => {
    const { output } = await tsuki(["images", "--json"]);
    expect(JSON.parse(output)).toMatchObject([
      { repository: "show", tag: "1", id, platforms: ["linux", "pc", "node"] },
    ]);
    expect((await tsuki(["images"])).output).toContain(id.slice(7, 19));
  });

  it("run with what was built in, and with what is given instead", async () => {
    expect(await tsuki(["run", "-q", "show:1"])).toMatchObject({ output: said, status: 7 });
    const given = ["run", "-q", "-e", "GREETING=bye", "show:1", "a", "b"];
    expect((await tsuki(given)).output).toBe("a\nb\nbye\n");
  });

  it("come back from an archive, in another home", async () => {
    const elsewhere = new Workplace();
    const input = join(place.folder, "show.tar");
    const loaded = await elsewhere.tsuki(["load", "-i", input]);
    const ran = await elsewhere.tsuki(["run", "-q", "show:1"]);
    elsewhere.remove();
    expect(loaded.output).toBe("Loaded image: show:1\n");
    expect(ran).toMatchObject({ output: said, status: 7 });
  });

  it("are refused with a damaged byte", async () => {
    const archive = readFileSync(join(place.folder, "show.tar"));
    const start = archive.indexOf("\x7fELF", 0, "latin1");
    archive.fill(0xcc, start, start + 64);
    place.write("bad.tar", archive);
    const { errors, status } = await tsuki(["load", "-i", "bad.tar"]);
    expect(errors).toMatch(/^tsuki: bad\.tar: sha256:[0-9a-f]{64} is damaged/);
    expect(status).toBe(1);
  });

  it("never bring machine code that runs here: it is compiled from their app", async () => {
    const elsewhere = new Workplace();
    await tsuki(["build", "-q", "-p", "node", "-o", "show.wasm", "show.c"]);
    const app = readFileSync(join(place.folder, "show.wasm"));
    elsewhere.write("forged.tar", await forgedArchive(app));
    await elsewhere.tsuki(["load", "-i", "forged.tar"]);
    const ran = await elsewhere.tsuki(["run", "-q", "--monitor", "process", "show:forged"]);
    elsewhere.remove();
    expect(ran).toMatchObject({ output: "hello\n", status: 7 });
  });

  it("tell what they are", async () => {
    const { output } = await tsuki(["inspect", "show:1"]);
    expect(JSON.parse(output)).toMatchObject([
      { Id: id, RepoTags: ["show:1"], Entries: [{ Config: { Cmd: ["built in"] } }, {}, {}] },
    ]);
    expect((await tsuki(["history", "show:1"])).output).toContain("tsuki build show.c");
  });

  it("hold a network stack of their own for linux where a tap is built in", async () => {
    place.write(
      "open.c",
      "#include <sys/socket.h>\nint main(void) { return socket(AF_INET, SOCK_STREAM, 0) < 0; }\n",
    );
    const sizeWith = async (net: string): Promise<number> => {
      await tsuki(["build", "-q", "-t", "open", "-p", "linux", "--net", net, "open.c"]);
      const { output } = await tsuki(["inspect", "open"]);
      return Number(/"Size": (\d+)\n/.exec(output.slice(output.indexOf('"Layers"')))?.[1]);
    };
    expect(await sizeWith("tap=tap0")).toBeGreaterThan(1.5 * (await sizeWith("host")));
    await tsuki(["rmi", "open"]);
  });

  it("go with their last name", async () => {
    const elsewhere = new Workplace();
    const input = join(place.folder, "show.tar");
    await elsewhere.tsuki(["load", "-q", "-i", input]);
    await elsewhere.tsuki(["tag", "show:1", "team/show"]);
    const first = await elsewhere.tsuki(["rmi", "show:1"]);
    const last = await elsewhere.tsuki(["rmi", "team/show"]);
    const left = await elsewhere.tsuki(["images", "-q"]);
    elsewhere.remove();
    expect(first.output).toBe("Untagged: show:1\n");
    expect(last.output).toBe(`Untagged: team/show:latest\nDeleted: ${id}\n`);
    expect(left.output).toBe("");
  });

  it.each([
    [["rmi", "none"], 1, "no image is called none"],
    [["tag", "show:1", "Big"], 2, "Big is no name for an image"],
    [["build", "-t", "a", "-o", "b", "show.c"], 2, "kept in the store (-t) or written to a file"],
    [["build", "--label", "a=b", "show.c"], 2, "--label is for images in the store"],
    [["build", "-t", "a", "--expose", "x", "show.c"], 2, "--expose x is malformed"],
    [["load", "-i", "show.c"], 1, "show.c: is no tar archive"],
    [["run", "none:1"], 127, "no such file"],
  ])("refuse %j in one line", async (line, status, message) => {
    const ending = await tsuki(line);
    expect(ending.errors).toContain(message);
    expect(ending.errors.trim().split("\n")).toHaveLength(1);
    expect(ending.status).toBe(status);
  });
});

const isRoot = process.platform === "linux" && process.arch === "x64" && process.getuid?.() === 0;
const has = (...programs: string[]): boolean => isRoot && programs.every((name) => which(name));
const run = (program: string, line: readonly string[]) =>
  spawnSync(program, line, { encoding: "utf8", timeout: 30_000 });

describe("an archive", { timeout: 60_000 }, () => {
  it.skipIf(!has("skopeo"))("is read by skopeo", () => {
    const archive = `oci-archive:${join(place.folder, "show.tar")}:show:1`;
    const { stdout } = run("skopeo", ["inspect", archive]);
    expect(JSON.parse(stdout)).toMatchObject({ Architecture: "amd64", Os: "linux" });
  });

  it.skipIf(!has("podman", "runc"))("is loaded and run by podman", ({ skip }) => {
    const folder = join(place.folder, "podman");
    mkdirSync(folder);
    const podman = (...line: string[]) => run("podman", [...podmanOptions(folder), ...line]);
    skip(podman("info").status !== 0, "podman does not work here");
    expect(podman("load", "-i", join(place.folder, "show.tar")).stderr).not.toContain("Error");
    const ran = podman("run", "--rm", "--network", "host", ...limits, "show:1");
    expect(ran).toMatchObject({ stdout: said, status: 7 });
  });

  it.skipIf(!has("containerd", "ctr", "runc"))(
    "is loaded and run by containerd",
    async ({ skip }) => {
      const folder = join(place.folder, "containerd");
      mkdirSync(folder);
      const daemon = await startContainerd(folder).catch(() => undefined);
      skip(daemon === undefined, "containerd does not start here");
      const ctr = (...line: string[]) => run("ctr", ["--address", daemon?.socket ?? "", ...line]);
      const snapshots = ["--snapshotter", "native"];
      const imported = ctr("images", "import", ...snapshots, join(place.folder, "show.tar"));
      const ran = ctr("run", "--rm", "--net-host", ...snapshots, "show:1", "show");
      await daemon?.close();
      expect(imported.stderr).toBe("");
      expect(ran).toMatchObject({ stdout: said, status: 7 });
    },
  );
});
