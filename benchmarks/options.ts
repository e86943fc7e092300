/** The flags of `npm run bench`. */
import { parseArgs } from "node:util";
import { type AreaName, areaNames } from "./report/finding.ts";

/** What to measure and how to tell it. */
export interface BenchOptions {
  /** A tenth of the rounds; RESULTS.md is left alone. */
  readonly quick: boolean;
  /** JSON on standard output instead of the table; RESULTS.md is left alone. */
  readonly json: boolean;
  readonly kvm: boolean;
  readonly areas: readonly AreaName[];
  /** A ruby.wasm to compile; none otherwise. */
  readonly ruby?: string;
  /** What `dpkg -x` makes of a Debian kernel's package, to compare with; none otherwise. */
  readonly linux?: string;
}

/** Reads the flags; throws an Error that says what is wrong with them. */
export function parseOptions(words: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...words],
    options: {
      quick: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      kvm: { type: "boolean", default: false },
      ruby: { type: "string" },
      linux: { type: "string" },
      only: { type: "string", multiple: true },
    },
  });
  return {
    quick: values.quick,
    json: values.json,
    kvm: values.kvm,
    ...(values.ruby === undefined ? {} : { ruby: values.ruby }),
    ...(values.linux === undefined ? {} : { linux: values.linux }),
    areas: values.only === undefined ? areaNames : values.only.map(areaNamed),
  };
}

function areaNamed(name: string): AreaName {
  const found = areaNames.find((area) => area === name);
  if (found === undefined) throw new Error(`--only ${name}: say ${areaNames.join(", ")}`);
  return found;
}
