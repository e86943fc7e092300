/** What every measurement is given: a folder, the built command line, and how thorough to be. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Launcher } from "./launcher/launcher.ts";
import type { BenchOptions } from "./options.ts";
import { outputOf } from "./programs.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Within node_modules, so that a copy of the product finds its packages. */
const copiesFolder = join(root, "node_modules", ".cache");

/** The programs that are measured. */
export const sources = {
  helloC: join(root, "examples", "hello-c", "hello.c"),
  helloAs: join(root, "examples", "hello-as", "hello.as.ts"),
  greetC: join(root, "examples", "greet-c", "greet.c"),
} as const;

/** One run of the benchmarks. */
export class Bench {
  /** A private folder that `end` removes. */
  readonly folder = mkdtempSync(join(tmpdir(), "tsuki-bench-"));
  /** The command line as it is shipped; a copy, which no build in the meantime replaces. */
  readonly commandLine: string;
  readonly isQuick: boolean;
  readonly accelerator: "kvm" | "tcg";
  /** Where ruby.wasm is, if it is to be measured. */
  readonly rubyPath: string | undefined;
  /** What `dpkg -x` makes of a Debian kernel's package, if Linux is to be compared with. */
  readonly linuxFolder: string | undefined;
  readonly #copy: string;
  readonly #note: (line: string) => void;
  #launcher: Launcher | string | undefined;

  constructor(
    { quick, kvm, ruby, linux }: Pick<BenchOptions, "quick" | "kvm" | "ruby" | "linux">,
    note: (line: string) => void,
  ) {
    this.#copy = copyProduct();
    this.commandLine = join(this.#copy, "dist", "cli.js");
    this.isQuick = quick;
    this.accelerator = kvm ? "kvm" : "tcg";
    this.rubyPath = ruby;
    this.linuxFolder = linux;
    this.#note = note;
  }

  /** The launcher, or why there is none. */
  get launcher(): Launcher | string {
    this.#launcher ??= Launcher.compile(this.path("launcher"));
    return this.#launcher;
  }

  /** A path in the folder. */
  path(name: string): string {
    return join(this.folder, name);
  }

  /** Tells whoever waits what is going on. */
  note(line: string): void {
    this.#note(line);
  }

  /** How many rounds to run: fewer when it has to be quick. */
  rounds(thorough: number): number {
    return this.isQuick ? Math.max(3, Math.ceil(thorough / 10)) : thorough;
  }

  /** Builds an image with the command line, with further options if need be; its path. */
  image(
    source: string,
    platform: "linux" | "pc" | "node" | "solo5",
    name: string,
    options: readonly string[] = [],
  ): string {
    const path = this.path(name);
    const words = ["build", source, "-p", platform, "-o", path, ...options];
    outputOf(process.execPath, [this.commandLine, ...words]);
    return path;
  }

  end(): void {
    rmSync(this.folder, { recursive: true, force: true });
    rmSync(this.#copy, { recursive: true, force: true });
  }
}

function copyProduct(): string {
  if (!existsSync(join(root, "dist", "cli.js"))) {
    throw new Error("dist/cli.js is not there: run npm run build");
  }
  mkdirSync(copiesFolder, { recursive: true });
  const copy = mkdtempSync(join(copiesFolder, "tsuki-bench-"));
  for (const part of ["dist", "package.json"]) {
    cpSync(join(root, part), join(copy, part), { recursive: true });
  }
  return copy;
}
