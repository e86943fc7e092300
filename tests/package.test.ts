/** The package as users get it: packed, installed into an empty folder, used there. */
import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest";
import { Workplace } from "./command-line.fixture.ts";

const root = join(import.meta.dirname, "..");
const example = join(root, "examples", "hello-as", "hello.as.ts");
const canRunProcesses = process.platform === "linux" && process.arch === "x64";

/** On disk, for services in TypeScript and ready .wasm apps. */
const sizeLimitBytes = 40 * 1000 * 1000;

const program = `
interface Greeting { readonly name: string }
const greet = ({ name }: Greeting): string => \`hello \${name}\`;
console.log(greet({ name: "package" }), new URL("http://a/b?c").pathname);
`;

const service = `
import type { Service } from "tsuki/types";
export const service: Service = {
  fetch(request, environment, context) {
    context.waitUntil(Promise.resolve());
    return Response.json({ url: new URL(request.url).pathname, name: environment.NAME ?? "moon" });
  },
};
`;

const compilerOptions = {
  module: "nodenext",
  strict: true,
  noEmit: true,
  lib: ["es2023"],
  types: ["tsuki/types"],
};

/** How `npm` says that there is no registry to be reached. */
const unreachable = /ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|E5\d\d|network/;

/** What a folder takes up, in whole blocks, each file once. */
function bytesOnDisk(folder: string): number {
  const known = new Set<number>();
  const entries = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return entries.reduce((sum, name) => {
    const { blocks, ino } = lstatSync(join(folder, name));
    if (known.has(ino)) return sum;
    known.add(ino);
    return sum + blocks * 512;
  }, 0);
}

describe("the package, installed in an empty folder", () => {
  const workplace = new Workplace();
  const modules = join(workplace.folder, "node_modules");
  let packed: readonly string[] = [];
  let missing: string | undefined;

  const npm = (words: readonly string[]) =>
    spawnSync("npm", [...words, "--ignore-scripts", "--no-audit", "--no-fund"], {
      cwd: words[0] === "pack" ? root : workplace.folder,
      encoding: "utf8",
      timeout: 60_000,
    });
  const tsuki = (...words: string[]) => workplace.run(join(modules, ".bin", "tsuki"), words);
  const needsRegistry = ({ skip }: TestContext): void => skip(missing !== undefined, missing);

  beforeAll(() => {
    const made = npm(["pack", "--json", "--pack-destination", workplace.folder]);
    if (made.status !== 0) throw new Error(made.stderr);
    packed = [...made.stdout.matchAll(/"path": "([^"]+)"/g)].map(([, path = ""]) => path);
    workplace.write("package.json", "{}");
    const archive = readdirSync(workplace.folder).find((name) => name.endsWith(".tgz")) ?? "";
    const installed = npm(["install", `./${archive}`]);
    if (installed.status === 0) return;
    missing = "the npm registry cannot be reached";
    if (!unreachable.test(installed.stderr)) throw new Error(installed.stderr);
  }, 120_000);
  afterAll(() => workplace.remove());

  it("holds what users need, and nothing of the workshop", () => {
    for (const path of ["dist/cli.js", "dist/kernel.wasm", "docs/errors.md", "types/index.d.ts"]) {
      expect(packed).toContain(path);
    }
    const ofWorkshop = /\.(?:test|suite|fixture)\.|\.map$|^(?:src|tests|tools)\//;
    expect(packed.filter((path) => ofWorkshop.test(path))).toEqual([]);
  });

  it("takes little room, without the large compilers", (context) => {
    needsRegistry(context);
    expect(bytesOnDisk(modules)).toBeLessThan(sizeLimitBytes);
    const large = ["binaryen", "assemblyscript", "@yowasp"];
    expect(large.filter((name) => existsSync(join(modules, name)))).toEqual([]);
  });

  it("helps, and examines the host", async (context) => {
    needsRegistry(context);
    expect((await tsuki("--help")).output).toContain("tsuki");
    const { status, output } = await tsuki("doctor", "--json");
    expect(status).toBe(0);
    expect(JSON.parse(output)).toHaveProperty("conclusion");
  });

  it("builds and runs a program in TypeScript", { timeout: 60_000 }, async (context) => {
    needsRegistry(context);
    workplace.write("app.ts", program);
    const ran = await tsuki("run", "--quiet", "app.ts");
    expect(ran).toMatchObject({ status: 0, output: "hello package /b\n", errors: "" });
    const built = await tsuki("build", "--quiet", "app.ts", "-o", "app");
    expect(built).toMatchObject({ status: 0, errors: "" });
    if (!canRunProcesses) return;
    expect((await workplace.run("./app", [])).output).toBe("hello package /b\n");
  });

  it("has types for services", (context) => {
    needsRegistry(context);
    workplace.write("service.ts", service);
    workplace.write("tsconfig.json", JSON.stringify({ compilerOptions, files: ["service.ts"] }));
    const compiler = join(root, "node_modules", ".bin", "tsc");
    const checked = spawnSync(compiler, ["-p", "."], { cwd: workplace.folder, encoding: "utf8" });
    expect(checked).toMatchObject({ status: 0, stdout: "" });
  });

  it("builds and runs a ready module", { timeout: 60_000 }, async (context) => {
    needsRegistry(context);
    const made = ["build", "--quiet", "--platform", "node", "-o", "hello.wasm", example];
    expect((await workplace.tsuki(made)).status).toBe(0);
    const ran = await tsuki("run", "--quiet", "hello.wasm");
    expect(ran).toMatchObject({ status: 0, output: "Hello from AssemblyScript!\n" });
  });

  it.for([
    ["a.c", "@yowasp/clang"],
    ["a.as.ts", "assemblyscript"],
  ] as const)(
    "names the command that installs the compiler of %s",
    async ([name, wanted], context) => {
      needsRegistry(context);
      workplace.write(name, "");
      const { status, errors } = await tsuki("run", name);
      expect(status).toBe(125);
      expect(errors).toMatch(new RegExp(`run: npm install --prefix \\S+ ${wanted}@`));
      expect(errors.trim().split("\n")).toHaveLength(1);
    },
  );
});
