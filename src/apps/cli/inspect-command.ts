/** `tsuki inspect`: all there is to know of instances and images. */
import { TsukiError } from "../../contracts/errors.ts";
import { describeInstance } from "../../engine/instances/describe.ts";
import { instanceStore } from "../../engine/instances/lifecycle.ts";
import { reportError } from "./report.ts";
import { parseTemplate } from "./template.ts";

/** Options as commander gives them. */
export interface InspectOptions {
  readonly format?: string;
  readonly type?: string;
  readonly debug?: boolean;
}

/** Prints instances and images as JSON or by a template; the exit status. */
export async function inspectCommand(
  names: readonly string[],
  { format, type, debug = false }: InspectOptions,
): Promise<number> {
  if (type !== undefined && type !== "instance" && type !== "image") {
    throw new TsukiError("usage", `there is no type ${type}; write instance or image`);
  }
  const template = format === undefined ? undefined : parseTemplate(format);
  const documents: object[] = [];
  let status = 0;
  for (const name of names) {
    try {
      const document = await describe(name, type);
      documents.push(document);
      if (template !== undefined) process.stdout.write(`${template(document)}\n`);
    } catch (error) {
      status = reportError(error, "inspect", debug);
    }
  }
  if (template === undefined) {
    process.stdout.write(`${JSON.stringify(documents, undefined, 2)}\n`);
  }
  return status;
}

/** An instance where there is one of that name, an image otherwise; or what was asked for. */
async function describe(name: string, type: "instance" | "image" | undefined): Promise<object> {
  try {
    if (type !== "image") return await describeInstance(instanceStore(process.env).require(name));
  } catch (error) {
    if (!(error instanceof TsukiError) || error.code !== "instance-missing") throw error;
    if (type === "instance") throw error;
  }
  const { describeImage } = await import("./image-verbs.ts");
  return describeImage(name);
}
