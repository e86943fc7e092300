/** What a tender passes on to its guest: one line, of which the kernel makes words again. */
import { TsukiError } from "../../contracts/errors.ts";
import { solo5NameVariable, sptCommandLineBytes } from "../../contracts/solo5.ts";

/**
 * The words of a tender's command line for a program's name, its arguments, and its environment. Throws
 * `usage` if a tender has no room for them.
 */
export function guestWords(
  [name = "app", ...rest]: readonly string[],
  environment: readonly string[],
): readonly string[] {
  const words = [...environment, `${solo5NameVariable}=${name}`].filter(isVariable);
  const quoted = [...words.map(quote), "--", ...rest.map(quote)];
  const bytes = Buffer.byteLength(quoted.join(" ")) + 1;
  if (bytes <= sptCommandLineBytes) return quoted;
  throw new TsukiError(
    "usage",
    `arguments and variables take ${bytes} bytes, and solo5-spt passes ${sptCommandLineBytes} on; ` +
      "build some in (tsuki build --env, or files)",
  );
}

/** The kernel takes words for variables that are of letters, digits and underscores. */
function isVariable(word: string): boolean {
  return /^\w+=/.test(word);
}

function quote(word: string): string {
  return word === "" ? '""' : word.replaceAll(/["\\ ]/g, "\\$&");
}
