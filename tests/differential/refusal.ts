import { TsukiError } from "../../src/contracts/errors.ts";
import { checkCommand } from "../../src/toolchains/wasm/check-command.ts";
import { buildSubject } from "./subject.ts";

/** What became of a module that is not an image: why it was refused, or what went wrong instead. */
export interface Refusal {
  readonly reason: string;
  /** Why that is no good end: another error than a named one, or one of several lines. */
  readonly fault: string | undefined;
}

/** Takes a module all the way to an image, as a build does; undefined if it becomes one. */
export async function refusalOf(module: Uint8Array): Promise<Refusal | undefined> {
  try {
    checkCommand(module, "mutant.wasm");
    await buildSubject(module);
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const isNamed = error instanceof TsukiError && error.code.startsWith("wasm-");
    if (isNamed && !reason.includes("\n")) return { reason, fault: undefined };
    const text = error instanceof Error ? (error.stack ?? reason) : reason;
    return { reason, fault: text };
  }
}
