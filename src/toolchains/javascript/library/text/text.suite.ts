import { each, suite } from "../cases.fixture.ts";

const texts = [
  "",
  "plain",
  "münchen €",
  "😀 mixed 例え",
  "\ud800 alone",
  "\udc00",
  "a\ud83d",
  "\ufeffmark",
  "\0\x7f\x80\xff",
  "x".repeat(5000),
  "é".repeat(3000),
];
const wrong: readonly (readonly number[])[] = [
  [0x80],
  [0xc0, 0x80],
  [0xc3],
  [0xe2, 0x82],
  [0xe2, 0x28, 0xa1],
  [0xed, 0xa0, 0x80],
  [0xf0, 0x9f, 0x98],
  [0xf4, 0x90, 0x80, 0x80],
  [0xf8, 0x88],
  [0xff, 0xfe],
  [0x41, 0xc3, 0x42],
  [0xf0, 0x80, 0x80, 0x80],
  [0xe0, 0x80, 0x80],
  [0x61, 0xf1, 0x80, 0x80, 0xe1, 0x80, 0xc2, 0x62],
  [0xef, 0xbb, 0xbf, 0x61],
  [0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf],
  [0xef, 0xbb],
];
const labels = [
  "utf-8",
  "UTF8",
  " utf-16 ",
  "utf-16be",
  "latin1",
  "ascii",
  "windows-1252",
  "nonsense",
];

/** TextEncoder, TextDecoder, atob, btoa, and the streams of both. */
export const cases = suite({
  ...each(
    texts,
    (text) => `encode ${JSON.stringify(text).slice(0, 40)}`,
    (text) => [
      [...new TextEncoder().encode(text)],
      new TextDecoder().decode(new TextEncoder().encode(text)),
      new TextEncoder().encodeInto(text, new Uint8Array(7)),
    ],
  ),
  ...each(
    wrong,
    (bytes) => `decode ${bytes.join(" ")}`,
    (bytes) => new TextDecoder().decode(Uint8Array.from(bytes)),
  ),
  ...each(
    wrong,
    (bytes) => `decode strictly ${bytes.join(" ")}`,
    (bytes) =>
      new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes)),
  ),
  ...each(
    wrong,
    (bytes) => `decode byte by byte ${bytes.join(" ")}`,
    (bytes) => {
      const decoder = new TextDecoder();
      return [
        ...bytes.map((byte) => decoder.decode(Uint8Array.of(byte), { stream: true })),
        decoder.decode(),
      ];
    },
  ),
  ...each(
    labels,
    (label) => `decoder for ${label}`,
    (label) => {
      const decoder = new TextDecoder(label);
      return [
        decoder.encoding,
        decoder.decode(Uint8Array.of(0x61, 0, 0xe9, 0x20)),
        decoder.fatal,
        decoder.ignoreBOM,
      ];
    },
  ),
  "utf-16 in pieces": () => {
    const decoder = new TextDecoder("utf-16le");
    return [[0x3d], [0xd8, 0], [0xde, 0x41], [0]].map((bytes) =>
      decoder.decode(Uint8Array.from(bytes), { stream: true }),
    );
  },
  views: () => new TextDecoder().decode(new DataView(Uint8Array.of(97, 98, 99, 100).buffer, 1, 2)),
  ...each(
    ["", "a", "ab", "abc", "\xff\0", "é", "ā"],
    (text) => `btoa ${text}`,
    (text) => btoa(text),
  ),
  ...each(
    ["", "YQ==", "YQ", "YWI=", " Y W J j ", "YQ=", "Y", "Y*==", "/+8="],
    (text) => `atob ${text}`,
    (text) => atob(text),
  ),
  TextEncoderStream: async () => {
    const chunks: number[][] = [];
    for await (const chunk of ReadableStream.from(["a\ud83d", "\ude00b", "\ud800"]).pipeThrough(
      new TextEncoderStream(),
    ))
      chunks.push([...chunk]);
    return chunks.flat();
  },
  TextDecoderStream: async () => {
    let text = "";
    const bytes = [[0xf0, 0x9f], [0x98, 0x80, 0x61], [0xc3]].map((list) => Uint8Array.from(list));
    for await (const chunk of ReadableStream.from(bytes).pipeThrough(new TextDecoderStream()))
      text += chunk;
    return text;
  },
});
