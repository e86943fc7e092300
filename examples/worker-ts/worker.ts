/** Counts the words that it is given: `tsuki run examples/worker-ts/worker.ts moon and stars`. */

declare const process: {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
};

const words = process.argv.slice(2);
const longest = words.reduce((one, other) => (other.length > one.length ? other : one), "");

console.log(
  `${process.env["GREETING"] ?? "Hello"}: ${words.length} words, the longest "${longest}"`,
);
