/** TypeScript and JavaScript services: bundled, and evaluated into the engine as far as can be. */
import { relative } from "node:path";
import { TsukiError } from "../../contracts/errors.ts";
import type { App, AppRequest, Preinitialization, Toolchain } from "../toolchain.ts";
import { engineBase } from "./base.ts";
import { NotYetKnown, TakesTooLong } from "./build-host.ts";
import { type Bundle, bundleProgram } from "./bundle.ts";
import {
  compileProgram,
  embedProgram,
  evaluateProgram,
  findRandomCall,
  NeverSettles,
  prepareEngines,
  rehearse,
} from "./evaluate.ts";
import { isProgramFrame, ProgramError } from "./quickjs.ts";

/** Makes one JavaScript or TypeScript program, with all it imports, into an app. */
export const javaScriptToolchain: Toolchain = { name: "javascript", toApp };

/** Where users read what is evaluated when. */
const preinitializationEntry = "docs/javascript.md#when-a-module-is-evaluated";

/** A bundled program and the engine that it goes into. */
export interface Program {
  /** What messages call it. */
  readonly name: string;
  readonly bundle: Bundle;
  readonly base: Uint8Array;
}

/** An engine with a program in it, and a line about it; empty when there is nothing to say. */
export interface ProgramApp {
  readonly app: Uint8Array;
  readonly notice: string;
}

async function toApp(request: AppRequest): Promise<App> {
  const [source, second] = request.sources;
  if (source === undefined || second !== undefined) {
    throw new TsukiError("usage", "a service is one file, which imports the others");
  }
  const name = relative(request.workingDirectory, source);
  const bundling = bundleProgram(source, request.workingDirectory);
  const [base, bundle] = await Promise.all([engineBase().then(prepared), bundling]);
  for (const input of bundle.inputs) request.files.read(input);
  const mode = request.preinitialization ?? "auto";
  const { app, notice } = makeApp({ name, bundle, base }, mode);
  return { app, warnings: linesOf(bundle.warnings, notice) };
}

function compile({ base, bundle, name }: Program): Uint8Array {
  try {
    return compileProgram(base, bundle.code);
  } catch (error) {
    throw programFailure(error, bundle, `${name} is not understood by the engine`);
  }
}

function prepared(base: Uint8Array): Uint8Array {
  prepareEngines(base);
  return base;
}

/** Puts a program into the engine. Throws `javascript-throws` or `javascript-preinit`. */
export function makeApp(program: Program, mode: Preinitialization): ProgramApp {
  const { base, bundle, name } = program;
  const bytecode = compile(program);
  const lines = bundle.lines.encode();
  if (mode === "off") return { app: embedProgram(base, bytecode, lines), notice: "" };
  try {
    return { app: evaluateProgram(base, bytecode, lines), notice: "" };
  } catch (thrown) {
    const error = reasonOf(thrown);
    if (!(error instanceof NotYetKnown)) {
      throw programFailure(error, bundle, `${name} fails while it loads`);
    }
    const reason = reasonFor(error, program, bytecode);
    if (mode === "strict") {
      throw new TsukiError(
        "javascript-preinit",
        `${reason}, which only an instance knows; move it into a handler, or use --preinit auto`,
      );
    }
    const isLong = error instanceof TakesTooLong;
    const cost = isLong ? "" : `, about ${Math.ceil(rehearse(base, bytecode))} ms each time`;
    const notice = `tsuki: ${reason}, so it is evaluated at every start${cost} (${preinitializationEntry})`;
    return { app: embedProgram(base, bytecode, lines), notice };
  }
}

/** V8's own stack may end before the engine's does. */
function reasonOf(thrown: unknown): unknown {
  const isStack = thrown instanceof RangeError && /call stack/.test(thrown.message);
  return isStack ? new NotYetKnown("a deeper stack than a build has", "") : thrown;
}

/** `src/app.ts:3 reads the clock while the program loads`. */
function reasonFor(error: NotYetKnown, program: Program, bytecode: Uint8Array): string {
  const { base, bundle, name } = program;
  const frames = error.frames === "" ? findRandomCall(base, bytecode) : error.frames;
  return `${placeOf(frames, bundle) ?? name} asks for ${error.what} while the program loads`;
}

/** The innermost place in the program, `file:line`; Tsuki's own modules are where nothing else is. */
function placeOf(frames: string, bundle: Bundle): string | undefined {
  const places = frames
    .split("\n")
    .filter(isProgramFrame)
    .map((frame) => /\(?([^()\s]+)\)?$/.exec(bundle.lines.rewrite(frame))?.[1]);
  return places.find((place) => place?.startsWith("tsuki:") === false) ?? places[0];
}

/** An error of the program's as the user meets it; others as they are. */
function programFailure(error: unknown, bundle: Bundle, what: string): unknown {
  if (error instanceof NeverSettles) {
    return new TsukiError(
      "javascript-throws",
      `${what}: a top-level await never settles; nothing is pending that could settle it`,
    );
  }
  if (!(error instanceof ProgramError)) return error;
  const frames = bundle.lines.rewrite(error.frames).trimEnd();
  const place = placeOf(error.frames, bundle);
  const at = place === undefined ? "" : ` at ${place}`;
  return new TsukiError("javascript-throws", `${what}${at}: ${firstLine(error.text)}`, {
    detail: `Uncaught ${error.text}${frames === "" ? "" : `\n${frames}`}`,
  });
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}

/** Texts that are not empty, each with a line end. */
function linesOf(...texts: readonly string[]): string {
  return texts.map((text) => (text === "" ? "" : `${text}\n`)).join("");
}
