/** A folder as the only source: a static site, embedded and served. */
import { statSync } from "node:fs";
import { join, resolve } from "node:path";
import { TsukiError } from "../contracts/errors.ts";
import { siteApp } from "../toolchains/site/site-app.ts";
import { digestOf } from "../toolchains/source-files.ts";
import type { AppSources, StoredApp } from "./app-store.ts";
import type { EmbedSource } from "./embed.ts";

interface Site {
  readonly app: StoredApp;
  readonly files: readonly EmbedSource[];
}

/** The site that the sources are; undefined when they are a program's. */
export function findSite(request: AppSources): Site | undefined {
  const isFolder = (path: string): boolean => {
    const status = statSync(resolve(request.workingDirectory, path), { throwIfNoEntry: false });
    return status?.isDirectory() ?? false;
  };
  const source = request.sources.find(isFolder);
  if (source === undefined) return undefined;
  if (request.sources.length > 1 || request.toolchain !== undefined) {
    throw new TsukiError(
      "usage",
      `${source} is a folder, which is a site of its own; --embed ${source} gives a program its files`,
    );
  }
  const hasPage = statSync(join(resolve(request.workingDirectory, source), "index.html"), {
    throwIfNoEntry: false,
  })?.isFile();
  const warnings = hasPage ? "" : `tsuki: ${source} has no index.html: its / will not be found\n`;
  const app = siteApp();
  return {
    app: { app, warnings, digest: digestOf(app), isCached: true, inputs: [] },
    files: [{ source, target: "/" }],
  };
}
