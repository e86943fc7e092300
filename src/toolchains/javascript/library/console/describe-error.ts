/** Errors as text: name and message, then the stack, which the engine keeps apart. */
import type { Inspection } from "./inspection.ts";

/** An error with its stack; the frames are indented like what surrounds them. */
export function describeError(error: Error, inspection: Inspection): string {
  const text = errorText(error);
  if (inspection.indentation === 0) return text;
  return text.replaceAll("\n", `\n${" ".repeat(inspection.indentation)}`);
}

/** `Name: message` and the frames behind it, as V8's `stack` has it. */
function errorText(error: Error): string {
  const title = titleOf(error);
  const { stack } = error;
  if (typeof stack !== "string" || stack === "") return `[${title}]`;
  // Some programs write the title into the stack themselves.
  const frames = stack.startsWith(title) ? stack.slice(title.length).replace(/^\n/, "") : stack;
  return frames === "" ? `[${title}]` : `${title}\n${frames.trimEnd()}`;
}

function titleOf(error: Error): string {
  const name = String(error.name ?? "Error");
  const message = String(error.message ?? "");
  const constructed = error.constructor?.name ?? name;
  const shown =
    name === "Error" && constructed !== "Error" && constructed !== "" ? constructed : name;
  const code: unknown = Reflect.get(error, "code");
  const marked =
    typeof code === "string" && !error.name.includes("[") && code.startsWith("ERR_")
      ? `${shown} [${code}]`
      : shown;
  return message === "" ? marked : `${marked}: ${message}`;
}
