/** The servers that are measured, built once, and what their peers are started with. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { transformSync } from "esbuild";
import type { Bench } from "../bench.ts";
import { compileStatic, findCompiler } from "../launcher/c-compiler.ts";

const folder = fileURLToPath(new URL("programs/", import.meta.url));
const examples = fileURLToPath(new URL("../../examples/", import.meta.url));

/** Sources of services in TypeScript. */
export const serviceSources = {
  hello: join(folder, "hello.ts"),
  hono: join(folder, "hono.ts"),
  compute: join(folder, "compute.ts"),
  site: join(examples, "static-site"),
} as const;

/** Paths of images, and of peers that there are. */
export interface ServiceImages {
  readonly httpC: string;
  readonly serviceC: string;
  readonly hello: string;
  readonly hono: string;
  readonly compute: string;
  readonly site: string;
  /** The native server, if there is a C compiler. */
  readonly epoll: string | undefined;
  /** Starts Node's server. */
  readonly node: readonly string[];
}

/** Builds them all. */
export function buildServices(bench: Bench): ServiceImages {
  bench.note("services: building images");
  const compiler = findCompiler();
  const epoll = bench.path("epoll");
  const isCompiled =
    compiler !== undefined && compileStatic(compiler, join(folder, "epoll.c"), epoll);
  return {
    httpC: bench.image(join(examples, "http-c", "http.c"), "linux", "http-c"),
    serviceC: bench.image(join(examples, "http-service-c", "service.c"), "linux", "service-c"),
    hello: bench.image(serviceSources.hello, "linux", "hello-ts"),
    hono: bench.image(serviceSources.hono, "linux", "hono"),
    compute: bench.image(serviceSources.compute, "linux", "compute"),
    site: bench.image(serviceSources.site, "linux", "site"),
    epoll: isCompiled ? epoll : undefined,
    node: nodeWords(bench, "node-http"),
  };
}

/** What starts one of the programs in Node. */
export function nodeWords(bench: Bench, name: string): string[] {
  const text = readFileSync(join(folder, `${name}.ts`), "utf8");
  const script = bench.path(`${name}.mjs`);
  writeFileSync(script, transformSync(text, { loader: "ts" }).code);
  return [process.execPath, script];
}
