/** RESULTS.md: the table of the last full run, when and where it was. */

/** A finished run, ready to be written down. */
export interface Report {
  readonly date: Date;
  readonly machine: readonly string[];
  /** What the host's load says about the figures. */
  readonly load: string;
  readonly table: readonly string[];
}

/** The file's text. */
export function resultsText({ date, machine, load, table }: Report): string {
  const lines = [
    "# Results",
    "",
    "Written by `npm run bench`; README.md says what each line means and how it is measured.",
    "",
    `- ${date.toISOString().slice(0, 16).replace("T", " ")} UTC`,
    ...machine.map((line) => `- ${line}`),
    `- ${load}`,
    "",
    "```text",
    ...table,
    "```",
    "",
  ];
  return lines.join("\n");
}
