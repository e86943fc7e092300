/** `tsuki.config.ts`: what it may say, and what it says. */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type Static, Type } from "typebox";
import { Value } from "typebox/value";
import { TsukiError } from "../../contracts/errors.ts";

const texts = Type.Readonly(Type.Array(Type.String()));
const named = Type.Readonly(Type.Record(Type.String(), Type.String()));
const optional = Type.Optional;
const oneOf = <Name extends string>(...names: Name[]) =>
  Type.Unsafe<Name>(Type.Union(names.map((name) => Type.Literal(name))));

/** The schema, which is a JSON Schema, too (types/config.d.ts is the same for people). */
export const configSchema = Type.Object(
  {
    app: Type.Union([Type.String(), texts]),
    name: optional(Type.String()),
    args: optional(texts),
    env: optional(named),
    memory: optional(Type.String()),
    ports: optional(texts),
    listen: optional(texts),
    network: optional(Type.String()),
    files: optional(texts),
    volumes: optional(texts),
    platforms: optional(Type.Array(oneOf("linux", "pc"))),
    monitor: optional(oneOf("process", "qemu", "node")),
    machine: optional(oneOf("microvm", "q35")),
    restart: optional(Type.String()),
    stopTimeout: optional(Type.Integer({ minimum: 0 })),
    labels: optional(named),
    include: optional(texts),
    toolchain: optional(oneOf("javascript", "c", "assemblyscript", "wasm")),
  },
  { additionalProperties: false },
);

/** What a configuration says, with the folder from which its paths count. */
export interface LoadedConfig {
  readonly config: Static<typeof configSchema>;
  readonly folder: string;
}

/** Reads a configuration. Throws `config-invalid`. */
export async function loadConfig(path: string): Promise<LoadedConfig> {
  const value = path.endsWith(".json") ? readJson(path) : await evaluate(path);
  if (!Value.Check(configSchema, value)) {
    const [problem] = Value.Errors(configSchema, value);
    throw invalid(path, describe(problem, value));
  }
  return { config: value, folder: dirname(resolve(path)) };
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw invalid(path, "is no JSON document", error);
  }
}

/** Bundles the file, so that it may be TypeScript and import others, and runs it in this process. */
async function evaluate(path: string): Promise<unknown> {
  const { build } = await import("esbuild");
  try {
    const { outputFiles } = await build({
      entryPoints: [path],
      bundle: true,
      write: false,
      platform: "node",
      format: "esm",
      logLevel: "silent",
      plugins: [
        {
          name: "tsuki-config",
          setup: (bundler) => {
            bundler.onResolve({ filter: /^tsuki\/config$/ }, () => ({
              path: "config",
              namespace: "tsuki",
            }));
            bundler.onLoad({ filter: /.*/, namespace: "tsuki" }, () => ({
              contents: "export const defineUnikernel = (config) => config;",
            }));
          },
        },
      ],
    });
    const code = Buffer.from(outputFiles[0]?.contents ?? []).toString("base64");
    const module: unknown = await import(`data:text/javascript;base64,${code}`);
    return typeof module === "object" && module !== null && "default" in module
      ? module.default
      : undefined;
  } catch (error) {
    const said = error instanceof Error ? (error.message.split("\n").at(-1) ?? "") : String(error);
    throw invalid(path, said, error);
  }
}

interface Problem {
  readonly instancePath: string;
  readonly message: string;
  readonly params?: unknown;
}

function describe(problem: Problem | undefined, value: unknown): string {
  if (value === undefined) return "exports nothing by default; write export default { app: ... }";
  const { instancePath = "", message = "is malformed", params } = problem ?? {};
  const where = instancePath.slice(1).replaceAll("/", ".");
  const more = JSON.stringify(params ?? {});
  return `${where === "" ? "it" : where} ${message}${more === "{}" ? "" : ` ${more}`}`;
}

function invalid(path: string, problem: string, cause?: unknown): TsukiError {
  return new TsukiError("config-invalid", `${path}: ${problem}`, { cause });
}
