/** `tsuki.config.ts`: what it may say, and what it says. */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type Static, Type } from "typebox";
import { Value } from "typebox/value";
import { TsukiError } from "../../contracts/errors.ts";

const text = (description: string) => Type.Optional(Type.String({ description }));
const texts = (description: string) =>
  Type.Optional(Type.Readonly(Type.Array(Type.String(), { description })));
const named = (description: string) =>
  Type.Optional(Type.Readonly(Type.Record(Type.String(), Type.String(), { description })));
const oneOf = <Name extends string>(description: string, ...names: Name[]) =>
  Type.Unsafe<Name>(
    Type.Union(
      names.map((name) => Type.Literal(name)),
      { description },
    ),
  );

/** How machine code is made. */
const compilerSchema = Type.Object(
  {
    level: Type.Optional(
      oneOf("Whether code is made to be fast, or made fast.", "optimising", "fast"),
    ),
    cpu: Type.Optional(oneOf("What the image may ask of the processor.", "v2", "v3", "v4")),
    memoryChecks: Type.Optional(
      Type.Boolean({ description: "Whether accesses of memory are compared with its size." }),
    ),
  },
  { additionalProperties: false, description: "How machine code is made." },
);

/** How instances in the background are asked whether they are well. */
const healthSchema = Type.Object(
  {
    http: Type.String({ description: "A port of the app's, and what to ask it for: 8080/health." }),
    interval: text("How long to wait between two checks: 30s."),
    timeout: text("How long to wait for the answer: 30s."),
    retries: Type.Optional(
      Type.Integer({ minimum: 1, description: "How many failures make it unhealthy." }),
    ),
    startPeriod: text("How long failures do not count at first: 0s."),
  },
  { additionalProperties: false, description: "How instances are asked whether they are well." },
);

/** A volume by its name, or a file that is a disk. */
const volumeSchema = Type.Object(
  {
    kind: oneOf(
      "What it is: a volume of either kind, or one that must be a disk.",
      "volume",
      "disk",
    ),
    source: Type.String({ description: "A volume's name; of a disk also its file: ./disk.img." }),
    target: Type.String({ description: "Where the app finds it: /data.img." }),
    readOnly: Type.Optional(Type.Boolean({ description: "Whether the app only reads it." })),
  },
  { additionalProperties: false, description: "A volume by its name, or a file that is a disk." },
);

/** The schema, which is a JSON Schema, too (types/config.d.ts is the same for people). */
export const configSchema = Type.Object(
  {
    app: Type.Union([Type.String(), Type.Readonly(Type.Array(Type.String()))], {
      description: "The program's source, or several of C or AssemblyScript, or a folder to serve.",
    }),
    name: text("What instances in the background and images are called."),
    args: texts("The app's arguments."),
    env: named("The app's environment."),
    memory: text("The machine's memory, such as 64M."),
    ports: texts("Ports: 8080:80, 127.0.0.1:8080:80, 53:53/udp."),
    listen: texts("Sockets that are open before the app starts: 8080, 53/udp."),
    network: Type.Optional(
      Type.Union([Type.String(), Type.Readonly(Type.Array(Type.String(), { minItems: 1 }))], {
        description:
          "host, user, none, a tap device, or a network of `tsuki network create`; or several.",
      }),
    ),
    files: texts("Files and folders to build in: public:/srv."),
    volumes: Type.Optional(
      Type.Readonly(
        Type.Array(Type.Union([Type.String(), volumeSchema]), {
          description: "What of the host the app sees: folders, as data:/data:ro, and volumes.",
        }),
      ),
    ),
    platforms: Type.Optional(
      Type.Array(oneOf("A platform of stored images, besides node.", "linux", "pc", "solo5")),
    ),
    monitor: Type.Optional(
      oneOf("What runs it; the safest there is otherwise.", "process", "qemu", "node", "solo5"),
    ),
    machine: Type.Optional(oneOf("What QEMU plays.", "microvm", "q35")),
    restart: text("no, on-failure, on-failure:3, always or unless-stopped."),
    stopTimeout: Type.Optional(
      Type.Integer({ minimum: 0, description: "Seconds that a stop waits before it ends one." }),
    ),
    health: Type.Optional(healthSchema),
    labels: named("Labels of images and instances."),
    include: texts("Folders to search for #include files."),
    define: named("Macros of C and C++ that are defined from the start."),
    toolchain: Type.Optional(
      oneOf("Chosen by the source's name otherwise.", "javascript", "c", "assemblyscript", "wasm"),
    ),
    compiler: Type.Optional(compilerSchema),
  },
  { additionalProperties: false },
);

/** The schema as editors know it: documents in JSON may name it as theirs. */
export function configDocumentSchema(): object {
  const { properties, ...rest } = JSON.parse(JSON.stringify(configSchema)) as {
    properties: Record<string, unknown>;
  };
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Tsuki's configuration of one program",
    ...rest,
    properties: { $schema: { type: "string" }, ...properties },
  };
}

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
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (typeof value !== "object" || value === null || !("$schema" in value)) return value;
    const { $schema: _schema, ...config } = value;
    return config;
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
