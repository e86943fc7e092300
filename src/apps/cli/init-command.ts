/** `tsuki init`. */
import { initialize, parseTemplateName, templates } from "../../engine/templates.ts";
import { note } from "./report.ts";
import { formatTable } from "./table.ts";

/** Options as commander gives them. */
export interface InitOptions {
  readonly template: string;
  readonly list?: boolean;
  readonly debug?: boolean;
}

/** Makes a program to begin with; the exit status. */
export async function initCommand(folder: string, options: InitOptions): Promise<number> {
  if (options.list === true) {
    const rows = Object.entries(templates).map(([name, { about }]) => [name, about]);
    process.stdout.write(formatTable(["TEMPLATE", "WHAT"], rows, process.stdout.columns));
    return 0;
  }
  const files = initialize(parseTemplateName(options.template), folder);
  const place = folder === "." ? "" : ` ${folder}`;
  note(`${files.join(", ")}: run it with \`tsuki run${place}\``);
  return 0;
}
