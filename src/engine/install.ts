/** Installs a compiler that Tsuki offers but does not depend on. */
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { installCommand, packagePrefix, ToolchainMissing } from "../toolchains/packages.ts";
import type { PackageRequest } from "../toolchains/toolchain.ts";

/** The package whose absence an error reports, if that is what it reports. */
export function missingPackage(error: unknown): PackageRequest | undefined {
  return error instanceof ToolchainMissing ? error.request : undefined;
}

/** Runs npm in Tsuki's own prefix, with its output on standard error; whether it succeeded. */
export function installPackage(request: PackageRequest, environment: NodeJS.ProcessEnv): boolean {
  const prefix = packagePrefix(environment);
  mkdirSync(prefix, { recursive: true });
  const [program = "npm", ...parameters] = installCommand(request, prefix);
  const result = spawnSync(program, parameters, {
    stdio: ["ignore", process.stderr.fd, "inherit"],
    shell: process.platform === "win32",
  });
  return result.status === 0;
}
