/** A program that tells what the engine has by itself, path by path. */

declare function report(...values: unknown[]): void;

const found: Record<string, string[]> = {};
const seen = new Set<object>();

/** Names of the tests' own, and of the library's. */
const alien = new Set(["FakeHost", "host", "report", "__tsuki"]);

/** What V8 makes by itself, of whatever kind, and may not be looked for in programs' objects. */
const intrinsic = /^(?!global$|globalThis$|self$)[A-Z]|^(?:console|crypto|performance)$/;

function walk(path: string, holder: object): void {
  if (seen.has(holder)) return;
  seen.add(holder);
  const names = Reflect.ownKeys(holder).filter((key) => typeof key === "string");
  const own = names.filter((name) => path !== "" || !alien.has(name)).sort();
  if (own.some((name) => name !== "length" && name !== "name")) found[path] = own;
  for (const name of own) {
    if (path === "" && !intrinsic.test(name)) continue;
    const value: unknown = Object.getOwnPropertyDescriptor(holder, name)?.value;
    const isHolder = (typeof value === "object" && value !== null) || typeof value === "function";
    if (isHolder && name !== "constructor") walk(path === "" ? name : `${path}.${name}`, value);
  }
}

walk("", globalThis);
report(found);
