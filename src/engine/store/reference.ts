/** What images are called: `[host[:port]/]path[:tag]`, as docker users write it. */
import { TsukiError } from "../../contracts/errors.ts";

const component = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
const host = "(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?/)?";
const form = new RegExp(
  `^(${host}${component}(?:/${component})*)(?::([A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?$`,
);
const lengthLimit = 255;

/** An image's name in two parts. */
export interface Reference {
  /** All but the tag, such as `web` or `registry.example/team/web`. */
  readonly repository: string;
  readonly tag: string;
}

/** Reads a name; the tag is `latest` when there is none. Undefined for what is no name. */
export function parseReference(text: string): Reference | undefined {
  const [, repository, tag = "latest"] = form.exec(text) ?? [];
  return repository === undefined || text.length > lengthLimit ? undefined : { repository, tag };
}

/** Reads a name that a user gives to an image. Throws `usage`. */
export function requireReference(text: string): Reference {
  const reference = parseReference(text);
  if (reference !== undefined) return reference;
  const rule = "small letters, digits, dots and dashes, and a tag behind a colon: web:1.0";
  throw new TsukiError("usage", `${text} is no name for an image; write ${rule}`);
}

/** The whole name, with its tag. */
export function nameOf({ repository, tag }: Reference): string {
  return `${repository}:${tag}`;
}
