/**
 * The same sources make the same images, bit for bit: in another folder, at another time, in another
 * place and language, by another user.
 */
import { spawnSync } from "node:child_process";
import {
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { program } from "./command-line.fixture.ts";

/** Sources that would like to tell where and when they were compiled. */
const sources: Readonly<Record<string, string>> = {
  "place.c": `#include <assert.h>
#include <stdio.h>
#include "place.h"
int main(int count, char **words) {
  assert(count < 9);
  printf("%s %s %s\\n", __FILE__, HEADER, words[0]);
  return 0;
}
`,
  "place.h": "#define HEADER __FILE__\n",
  "note.as.ts": `assert(process.argv.length < 9, "too many");\nconsole.log("note");\n`,
  "worker.ts": `import { later } from "./later.ts";\nlater(() => console.log(new Error("here").stack));\n`,
  "later.ts": "export const later = (work: () => void): unknown => setTimeout(work, 1);\n",
  "site/index.html": "<p>moon\n",
  "site/ä/ı.txt": "names that sort differently in some languages\n",
  "site/Z.txt": "Z\n",
};

/** What is built of them, and for which platforms besides `node`. */
const images: Readonly<Record<string, string>> = {
  "place.c": "linux",
  "note.as.ts": "linux,pc",
  "worker.ts": "linux",
  site: "linux",
};

interface Surroundings {
  /** Below a folder of its own. */
  readonly path: string;
  readonly modified: Date;
  readonly environment: NodeJS.ProcessEnv;
  readonly user?: number;
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Builds all images and gives their ids, which are digests of all that is in them. */
function build({ path, modified, environment, user }: Surroundings): Record<string, string> {
  const top = mkdtempSync(join(tmpdir(), "tsuki-same-"));
  folders.push(top);
  const work = join(top, path);
  for (const [name, text] of Object.entries(sources)) {
    mkdirSync(join(work, name, ".."), { recursive: true });
    writeFileSync(join(work, name), text);
    utimesSync(join(work, name), modified, modified);
  }
  if (user !== undefined) {
    for (const name of ["", ...readdirSync(top, { recursive: true, encoding: "utf8" })]) {
      chownSync(join(top, name), user, user);
    }
  }
  const tsuki = (...words: string[]): string => {
    const { stdout, stderr, status } = spawnSync(process.execPath, [program, ...words], {
      cwd: work,
      encoding: "utf8",
      env: { PATH: process.env["PATH"], HOME: top, ...environment },
      ...(user === undefined ? {} : { uid: user, gid: user }),
    });
    if (status !== 0) throw new Error(`${words.join(" ")}: ${stderr}`);
    return stdout;
  };
  for (const [name, platforms] of Object.entries(images)) {
    tsuki("build", "-q", "-p", platforms, "-t", name.replace(/\..*/, ""), name);
  }
  const listed = JSON.parse(tsuki("images", "--json")) as { repository: string; id: string }[];
  return Object.fromEntries(listed.map(({ repository, id }) => [repository, id]));
}

/** A user that is nobody, if there may be one and it can read this package. */
function otherUser(): number | undefined {
  const nobody = 65_534;
  if (process.getuid?.() !== 0) return undefined;
  const { status } = spawnSync(process.execPath, [program, "--version"], {
    uid: nobody,
    gid: nobody,
    env: { HOME: tmpdir() },
  });
  return status === 0 ? nobody : undefined;
}

describe("images", { timeout: 180_000 }, () => {
  const user = otherUser();
  const by = user === undefined ? "" : ", by another user";

  it(`are the same elsewhere, at another time, in another language${by}`, () => {
    const here = build({
      path: "a",
      modified: new Date("2026-03-04T05:06:07Z"),
      environment: { TZ: "UTC", LC_ALL: "C" },
    });
    const there = build({
      path: "some/where/else entirely",
      modified: new Date("2001-01-01T00:00:00Z"),
      environment: {
        TZ: "Asia/Tokyo",
        LC_ALL: "tr_TR.UTF-8",
        LANG: "tr_TR.UTF-8",
        SOURCE_DATE_EPOCH: "1000000000",
        USER: "moon",
      },
      ...(user === undefined ? {} : { user }),
    });
    expect(Object.keys(here).sort()).toEqual(["note", "place", "site", "worker"]);
    expect(there).toEqual(here);
  });
});
