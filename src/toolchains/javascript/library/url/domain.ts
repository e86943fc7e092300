/**
 * URL, 3.3: domain names in ASCII. The mapping of UTS 46 is taken as NFKC in lower case, which
 * agrees with it for names that are registered; its tables would be larger than this library.
 */
import { encodePunycode } from "./punycode.ts";

// oxlint-disable-next-line no-misleading-character-class -- each stands for itself
const ignored = /[\u00ad\u200b\u2060\ufeff\ufe00-\ufe0f]/g;
const dots = /[\u3002\uff0e\uff61]/g;

/** A domain in ASCII and lower case; undefined if it cannot be one. */
export function domainToAscii(domain: string): string | undefined {
  const mapped = /[^\0-\x7f]/.test(domain)
    ? domain
        .replace(ignored, "")
        .replace(dots, ".")
        .normalize("NFKC")
        .toLowerCase()
        .normalize("NFC")
    : domain.toLowerCase();
  const labels = mapped.split(".");
  if (labels.some((label) => /^xn--(?:$|.*[^\0-\x7f])/.test(label) || /\ufffd/.test(label))) {
    return undefined;
  }
  return labels
    .map((label) => (/[^\0-\x7f]/.test(label) ? `xn--${encodePunycode(label)}` : label))
    .join(".");
}
