/** HTML, 4.10.22.7: a form as multipart/form-data (RFC 7578). */
import { randomBytes } from "../crypto/random.ts";
import { joinBytes } from "../text/bytes.ts";
import { toHex } from "../text/native.ts";
import { encodeUtf8 } from "../text/utf8.ts";
import { blobBytes } from "./blob.ts";
import type { FormData } from "./form-data.ts";

/** Bytes and their Content-Type. */
export function encodeMultipart(form: FormData): {
  readonly source: Uint8Array<ArrayBuffer>;
  readonly type: string;
} {
  const boundary = `----formdata-tsuki-${toHex(randomBytes(12))}`;
  const pieces: Uint8Array[] = [];
  for (const [name, value] of form) {
    const disposition = `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(withCrLf(name))}"`;
    if (typeof value === "string") {
      pieces.push(encodeUtf8(`${disposition}\r\n\r\n${withCrLf(value)}\r\n`));
      continue;
    }
    const type = value.type === "" ? "application/octet-stream" : value.type;
    const head = `${disposition}; filename="${quoted(value.name)}"\r\nContent-Type: ${type}\r\n\r\n`;
    pieces.push(encodeUtf8(head), blobBytes(value), encodeUtf8("\r\n"));
  }
  pieces.push(encodeUtf8(`--${boundary}--\r\n`));
  return { source: joinBytes(pieces), type: `multipart/form-data; boundary=${boundary}` };
}

function withCrLf(text: string): string {
  return text.replace(/\r\n?|\n/g, "\r\n");
}

function quoted(text: string): string {
  return text.replace(/\r/g, "%0D").replace(/\n/g, "%0A").replace(/"/g, "%22");
}
