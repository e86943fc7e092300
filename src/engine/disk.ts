/** The verb `image`: an image for `pc`, made now or before, wrapped into a disk. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { TsukiError } from "../contracts/errors.ts";
import { type DiskFormat, diskFormats, diskImage } from "../image/disk/disk-image.ts";
import { ElfFormatError } from "../image/elf/reader.ts";
import { type BuildOptions, build } from "./build.ts";

/** Sources as for `build`, or one file that is an image already. */
export interface DiskOptions extends Omit<BuildOptions, "platform"> {
  readonly format: DiskFormat;
}

/** A disk and how it came about. */
export interface MadeDisk {
  readonly disk: Uint8Array;
  /** The toolchain's own lines, ready to print. */
  readonly warnings: string;
}

const elfMagic = "\x7fELF";

/** Makes a disk. Throws a TsukiError. */
export async function makeDisk(options: DiskOptions): Promise<MadeDisk> {
  const file = finishedImage(options);
  if (file !== undefined && options.defaults !== undefined) {
    const message =
      "an image is finished: build arguments and variables in with `tsuki build -p pc`";
    throw new TsukiError("usage", message);
  }
  const { image, warnings } =
    file === undefined
      ? await build({ ...options, platform: "pc", bootsFromDisk: true })
      : { image: file, warnings: "" };
  try {
    return { disk: diskImage(image, options.format), warnings };
  } catch (error) {
    if (!(error instanceof ElfFormatError)) throw error;
    const [source] = options.sources;
    const message = `${source} cannot be put on a disk: ${error.message} Build it with -p pc`;
    throw new TsukiError("image-unusable", message, { cause: error });
  }
}

/** The format of a name; throws `usage`. */
export function parseDiskFormat(text: string): DiskFormat {
  const found = diskFormats.find((format) => format === text);
  if (found !== undefined) return found;
  throw new TsukiError("usage", `no format named ${text}; there are ${diskFormats.join(", ")}`);
}

/** The bytes of the only source if that is an ELF file; undefined for anything to be built. */
function finishedImage(options: DiskOptions): Uint8Array | undefined {
  const [source = "", ...more] = options.sources;
  if (more.length > 0 || options.toolchain !== undefined) return undefined;
  try {
    const bytes = readFileSync(resolve(options.workingDirectory, source));
    return bytes.subarray(0, 4).toString("latin1") === elfMagic ? bytes : undefined;
  } catch {
    // Whatever is wrong with it, the build says it better.
    return undefined;
  }
}
