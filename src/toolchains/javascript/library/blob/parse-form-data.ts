/** Fetch, 5.3, formData: a body as the fields of a form. */
import { decodeUtf8, fromBinary, toBinary } from "../text/utf8.ts";
import { URLSearchParams } from "../url/url-search-params.ts";
import { File } from "./blob.ts";
import { FormData } from "./form-data.ts";

/** Parses a form by its Content-Type; throws a TypeError for what is none. */
export function parseFormData(contentType: string, bytes: Uint8Array): FormData {
  const essence = contentType.split(";", 1)[0]?.trim().toLowerCase();
  if (essence === "multipart/form-data") return parseMultipart(contentType, bytes);
  if (essence !== "application/x-www-form-urlencoded") {
    throw new TypeError(
      'Content-Type was not one of "multipart/form-data" or "application/x-www-form-urlencoded".',
    );
  }
  const form = new FormData();
  for (const [name, value] of new URLSearchParams(decodeUtf8(bytes))) form.append(name, value);
  return form;
}

/** RFC 7578 over RFC 2046, 5.1: the parts between the boundaries. */
function parseMultipart(contentType: string, bytes: Uint8Array): FormData {
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) throw new TypeError("The multipart body has no boundary");
  // One character for each byte: the engine searches strings natively.
  const body = toBinary(bytes);
  const delimiter = `--${boundary}`;
  const form = new FormData();
  let at = body.startsWith(delimiter) ? 0 : body.indexOf(`\r\n${delimiter}`) + 2;
  if (at === 1) throw malformed();
  for (;;) {
    at += delimiter.length;
    if (body.startsWith("--", at)) return form;
    const start = /[\t ]*\r\n/y;
    start.lastIndex = at;
    if (!start.test(body)) throw malformed();
    const end = body.indexOf(`\r\n${delimiter}`, start.lastIndex);
    if (end < 0) throw malformed();
    addPart(form, body.slice(start.lastIndex, end));
    at = end + 2;
  }
}

function addPart(form: FormData, part: string): void {
  const headEnd = part.startsWith("\r\n") ? 0 : part.indexOf("\r\n\r\n");
  if (headEnd < 0) throw malformed();
  const head = decodeUtf8(fromBinary(part.slice(0, headEnd)));
  const content = fromBinary(part.slice(headEnd === 0 ? 2 : headEnd + 4));
  const disposition = /^content-disposition:\s*form-data\s*(;.*)$/im.exec(head)?.[1];
  const name = parameter(disposition ?? "", "name");
  if (name === undefined) throw malformed();
  const fileName = parameter(disposition ?? "", "filename");
  if (fileName === undefined) {
    const text = decodeUtf8(content);
    form.append(name, text.startsWith("\ufeff") ? text.slice(1) : text);
    return;
  }
  const type = /^content-type:\s*(.*?)\s*$/im.exec(head)?.[1] ?? "text/plain";
  form.append(name, new File([content], fileName, { type }));
}

function parameter(disposition: string, name: string): string | undefined {
  const pattern = new RegExp(`;\\s*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^;\\s]+))`, "i");
  const [, quoted, plain] = pattern.exec(disposition) ?? [];
  return (quoted ?? plain)?.replace(/%0A/gi, "\n").replace(/%0D/gi, "\r").replace(/%22/g, '"');
}

function malformed(): TypeError {
  return new TypeError("Failed to parse body as FormData.");
}
