/** The verb `init`: a program to begin with, and its configuration. */
import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { TsukiError } from "../contracts/errors.ts";
import { builtFile } from "./package-files.ts";

/** What there is to begin with; `folder` is the one of dist/templates that is copied. */
export const templates = {
  "http-ts": { about: "an HTTP service in TypeScript", app: "server.ts", ports: ["8080:8080"] },
  "http-c": { about: "an HTTP service in C", app: "service.c", ports: ["8080:8080"] },
  "http-as": {
    about: "an HTTP service in AssemblyScript",
    app: "service.as.ts",
    ports: ["8080:8080"],
  },
  "static-site": { about: "a folder of files, served", app: "public", ports: ["8080:8080"] },
  worker: { about: "a program without network, in TypeScript", app: "worker.ts", ports: [] },
} as const;

/** The name of a template. */
export type TemplateName = keyof typeof templates;

/** Reads a template's name as the user typed it. Throws `usage`. */
export function parseTemplateName(text: string): TemplateName {
  const name = Object.keys(templates).find((one) => one === text);
  if (name !== undefined) return name as TemplateName;
  const known = Object.keys(templates).join(", ");
  throw new TsukiError("usage", `no template named ${text}; there are ${known}`);
}

/** Puts a template into a folder, which is made, or is empty. Throws `usage`, `output-unwritable`. */
export function initialize(name: TemplateName, folder: string): readonly string[] {
  const path = resolve(folder);
  if (existsSync(path) && readdirSync(path).length > 0) {
    throw new TsukiError("usage", `${folder} is not empty; name a folder that is, or a new one`);
  }
  const { app, ports } = templates[name];
  try {
    mkdirSync(path, { recursive: true });
    const target = name === "static-site" ? join(path, app) : path;
    cpSync(join(builtFile("templates"), name), target, { recursive: true });
    writeFileSync(join(path, "tsuki.config.ts"), configOf(app, ports));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new TsukiError("output-unwritable", `cannot write to ${folder}: ${why}`, {
      cause: error,
    });
  }
  return readdirSync(path, { recursive: true, encoding: "utf8" }).sort();
}

function configOf(app: string, ports: readonly string[]): string {
  const lines = ports.length === 0 ? "" : `  ports: ${JSON.stringify(ports)},\n`;
  return `import { defineUnikernel } from "tsuki/config";

export default defineUnikernel({
  app: ${JSON.stringify(app)},
${lines}});
`;
}
