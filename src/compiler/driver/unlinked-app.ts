import { defaultCodeOptions } from "../../contracts/build.ts";
import { SymbolTable } from "../object/symbols.ts";
import { type ProgramSettings, UnitEnvironment } from "./environment.ts";
import { SignatureIds } from "./signature-ids.ts";
import { createUnit } from "./unit.ts";

const noKernel = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

/** Settings for an app that is compiled for the sake of its code, whatever it imports. */
export const unlinkedSettings: ProgramSettings = {
  platform: "linux",
  code: defaultCodeOptions,
  maximumPages: 65_536,
  hasDefaults: false,
  bootsFromDisk: false,
  hasTap: false,
  hasDebugInfo: false,
  refusesUnknownImports: false,
};

/** The surroundings of an app's functions where the kernel does not matter. */
export function unlinkedApp(
  bytes: Uint8Array,
  settings: ProgramSettings = unlinkedSettings,
): { readonly environment: UnitEnvironment; readonly symbols: SymbolTable } {
  const symbols = new SymbolTable();
  const app = createUnit("app", bytes);
  const kernel = createUnit("kernel", noKernel);
  const signatures = new SignatureIds();
  const program = { ...settings, kernel, app, symbols, signatures };
  return { environment: new UnitEnvironment(program, app), symbols };
}
