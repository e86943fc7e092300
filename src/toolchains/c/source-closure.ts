/** Gathers the files that a C program consists of: its sources and all they may include. */
import { dirname, resolve } from "node:path";
import { TsukiError } from "../../contracts/errors.ts";
import { filesBelow } from "../source-files.ts";
import type { AppRequest } from "../toolchain.ts";
import { scanIncludes } from "./include-scan.ts";

/** More files than this are taken for a mistake, such as an include folder that is a home folder. */
const fileLimit = 5_000;
const byteLimit = 64 * 1024 * 1024;

/** How many headers to offer a source whose includes are computed. */
const computedLimit = 1_000;
const headerEnding = /\.(?:h|hh|hpp|hxx|inc|inl|ipp|tpp|def)$/;

/** All files that the program may need, by absolute path; what is not there is left to clang. */
export function gatherSources(request: AppRequest): ReadonlyMap<string, Uint8Array> {
  const { files } = request;
  const gathered = new Map<string, Uint8Array>();
  const waiting = [...request.sources];
  const decoder = new TextDecoder("latin1");
  let total = 0;
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (gathered.has(path)) continue;
    const bytes = files.read(path);
    if (bytes === undefined) continue;
    gathered.set(path, bytes);
    total += bytes.length;
    if (gathered.size > fileLimit || total > byteLimit) throw tooLarge(request);
    const includes = scanIncludes(decoder.decode(bytes));
    const beside = includes.quoted.map((name) => resolve(dirname(path), name));
    const searched = [...includes.quoted, ...includes.angled].flatMap((name) =>
      request.includeDirectories.map((folder) => resolve(folder, name)),
    );
    waiting.push(...beside, ...searched);
    if (includes.computed) waiting.push(...headersAround(request, path));
  }
  return gathered;
}

function headersAround(request: AppRequest, path: string): readonly string[] {
  return [dirname(path), ...request.includeDirectories].flatMap((folder) =>
    filesBelow(request.files, folder, (name) => headerEnding.test(name), computedLimit),
  );
}

function tooLarge(request: AppRequest): TsukiError {
  const limit = `${fileLimit} files or ${byteLimit / 1024 / 1024} MiB`;
  return new TsukiError(
    "source-too-large",
    `${request.sources[0] ?? "the program"}: includes more than ${limit}; check its include folders`,
  );
}
