/** Options that look like Tsuki's own, behind the source, where everything is the program's. */
import type { Command } from "commander";

/**
 * The first of the program's words that its user may have meant for `command`: one of its long
 * options, or a short one with a value such as `8080:80` or `NAME=value`. Behind `--` none is.
 */
export function optionBehind(command: Command, words: readonly string[]): string | undefined {
  const end = words.indexOf("--");
  const own = end < 0 ? words : words.slice(0, end);
  return own.find((word, index) => {
    const [name = ""] = word.split("=");
    const option = command.options.find(({ short, long }) => name === short || name === long);
    if (option === undefined || name.startsWith("--")) return option !== undefined;
    return option.required && /[:=]/.test(own[index + 1] ?? "");
  });
}

/** One line that says to whom an option behind the source goes. */
export function adviceOnOptionBehind(option: string, source: string): string {
  const place = `${option} stands behind ${source}, so it is the program's`;
  return `${place}; Tsuki's options stand before it (a -- between them says that you mean it)`;
}
