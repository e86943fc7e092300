// Media types by the ending of a file's name.
import { text } from "../base/text.as";
import { equalsText } from "./characters.as";

/** `text("...")` of the type of a file with this name. */
export function mediaType(name: usize, length: u32): usize {
  let start = length;
  while (start != 0 && load<u8>(name + start - 1) != 0x2e) start--;
  if (start == 0) return text("application/octet-stream");
  const ending = name + start;
  switch (length - start) {
    case 2: return shortType(ending);
    case 3: return commonType(ending);
    case 4: return longType(ending);
    case 5: if (equalsText(ending, 5, text("woff2"))) return text("font/woff2"); break;
    case 11:
      if (equalsText(ending, 11, text("webmanifest"))) return text("application/manifest+json");
  }
  return text("application/octet-stream");
}

function shortType(ending: usize): usize {
  if (equalsText(ending, 2, text("js"))) return text("text/javascript; charset=utf-8");
  if (equalsText(ending, 2, text("md"))) return text("text/markdown; charset=utf-8");
  return text("application/octet-stream");
}

function commonType(ending: usize): usize {
  if (equalsText(ending, 3, text("css"))) return text("text/css; charset=utf-8");
  if (equalsText(ending, 3, text("mjs"))) return text("text/javascript; charset=utf-8");
  if (equalsText(ending, 3, text("htm"))) return text("text/html; charset=utf-8");
  if (equalsText(ending, 3, text("txt"))) return text("text/plain; charset=utf-8");
  if (equalsText(ending, 3, text("csv"))) return text("text/csv; charset=utf-8");
  if (equalsText(ending, 3, text("xml"))) return text("application/xml");
  if (equalsText(ending, 3, text("svg"))) return text("image/svg+xml");
  if (equalsText(ending, 3, text("png"))) return text("image/png");
  if (equalsText(ending, 3, text("jpg"))) return text("image/jpeg");
  if (equalsText(ending, 3, text("gif"))) return text("image/gif");
  if (equalsText(ending, 3, text("ico"))) return text("image/x-icon");
  if (equalsText(ending, 3, text("pdf"))) return text("application/pdf");
  if (equalsText(ending, 3, text("mp3"))) return text("audio/mpeg");
  if (equalsText(ending, 3, text("ogg"))) return text("audio/ogg");
  if (equalsText(ending, 3, text("mp4"))) return text("video/mp4");
  if (equalsText(ending, 3, text("zip"))) return text("application/zip");
  if (equalsText(ending, 3, text("ttf"))) return text("font/ttf");
  if (equalsText(ending, 3, text("map"))) return text("application/json");
  return text("application/octet-stream");
}

function longType(ending: usize): usize {
  if (equalsText(ending, 4, text("html"))) return text("text/html; charset=utf-8");
  if (equalsText(ending, 4, text("json"))) return text("application/json");
  if (equalsText(ending, 4, text("wasm"))) return text("application/wasm");
  if (equalsText(ending, 4, text("webp"))) return text("image/webp");
  if (equalsText(ending, 4, text("avif"))) return text("image/avif");
  if (equalsText(ending, 4, text("jpeg"))) return text("image/jpeg");
  if (equalsText(ending, 4, text("webm"))) return text("video/webm");
  if (equalsText(ending, 4, text("woff"))) return text("font/woff");
  return text("application/octet-stream");
}
