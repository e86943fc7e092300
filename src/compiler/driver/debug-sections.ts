/** What debuggers read of a program: DWARF made from what its modules tell of their source. */
import { frameSection } from "../debug/frame-section.ts";
import type { CompiledProgram } from "./compile.ts";
import type { LinkedProgram } from "./link.ts";

/** A section of an object file by its name. */
export interface DebugSection {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The sections for a program that was compiled with debug information. */
export function debugSections(_program: CompiledProgram, linked: LinkedProgram): DebugSection[] {
  return [{ name: ".debug_frame", bytes: frameSection(linked.functions) }];
}
