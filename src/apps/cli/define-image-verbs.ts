/** The commands on images in the store. */
import type { Command } from "commander";
import { guarded } from "./guarded.ts";

const debugOption = ["--debug", "print the stack of an error"] as const;
const jsonOption = ["--json", "print one JSON document"] as const;

/** Adds the commands to the program. */
export function defineImageVerbs(program: Command): void {
  defineListings(program);
  defineChanges(program);
  defineArchives(program);
}

function defineListings(program: Command): void {
  program
    .command("images")
    .summary("list the images of this host")
    .description("Lists the images that `tsuki build -t` and `tsuki load` put into the store.")
    .option("-q, --quiet", "print ids only")
    .option("--no-trunc", "print ids whole")
    .option("--format <template>", "print by a template, such as {{.Repository}}")
    .option(...jsonOption)
    .option(...debugOption)
    .action(async (options: ImagesOptions) => {
      const { imagesCommand } = await import("./image-verbs.ts");
      await guarded("images", options, () => imagesCommand(options));
    });
  program
    .command("history")
    .summary("tell how an image was made")
    .argument("<image>", "its name or id")
    .option(...jsonOption)
    .option(...debugOption)
    .action(async (name: string, options: ListingOptions) => {
      const { historyCommand } = await import("./image-verbs.ts");
      await guarded("history", options, () => historyCommand(name, options));
    });
}

function defineChanges(program: Command): void {
  program
    .command("tag")
    .summary("give an image one more name")
    .argument("<image>", "its name or id")
    .argument("<name>", "the new name, such as web:1.0 or registry.example/web:1.0")
    .option(...debugOption)
    .action(async (image: string, name: string, options: DebugOption) => {
      const { tagCommand } = await import("./image-verbs.ts");
      await guarded("tag", options, () => tagCommand(image, name));
    });
  program
    .command("rmi")
    .summary("remove images from the store")
    .description("Takes names away; with its last name, or by its id, an image goes itself.")
    .argument("<image...>", "names or ids")
    .option(...debugOption)
    .action(async (names: string[], options: DebugOption) => {
      const { removeImagesCommand } = await import("./image-verbs.ts");
      await guarded("rmi", options, () => removeImagesCommand(names));
    });
}

function defineArchives(program: Command): void {
  program
    .command("save")
    .summary("write images into an archive")
    .description("Writes an OCI archive, which `tsuki load`, podman, skopeo and containerd read.")
    .argument("<image...>", "names or ids")
    .option("-o, --output <file>", "the archive; standard output otherwise")
    .option(...debugOption)
    .action(async (names: string[], options: SaveOptions) => {
      const { saveCommand } = await import("./image-verbs.ts");
      await guarded("save", options, () => saveCommand(names, options));
    });
  program
    .command("load")
    .summary("take images from an archive")
    .option("-i, --input <file>", "the archive; standard input otherwise")
    .option("-q, --quiet", "print ids only")
    .option(...debugOption)
    .action(async (options: LoadOptions) => {
      const { loadCommand } = await import("./image-verbs.ts");
      await guarded("load", options, () => loadCommand(options));
    });
}

/** What every command has. */
export interface DebugOption {
  readonly debug?: boolean;
}

/** Options of listings. */
export interface ListingOptions extends DebugOption {
  readonly json?: boolean;
}

/** Options of `tsuki images`. */
export interface ImagesOptions extends ListingOptions {
  readonly quiet?: boolean;
  readonly trunc: boolean;
  readonly format?: string;
}

/** Options of `tsuki save`. */
export interface SaveOptions extends DebugOption {
  readonly output?: string;
}

/** Options of `tsuki load`. */
export interface LoadOptions extends DebugOption {
  readonly input?: string;
  readonly quiet?: boolean;
}
