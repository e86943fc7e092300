/** URL, 3.5: hosts. */
import { decodeUtf8 } from "../text/utf8.ts";
import { domainToAscii } from "./domain.ts";
import { parseIpv4, parseIpv6 } from "./ip-address.ts";
import { encodeSets, percentDecode, percentEncode } from "./percent.ts";

const forbiddenInHost = /[\0\t\n\r #/:<>?@[\\\]^|]/;
const forbiddenInDomain = /[\0-\x20"#%/:<>?@[\\\]^`{|}\x7f]/;
const plainDomain = /^[a-z_-][a-z0-9_-]*(?:\.[a-z_-][a-z0-9_-]*)*$/;
const endsInNumber = /(?:^|\.)(?:\d+|0[xX][0-9A-Fa-f]*)\.?$/;

/** The host as it is written in a URL, or undefined if it is none. */
export function parseHost(text: string, isSpecial: boolean): string | undefined {
  if (text.startsWith("[")) {
    const address = text.endsWith("]") ? parseIpv6(text.slice(1, -1)) : undefined;
    return address === undefined ? undefined : `[${address}]`;
  }
  if (!isSpecial) {
    return forbiddenInHost.test(text) ? undefined : percentEncode(text, encodeSets.control);
  }
  // Names that may not be punycode need no more.
  if (plainDomain.test(text) && !text.includes("xn--")) return text;
  const domain = domainToAscii(decodeUtf8(percentDecode(text)));
  if (domain === undefined || domain === "" || forbiddenInDomain.test(domain)) return undefined;
  return endsInNumber.test(domain) ? parseIpv4(domain) : domain;
}
