import { describe, expect, it } from "vitest";
import { isPlainTarget, parsePlain, rememberOrigin } from "./plain-url.ts";
import { hostText, pathText, recordText, type UrlRecord } from "./url-record.ts";

const roots = ["http://host", "https://127.0.0.1:8080", "http://[::1]:81", "http://a.b-c.d"];
const pieces = ["/", ".", "%2e", "%2", "%", "?", "#", "&", "a", "Z", "=", "'", "é", " ", "\\", "|"];
const pairs = pieces.flatMap((one) => ["", ...pieces].map((two) => one + two));
/** Every sequence of up to four pieces. */
const targets = pairs.flatMap((one) => ["", ...pairs].map((two) => `/${one}${two}`));

/** Has the origin of a URL remembered as Node parses it. */
function remember(text: string): void {
  const { protocol, hostname: host, port, username, password } = new URL(text);
  rememberOrigin(text, {
    scheme: protocol.slice(0, -1),
    username,
    password,
    host,
    port: port === "" ? null : Number(port),
    path: [""],
    query: null,
    fragment: null,
  });
}

function partsOf(url: UrlRecord): unknown {
  return [recordText(url), hostText(url), pathText(url), url.query === null ? "" : `?${url.query}`];
}

for (const root of roots) remember(`${root}/`);

describe("URLs that need no parser", () => {
  it.each(roots)("have the parts that Node finds, at %s", (root) => {
    for (const target of targets) {
      const plain = parsePlain(root + target);
      if ((plain !== undefined) !== isPlainTarget(target)) expect.fail(`${target} is not the same`);
      if (plain === undefined) continue;
      const { href, host, pathname, search } = new URL(root + target);
      const query = search === "" && href.endsWith("?") ? "?" : search;
      expect(partsOf(plain)).toEqual([href, host, pathname, query]);
    }
  });

  it.each(["/", "/a/b.c?d=e&f=%20", "//a//", "/?", "/a:b@c"])("include those with %s", (target) => {
    for (const root of roots) expect(parsePlain(root + target)).toBeDefined();
  });

  it.each(["http://other/", "http://host", "http://HOST/", "http://u@host/", "ftp://host/", "a/"])(
    "do not include %s",
    (text) => {
      expect(parsePlain(text)).toBeUndefined();
    },
  );

  it("are of origins that were written as they are", () => {
    for (const text of ["http://UPPER/", "http://x:80/", "http://u:p@user/", "file://f/"]) {
      remember(text);
    }
    for (const text of [
      "http://upper/",
      "http://x/",
      "http://x:80/",
      "http://user/",
      "file://f/",
    ]) {
      expect(parsePlain(text)).toBeUndefined();
    }
  });
});
