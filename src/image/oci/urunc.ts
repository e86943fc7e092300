/**
 * What urunc, an OCI runtime for unikernels, wants to know of an image for `pc`. It finds this among
 * the annotations of a container, or, where an engine does not pass those on, in a file of the image.
 */
import type { ArchiveFile } from "./layer.ts";

/**
 * urunc's annotations. `unikraft` is how it calls command lines of the form that Tsuki's kernel reads:
 * the program's name, `netdev.ip=...`, `--`, arguments; those of that version of Unikraft, which urunc
 * complains about when it is not told.
 */
export function uruncAnnotations(
  programPath: string,
  contents: { readonly name: string; readonly arguments: readonly string[] },
): Record<string, string> {
  return {
    "com.urunc.unikernel.binary": `/${programPath}`,
    "com.urunc.unikernel.cmdline": [contents.name, ...contents.arguments].join(" "),
    "com.urunc.unikernel.hypervisor": "qemu",
    "com.urunc.unikernel.unikernelType": "unikraft",
    "com.urunc.unikernel.unikernelVersion": "0.17.0",
    "com.urunc.unikernel.useDMBlock": "false",
  };
}

/** The same as `/urunc.json`, whose values are in Base64. */
export function uruncFile(annotations: Readonly<Record<string, string>>): ArchiveFile {
  const encoded = Object.entries(annotations).map(([name, value]) => [
    name,
    Buffer.from(value).toString("base64"),
  ]);
  const bytes = Buffer.from(JSON.stringify(Object.fromEntries(encoded)));
  return { path: "urunc.json", bytes };
}
