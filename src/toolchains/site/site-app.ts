/** The app that serves the files of its image, written out as a module: nothing has to compile it. */
import { httpModule } from "../../contracts/http-functions.ts";
import { wasiModule } from "../../contracts/wasi-preview1.ts";

const magicAndVersion = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const i32 = 0x7f;
const functionType = 0x60;
const section = { type: 1, import: 2, function: 3, memory: 5, export: 7, code: 10 } as const;
const call = 0x10;
const end = 0x0b;

function named(text: string): number[] {
  const bytes = new TextEncoder().encode(text);
  return [bytes.length, ...bytes];
}

function sectionOf(id: number, ...entries: readonly (readonly number[])[]): number[] {
  const content = [entries.length, ...entries.flat()];
  return [id, content.length, ...content];
}

/**
 * A WASI command that calls `http_serve_files` and exits with its status; each section is shorter
 * than 128 bytes, so that all numbers in it have one (WebAssembly 2.0, 5.5).
 */
export function siteApp(): Uint8Array {
  const [serve, exit, start] = [0, 1, 2];
  return Uint8Array.from([
    ...magicAndVersion,
    ...sectionOf(
      section.type,
      [functionType, 0, 1, i32],
      [functionType, 1, i32, 0],
      [functionType, 0, 0],
    ),
    ...sectionOf(
      section.import,
      [...named(httpModule), ...named("http_serve_files"), 0, serve],
      [...named(wasiModule), ...named("proc_exit"), 0, exit],
    ),
    ...sectionOf(section.function, [start]),
    ...sectionOf(section.memory, [0, 1]),
    ...sectionOf(section.export, [...named("memory"), 2, 0], [...named("_start"), 0, start]),
    ...sectionOf(section.code, [6, 0, call, serve, call, exit, end]),
  ]);
}
