/**
 * What urunc, an OCI runtime for unikernels, wants to know of an image for `pc` or `solo5`. It finds this
 * among the annotations of a container, or, where an engine does not pass those on, in a file of the image.
 */
import type { Platform } from "../../contracts/machine-interface.ts";
import type { ArchiveFile } from "./layer.ts";

interface Program {
  readonly name: string;
  readonly arguments: readonly string[];
}

/** How urunc runs an image, and what it passes on besides the addresses of the interface. */
interface UruncWay {
  readonly hypervisor: string;
  /** How it calls command lines of the form that Tsuki's kernel reads. */
  readonly type: string;
  /** Of which version of that they are, where urunc complains when it is not told. */
  readonly version?: string;
  readonly commandLine: (program: Program) => string;
}

const ways: Readonly<Partial<Record<Platform, UruncWay>>> = {
  // The program's name, `netdev.ip=...`, `--`, arguments.
  pc: {
    hypervisor: "qemu",
    type: "unikraft",
    version: "0.17.0",
    commandLine: (program) => [program.name, ...program.arguments].join(" "),
  },
  // `--ipv4=...`, `--ipv4-gateway=...`, and what stands here: no arguments, so that the built-in ones count.
  solo5: { hypervisor: "spt", type: "mirage", commandLine: () => "--" },
};

/** urunc's annotations; none for a platform whose images it does not run. */
export function uruncAnnotations(
  platform: Platform,
  programPath: string,
  program: Program,
): Record<string, string> {
  const way = ways[platform];
  if (way === undefined) return {};
  return {
    "com.urunc.unikernel.binary": `/${programPath}`,
    "com.urunc.unikernel.cmdline": way.commandLine(program),
    "com.urunc.unikernel.hypervisor": way.hypervisor,
    "com.urunc.unikernel.unikernelType": way.type,
    ...(way.version === undefined ? {} : { "com.urunc.unikernel.unikernelVersion": way.version }),
    "com.urunc.unikernel.useDMBlock": "false",
  };
}

/** The same as `/urunc.json`, whose values are in Base64; no file for no annotations. */
export function uruncFiles(annotations: Readonly<Record<string, string>>): readonly ArchiveFile[] {
  const entries = Object.entries(annotations);
  if (entries.length === 0) return [];
  const encoded = entries.map(([name, value]) => [name, Buffer.from(value).toString("base64")]);
  const bytes = Buffer.from(JSON.stringify(Object.fromEntries(encoded)));
  return [{ path: "urunc.json", bytes }];
}
