/** The power goes behind every single thing that a command does to the disk: what it had said holds. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isolationVariable } from "../../src/contracts/isolation.ts";
import { imageStore } from "../../src/engine/images.ts";
import { createInstance, instanceStore } from "../../src/engine/instances/lifecycle.ts";
import { askSupervisor, supervisorWords } from "../../src/engine/instances/supervisor.ts";
import { volumeStore } from "../../src/engine/volumes/volume-store.ts";
import { program } from "../command-line.fixture.ts";
import { canTrace, traceNeeds } from "../strace.fixture.ts";
import { Site } from "./site.fixture.ts";

const now = "2026-01-02T03:04:05.000Z";
const plain = {
  image: "app",
  monitor: "process",
  machine: "microvm",
  accelerator: "tcg",
  arguments: ["app"],
  environment: [`${isolationVariable}=none`],
  restart: "0",
  stopTimeoutSeconds: 5,
  isTemporary: false,
  ports: [],
  labels: {},
} as const;

describe.skipIf(!canTrace)(`a power cut${traceNeeds}`, { timeout: 60_000 }, () => {
  const site = new Site();
  afterAll(() => site.remove());

  const run = async (...words: string[]): Promise<string> => {
    const [command = "", ...rest] = words;
    const environment = { XDG_DATA_HOME: site.data };
    const ending = await site.place.run(command, rest, { environment });
    expect(ending).toMatchObject({ errors: "", status: 0 });
    return ending.output.trim();
  };
  const node = (...words: string[]) => ({
    run: async (strace: readonly string[]) => {
      await run(...strace, "-f", process.execPath, ...words);
    },
  });
  const tsuki = (...words: string[]) => node(program, ...words);
  const done = async (...words: string[]) => await run(process.execPath, program, ...words);

  /** Every instance has its whole image and is found by its name; these names. */
  function namesIn(environment: NodeJS.ProcessEnv): readonly string[] {
    const store = instanceStore(environment);
    // The host has started anew since.
    rmSync(join(store.folder, "names", ".boot"), { force: true });
    const instances = store.list();
    for (const { record, folder } of instances) {
      expect(store.require(record.name).record.id).toBe(record.id);
      expect(readFileSync(join(folder, "image"))).toEqual(image);
    }
    return instances.map(({ record }) => record.name).sort();
  }

  /** Makes an instance where the power went, as the next command might. */
  async function make(environment: NodeJS.ProcessEnv, name: string): Promise<void> {
    const imagePath = join(site.place.folder, "app");
    await createInstance(instanceStore(environment), { ...plain, name, imagePath }, now);
  }

  let image = Buffer.alloc(0);
  beforeAll(async () => {
    mkdirSync(site.data);
    site.place.write("app.c", "int main(void) { return 3; }\n");
    await done("build", "-q", "app.c");
    image = readFileSync(join(site.place.folder, "app"));
  }, 60_000);

  it("takes what was renamed before it was flushed: the disk of these tests", async () => {
    const file = join(site.data, "file");
    const seen = async (flush: string): Promise<ReadonlySet<string>> => {
      writeFileSync(file, "old");
      const script = `const fs = require("node:fs"); const file = fs.openSync("${file}.new", "w");
        fs.writeSync(file, "new"); ${flush}; fs.renameSync("${file}.new", "${file}");`;
      const contents = new Set<string>();
      await site.cutEverywhere({
        ...node("-e", script),
        look: ({ XDG_DATA_HOME: data = "" }) => {
          contents.add(readFileSync(join(data, "file"), "latin1"));
        },
      });
      return contents;
    };
    expect(await seen("")).toEqual(new Set(["old", "", "\0\0\0", "new"]));
    expect(await seen("fs.fsyncSync(file)")).toEqual(new Set(["old", "new"]));
  });

  it.each([["the first"], ["the second"]])("leaves %s instance whole or none", async (name) => {
    const before = namesIn({ XDG_DATA_HOME: site.data });
    const called = name.replace(" ", "-");
    const cuts = await site.cutEverywhere({
      ...tsuki("create", "-q", "--monitor", "process", "--name", called, "app.c"),
      look: async (environment, hasSaid) => {
        const names = namesIn(environment);
        if (hasSaid) expect(names).toContain(called);
        expect(names.filter((one) => one !== called)).toEqual(before);
        if (names.includes(called)) {
          await expect(make(environment, called)).rejects.toThrow("is taken");
        } else {
          await make(environment, called);
          expect(namesIn(environment)).toContain(called);
        }
      },
    });
    expect(cuts).toBeGreaterThan(20);
  });

  it("leaves an instance its old name or gives it the new one", async () => {
    await site.cutEverywhere({
      ...tsuki("rename", "the-second", "other"),
      look: async (environment, hasSaid) => {
        const names = namesIn(environment);
        expect([
          ["the-first", "the-second"],
          ["other", "the-first"],
        ]).toContainEqual(names);
        if (hasSaid) expect(names).toContain("other");
        await make(environment, names.includes("other") ? "the-second" : "other");
      },
    });
  });

  it("leaves an instance or none when it is removed", async () => {
    await site.cutEverywhere({
      ...tsuki("rm", "other"),
      look: async (environment, hasSaid) => {
        const names = namesIn(environment);
        expect(names).toContain("the-first");
        if (hasSaid) expect(names).toEqual(["the-first"]);
        if (!names.includes("other")) await make(environment, "other");
      },
    });
    expect(namesIn({ XDG_DATA_HOME: site.data })).toEqual(["the-first"]);
  });

  it("leaves the end of an instance of which somebody was told", async () => {
    const store = instanceStore({ XDG_DATA_HOME: site.data });
    const imagePath = "/bin/sleep";
    const wanted = { ...plain, name: "asleep", imagePath, arguments: ["sleep", "1000"] };
    const { record, folder } = await createInstance(store, wanted, now);
    const hold = async (strace: readonly string[]): Promise<void> => {
      const [command = "", ...words] = [...strace, ...supervisorWords(record, folder)];
      const child = spawn(command, words, { cwd: folder, stdio: ["ignore", "pipe", "ignore"] });
      const ended = once(child, "exit");
      await once(child.stdout, "data");
      for (const request of ["pause", "resume", "stop 5"] as const) {
        expect(await askSupervisor(record.id, request)).not.toBe("");
      }
      await ended;
    };
    await site.cutEverywhere({
      run: hold,
      folder,
      isSaid: (_, bytes) => bytes.includes("exited 1"),
      look: async (environment, hasSaid) => {
        const after = instanceStore(environment);
        const { state } = after.require("asleep");
        expect(["created", "exited"]).toContain(state.status);
        expect(state.reason).not.toContain("damaged");
        if (hasSaid) expect(state.exitStatus).toBe(143);
      },
    });
    await store.remove(store.require("asleep"));
  });

  it.each([
    ["a folder", []],
    ["a disk", ["--size", "4k"]],
  ])("leaves %s whole or none", async (kind, options) => {
    const name = kind.replace(" ", "-");
    const namesOf = (environment: NodeJS.ProcessEnv): readonly string[] => {
      const volumes = volumeStore(environment, () => []).list();
      for (const { path, size } of volumes) {
        const status = statSync(path);
        expect(status.isDirectory() ? undefined : status.size).toBe(size);
      }
      return volumes.map((volume) => volume.name).sort();
    };
    const before = namesOf({ XDG_DATA_HOME: site.data });
    const again = async (environment: NodeJS.ProcessEnv): Promise<void> =>
      await volumeStore(environment, () => []).create(name, {}, now);
    await site.cutEverywhere({
      ...tsuki("volume", "create", ...options, name),
      look: async (environment, hasSaid) => {
        const names = namesOf(environment);
        expect([before, [...before, name].sort()]).toContainEqual(names);
        if (hasSaid) expect(names).toContain(name);
        if (!names.includes(name)) await again(environment);
      },
    });
    await site.cutEverywhere({
      ...tsuki("volume", "rm", name),
      look: async (environment, hasSaid) => {
        const names = namesOf(environment);
        if (hasSaid) expect(names).toEqual(before);
        if (!names.includes(name)) await again(environment);
      },
    });
    await done("volume", "create", ...options, name);
  });

  /** Names of the images that are there, each with all its bytes. */
  function imagesIn(environment: NodeJS.ProcessEnv): readonly string[] {
    const store = imageStore(environment);
    return store.list().flatMap((one) => store.gather(one).names);
  }

  it.each([["one:1"], ["two:1"]])("leaves the image %s whole or none", async (name) => {
    const [word = ""] = name.split(":");
    site.place.write(
      `${word}.c`,
      `int main(void) { return ${word.length + word.charCodeAt(0)}; }\n`,
    );
    await done("build", "-q", "-p", "node", "-o", `${word}.wasm`, `${word}.c`);
    const before = imagesIn({ XDG_DATA_HOME: site.data });
    await site.cutEverywhere({
      ...tsuki("build", "-q", "-p", "node", "-t", name, `${word}.c`),
      look: (environment, hasSaid) => {
        const names = imagesIn(environment);
        expect(names).toEqual(expect.arrayContaining([...before]));
        if (hasSaid) expect(names).toContain(name);
      },
    });
  });

  it("leaves an image its names, the old or the new, and none to no image", async () => {
    await site.cutEverywhere({
      ...tsuki("tag", "one:1", "two:1"),
      look: (environment, hasSaid) => {
        const names = imagesIn(environment);
        expect([...names].sort()).toEqual(["one:1", "two:1"]);
        const { descriptor } = imageStore(environment).require("two:1");
        const other = imageStore(environment).require("one:1").descriptor;
        if (hasSaid) expect(descriptor.digest).toBe(other.digest);
      },
    });
    await site.cutEverywhere({
      ...tsuki("rmi", "one:1", "two:1"),
      look: (environment, hasSaid) => {
        if (hasSaid) expect(imagesIn(environment)).not.toContain("one:1");
        else expect(imagesIn(environment)).toContain("two:1");
      },
    });
    expect(imagesIn({ XDG_DATA_HOME: site.data })).toEqual([]);
  });
});
