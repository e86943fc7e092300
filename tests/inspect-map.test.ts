/** What takes the bytes of an image: nothing is missing, and each part tells why it is there. */
import { copyFileSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ImageMap } from "../src/engine/image-map.ts";
import { Workplace } from "./command-line.fixture.ts";

const place = new Workplace();
const source = "greet.as.ts";
let map: ImageMap;

beforeAll(async () => {
  copyFileSync("examples/greet-as/greet.as.ts", join(place.folder, source));
  const { output } = await place.tsuki(["inspect", "--map", "--json", source]);
  map = JSON.parse(output) as ImageMap;
}, 60_000);
afterAll(() => place.remove());

describe("tsuki inspect --map", { timeout: 60_000 }, () => {
  it("accounts for every byte of the image", async () => {
    await place.tsuki(["build", "-q", "-o", "greet", source]);
    expect(map.fileBytes).toBe(statSync(join(place.folder, "greet")).size);
    expect(map.items.reduce((sum, { fileBytes }) => sum + fileBytes, 0)).toBe(map.fileBytes);
    expect(map.items.every(({ fileBytes }) => fileBytes >= 0)).toBe(true);
  });

  it("leads from an entry to everything that is code", () => {
    const [entry] = map.items;
    expect(entry).toMatchObject({ name: "linux.entry", referrer: -1 });
    for (const [index, { kind, referrer }] of map.items.entries()) {
      if (kind !== "code" || index === 0) continue;
      expect(map.items[referrer]).toBeDefined();
    }
  });

  it("knows whose functions are whose", () => {
    const components = new Set(map.items.map(({ component }) => component));
    for (const known of ["app", "app/assemblyscript library", "kernel/wasi", "entry"]) {
      expect(components).toContain(known);
    }
  });

  it("has nothing of machines in an image for linux", () => {
    const components = new Set(map.items.map(({ component }) => component));
    const machines = /^kernel\/(?:acpi|bus|drivers|platform\/(?:pc|solo5|node))/;
    expect([...components].filter((component) => machines.test(component))).toEqual([]);
  });

  it("tells why something is there, and that something is not", async () => {
    const why = await place.tsuki(["inspect", "--map", "--why", "bootLinux", source]);
    expect(why.output).toMatch(
      /^linux\.entry +entry\n {2}boot\/boot .*\n(?:.*\n)*? +boot\/bootLinux /,
    );
    const missing = await place.tsuki(["inspect", "--map", "--why", "nobody", source]);
    expect(missing).toMatchObject({ status: 1, output: "" });
    expect(missing.errors).toContain("nothing in the image is called nobody");
  });

  it("lists components and the largest items", async () => {
    const { output } = await place.tsuki(["inspect", "--map", source]);
    expect(output).toMatch(/^COMPONENT +BYTES +SHARE +MEMORY +ITEMS\n/);
    expect(output).toMatch(/\nITEM +BYTES +KIND +COMPONENT\n/);
    const all = await place.tsuki(["inspect", "--map", "--all", "--platform", "pc", source]);
    expect(all.output).toContain("pc.spurious");
    expect((await place.tsuki(["inspect", "--map", "-p", "node", source])).status).toBe(2);
  });

  it("writes a page that asks nothing of anybody", async () => {
    expect((await place.tsuki(["inspect", "--map", "-o", "map.html", source])).status).toBe(0);
    const page = readFileSync(join(place.folder, "map.html"), "utf8");
    expect(page.match(/(?:https?:)?\/\/[a-z][^"' ]*/g)).toEqual(["http://www.w3.org/2000/svg"]);
    const [, data = ""] =
      /<script type="application\/json" id="data">(.*?)<\/script>/.exec(page) ?? [];
    const { places, items } = JSON.parse(data) as { places: unknown[]; items: unknown[] };
    expect(items).toHaveLength(map.items.length);
    expect(page.match(/<rect /g)).toHaveLength(places.length);
  });
});
