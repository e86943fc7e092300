/** What `-v` and `--mount` were told: a volume, a folder or a disk of the host, and where the app finds it. */
import { resolve } from "node:path";
import { TsukiError } from "../../contracts/errors.ts";
import { isName } from "../name-form.ts";

/** One thing to be seen by an app. */
export interface Mount {
  readonly kind: "volume" | "bind" | "disk";
  /** Whether a volume must be a disk. */
  readonly isDisk?: true;
  /** A volume's name, or an absolute path. */
  readonly source: string;
  /** An absolute path in the app's eyes. */
  readonly target: string;
  readonly isReadOnly: boolean;
}

/** Reads `-v`: `name:/path[:ro]` for a volume, `folder:/path[:ro]` for a folder, which has a `/` or `.`. */
export function parseVolumeMount(text: string, workingDirectory: string): Mount {
  const short = parseShort(text);
  if (short === undefined) throw malformed("-v", text, "data:/data or ./data:/data:ro");
  return isName(short.source) ? short : bind(short, workingDirectory);
}

/**
 * Reads `--mount`: `folder:/path[:ro]`, or `type=volume|bind|disk,source=...,target=/path[,readonly]`;
 * the source of a disk is a volume's name, or a file, which has a `/` or `.`.
 */
export function parseMount(text: string, workingDirectory: string): Mount {
  const mount = text.includes("=") ? parseLong(text) : parseShort(text);
  const isShort = !text.includes("=");
  if (mount === undefined || (!isShort && mount.kind === "volume" && !isName(mount.source))) {
    throw malformed("--mount", text, "./data:/data:ro or type=volume,source=data,target=/data");
  }
  if (mount.kind === "disk") return disk(mount, workingDirectory);
  return isShort || mount.kind === "bind" ? bind(mount, workingDirectory) : mount;
}

/** The name of a disk's file has no `:` or `,`: those would end it in the setting. */
function disk(mount: Mount, workingDirectory: string): Mount {
  if (isName(mount.source)) return { ...mount, kind: "volume", isDisk: true };
  return { ...mount, source: resolve(workingDirectory, mount.source) };
}

function bind(mount: Mount, workingDirectory: string): Mount {
  return { ...mount, kind: "bind", source: resolve(workingDirectory, mount.source) };
}

function parseShort(text: string): Mount | undefined {
  const [, source, target, mode] = /^([^:,\0]+):(\/[^:,\0]*)(?::(r[ow]))?$/.exec(text) ?? [];
  if (source === undefined || target === undefined) return undefined;
  return { kind: "volume", source, target, isReadOnly: mode === "ro" };
}

/** Docker's names for the same things. */
const keys: Readonly<Record<string, "kind" | "source" | "target" | "isReadOnly">> = {
  type: "kind",
  source: "source",
  src: "source",
  target: "target",
  destination: "target",
  dst: "target",
  readonly: "isReadOnly",
  ro: "isReadOnly",
};

function parseLong(text: string): Mount | undefined {
  const values = new Map<string, string>();
  for (const part of text.split(",")) {
    const [name = "", ...rest] = part.split("=");
    const key = keys[name];
    if (key === undefined || values.has(key)) return undefined;
    values.set(key, rest.join("="));
  }
  const { kind = "volume", source, target, isReadOnly } = Object.fromEntries(values);
  const isWhole = source !== undefined && source !== "" && target?.startsWith("/") === true;
  if (!isWhole || (kind !== "volume" && kind !== "bind" && kind !== "disk")) return undefined;
  if (![undefined, "", "true", "false"].includes(isReadOnly)) return undefined;
  return { kind, source, target, isReadOnly: isReadOnly !== undefined && isReadOnly !== "false" };
}

function malformed(option: string, text: string, examples: string): TsukiError {
  return new TsukiError("usage", `${option} ${text} is malformed; write ${examples}`);
}
