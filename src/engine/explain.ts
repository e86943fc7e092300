/** The verb `explain`: what the compiler makes of one function of a program. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Explanation, FunctionSize } from "../compiler/driver/explain.ts";
import { defaultCodeOptions } from "../contracts/build.ts";
import { TsukiError } from "../contracts/errors.ts";
import { toolchainNameFor } from "../toolchains/choose.ts";
import { type AppSources, makeApp } from "./app-store.ts";
import type { BuildOptions } from "./build.ts";
import { Cache, cacheFolder } from "./cache.ts";
import { buildIdentity } from "./package-files.ts";

export type { Explanation, FunctionSize } from "../compiler/driver/explain.ts";

/** The function of a name (or its index) in the app that sources become. Throws a TsukiError. */
export async function explain(
  options: AppSources & Pick<BuildOptions, "code">,
  name: string,
): Promise<Explanation> {
  const { explainFunction } = await import("../compiler/driver/explain.ts");
  const { unlinkedSettings } = await import("../compiler/driver/unlinked-app.ts");
  const { code = defaultCodeOptions } = options;
  return explainFunction(await moduleOf(options), name, { ...unlinkedSettings, code });
}

/** The functions with code of the app that sources become, in their order. Throws a TsukiError. */
export async function functionsOf(options: AppSources): Promise<readonly FunctionSize[]> {
  const { listFunctions } = await import("../compiler/driver/explain.ts");
  return listFunctions(await moduleOf(options));
}

/** A ready module need not be an app to be looked at. */
async function moduleOf(options: AppSources): Promise<Uint8Array> {
  const { sources, toolchain, workingDirectory } = options;
  const [source = ""] = sources;
  if ((toolchain ?? toolchainNameFor(source)) === "wasm" && sources.length === 1) {
    try {
      return readFileSync(resolve(workingDirectory, source));
    } catch (error) {
      const problem = `${source}: no such file, or it cannot be read`;
      throw new TsukiError("source-missing", problem, { cause: error });
    }
  }
  const cache = new Cache(cacheFolder(options.environment));
  return (await makeApp(cache, buildIdentity(), options)).app;
}
