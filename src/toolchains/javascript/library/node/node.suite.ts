import assert from "node:assert";
import { Buffer } from "node:buffer";
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { EventEmitter, once } from "node:events";
import path from "node:path";
import querystring from "node:querystring";
import { Duplex, PassThrough, pipeline, Readable, Transform, Writable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath, format, parse, pathToFileURL, resolve } from "node:url";
import { callbackify, inherits, inspect, isDeepStrictEqual, promisify, types } from "node:util";
import { each, suite } from "../cases.fixture.ts";

const paths = [
  "",
  ".",
  "/",
  "//",
  "a",
  "/a",
  "a/",
  "/a/b.c",
  "a/b/../c",
  "../a/..",
  "/../a",
  "./a/./b/",
  "a//b",
  ".a",
  "a.",
  "..",
  "a.b.c",
  "/a/.b",
  "/a/b/",
  "...",
  "a/..b",
];
const urls = [
  "http://u:p@h.com:80/p/a/t/h?query=string#hash",
  "/a?b=c",
  "//h/p",
  "mailto:a@b",
  "?x=1",
  "http://h",
  "a/b",
  "/",
  "",
  "http://h?x",
  "http://[::1]:8/x",
];
const encodings = ["utf8", "hex", "base64", "base64url", "latin1", "ascii", "ucs2"] as const;

class Upper extends Transform {
  override _transform(
    chunk: Buffer,
    _encoding: string,
    done: (error?: Error | null, data?: unknown) => void,
  ): void {
    done(null, chunk.toString().toUpperCase());
  }
}

function collect(stream: Readable): Promise<string> {
  return new Promise((done, reject) => {
    let text = "";
    stream.on("data", (chunk: unknown) => (text += String(chunk)));
    stream.on("end", () => done(text));
    stream.on("error", reject);
  });
}

function slow(seen: string[]): Writable {
  return new Writable({
    highWaterMark: 3,
    write(chunk: unknown, _encoding: string, done: () => void) {
      setTimeout(() => {
        seen.push(String(chunk));
        done();
      }, 1);
    },
  });
}

/** Node's modules. */
export const cases = suite({
  ...each(
    paths,
    (text) => `path ${JSON.stringify(text)}`,
    (text) => [
      path.normalize(text),
      path.dirname(text),
      path.basename(text),
      path.extname(text),
      path.isAbsolute(text),
      path.parse(text),
      path.join(text, "x", ".."),
      path.resolve("/r", text),
      path.format(path.parse(text)),
    ],
  ),
  "path relations": () => [
    path.relative("/a/b/c", "/a/d"),
    path.relative("/a", "/a"),
    path.relative("/a/b", "/"),
    path.basename("/a/b.html", ".html"),
    path.join(),
    path.sep,
    path.posix === path,
  ],
  ...each(
    urls,
    (text) => `url.parse ${JSON.stringify(text)}`,
    (text) => {
      const {
        protocol,
        auth,
        host,
        port,
        hostname,
        hash,
        search,
        query,
        pathname,
        path: both,
      } = parse(text);
      return [protocol, auth, host, port, hostname, hash, search, query, pathname, both];
    },
  ),
  "url.format": () => [
    format({ protocol: "http", host: "a:8", pathname: "/b", query: { c: ["1", "2"] } }),
    format(new URL("http://a/b")),
    format({ pathname: "/x", search: "y" }),
  ],
  "url.resolve": () => [resolve("/one/two/three", "four"), resolve("http://a.com/one", "/two")],
  "file URLs": () => [fileURLToPath("file:///a%20b/c"), pathToFileURL("/a b/%c").href],
  querystring: () => [
    querystring.parse("a=1&b=2&a=3&c&=d&e=%zz+f"),
    querystring.stringify({ a: ["1", "2"], b: true, c: null, d: "ü &" }),
    querystring.stringify({ a: "b" }, ";", ":"),
  ],
  ...each(
    encodings,
    (encoding) => `buffer in ${encoding}`,
    (encoding) => {
      const buffer = Buffer.from("hé €😀", "utf8");
      const text = buffer.toString(encoding);
      return [text, [...Buffer.from(text, encoding)], Buffer.byteLength(text, encoding)];
    },
  ),
  buffers: () => {
    const buffer = Buffer.alloc(12, "ab");
    buffer.writeUInt16BE(0x1234, 0);
    buffer.writeInt32LE(-5, 2);
    buffer.writeDoubleBE(1.5, 4);
    return [
      buffer.toString("hex"),
      buffer.readUInt16LE(0),
      buffer.readInt32LE(2),
      buffer.readDoubleBE(4),
      buffer.readUIntBE(0, 3),
      buffer.readInt8(2),
      buffer.indexOf("ab"),
      buffer.includes(0x12),
      buffer.equals(Buffer.from(buffer)),
      Buffer.concat([Buffer.from("a"), Buffer.from("bc")]).toString(),
      Buffer.compare(Buffer.from("a"), Buffer.from("b")),
      Buffer.isBuffer(new Uint8Array(1)),
      JSON.stringify(Buffer.from([1, 2])),
      inspect(Buffer.from("abc")),
      buffer.slice(1, 3).length,
      buffer.subarray(-2).toString("hex"),
      Buffer.from("zz", "hex").length,
      Buffer.from("abc").fill("xy").toString(),
      buffer.write("é", 1),
      [...Buffer.from({ type: "Buffer", data: [7, 8] } as never)],
    ];
  },
  "a slice shares the bytes": () => {
    const buffer = Buffer.from("abc");
    buffer.slice(1)[0] = 120;
    return buffer.toString();
  },
  "a number out of range": () => Buffer.alloc(1).writeUInt8(256),
  "an unknown encoding": () => Buffer.from("a", "nonsense" as BufferEncoding),
  events: () => {
    const emitter = new EventEmitter();
    const calls: unknown[] = [];
    const listener = (...values: unknown[]): void => void calls.push(["on", ...values]);
    emitter.on("x", listener).prependListener("x", () => calls.push("first"));
    emitter.once("x", (value) => calls.push(["once", value]));
    const results = [emitter.emit("x", 1), emitter.emit("x", 2), emitter.emit("y")];
    emitter.off("x", listener);
    return [calls, results, emitter.listenerCount("x"), emitter.eventNames()];
  },
  "an error that nobody listens to": () => new EventEmitter().emit("error", new RangeError("bad")),
  "events.once": async () => {
    const emitter = new EventEmitter();
    queueMicrotask(() => emitter.emit("x", 1, 2));
    return await once(emitter, "x");
  },
  reading: async () => await collect(Readable.from(["a", "b", "c"])),
  "reading as an iterable": async () => {
    const chunks: unknown[] = [];
    for await (const chunk of Readable.from([1, 2, 3])) chunks.push(chunk);
    return chunks;
  },
  "reading with an encoding": async () => {
    const stream = new Readable({ read() {} });
    stream.setEncoding("utf8");
    stream.push(Buffer.from([0xf0, 0x9f]));
    stream.push(Buffer.from([0x98, 0x80]));
    stream.push(null);
    return await collect(stream);
  },
  "writing waits its turn": async () => {
    const seen: string[] = [];
    const stream = slow(seen);
    const results = [stream.write("ab"), stream.write("cd"), stream.writableLength];
    stream.end("e");
    await once(stream, "finish");
    return [seen, results, stream.writableFinished];
  },
  pipes: async () => {
    const seen: string[] = [];
    const target = slow(seen);
    Readable.from(["one", "two", "three"]).pipe(new Upper()).pipe(target);
    await once(target, "finish");
    return seen;
  },
  pipelines: async () => {
    const seen: string[] = [];
    await new Promise<void>((done, reject) => {
      pipeline(Readable.from(["a", "b"]), new PassThrough(), slow(seen), (error) =>
        error ? reject(error) : done(),
      );
    });
    return seen;
  },
  "a pipeline that fails": async () =>
    await new Promise((done) => {
      const bad = new Transform({
        transform: (_chunk, _encoding, callback) => callback(new RangeError("bad")),
      });
      pipeline(Readable.from(["a"]), bad, slow([]), (error) => done(error?.message));
    }),
  destroying: async () => {
    const stream = new Readable({ read() {} });
    const events: string[] = [];
    stream.on("error", (error) => events.push(`error ${error.message}`));
    stream.on("close", () => events.push("close"));
    stream.destroy(new Error("why"));
    await wait(2);
    return [events, stream.destroyed];
  },
  "both ways": async () => {
    const seen: string[] = [];
    const stream = new Duplex({
      read() {},
      write: (chunk: unknown, _encoding, done) => (seen.push(String(chunk)), done()),
    });
    stream.write("in");
    stream.push("out");
    stream.push(null);
    const text = await collect(stream);
    return [seen, text];
  },
  string_decoder: () => {
    const decoder = new StringDecoder("utf8");
    return [
      decoder.write(Buffer.from([0xe2, 0x82])),
      decoder.write(Buffer.from([0xac])),
      decoder.write(Buffer.from([0xc3])),
      decoder.end(),
    ];
  },
  hashes: () =>
    ["md5", "sha1", "sha256", "sha512"].map((name) => [
      createHash(name).update("a").update("b").digest("hex"),
      createHmac(name, "key").update("a").digest("base64"),
    ]),
  "equal in constant time": () => [
    timingSafeEqual(Buffer.from("a"), Buffer.from("a")),
    timingSafeEqual(Buffer.from("a"), Buffer.from("b")),
  ],
  promisify: async () =>
    await promisify((value: number, callback: (error: Error | null, value: number) => void) =>
      callback(null, value * 2),
    )(21),
  callbackify: async () =>
    await new Promise((done) =>
      callbackify(async () => await Promise.resolve(5))((_error, value) => done(value)),
    ),
  inherits: () => {
    function Child(): void {}
    inherits(Child, EventEmitter);
    return Object.getPrototypeOf(Child.prototype) === EventEmitter.prototype;
  },
  types: () => [
    types.isPromise(Promise.resolve()),
    types.isRegExp(/a/),
    types.isTypedArray(new Uint8Array()),
    types.isDate(1),
  ],
  "deep equality": () => [
    isDeepStrictEqual(
      { a: [1, new Map([["k", new Set([1])]])] },
      { a: [1, new Map([["k", new Set([1])]])] },
    ),
    isDeepStrictEqual([1], ["1"]),
    isDeepStrictEqual(new Date(1), new Date(2)),
    isDeepStrictEqual({ a: undefined }, {}),
  ],
  assert: () => {
    const outcomes = [
      () => assert.ok(0),
      () => assert.equal(1, "1"),
      () => assert.strictEqual(1, "1"),
      () => assert.deepStrictEqual({ a: 1 }, { a: 1 }),
      () =>
        assert.throws(() => {
          throw new TypeError("bad");
        }, /bad/),
      () => assert.throws(() => 1),
      () => assert.match("abc", /b/),
      () => assert(false, "message"),
    ];
    return outcomes.map((run) => {
      try {
        run();
        return "holds";
      } catch (error) {
        return (error as Error).name;
      }
    });
  },
  "global names": () => [
    typeof process.nextTick,
    typeof Buffer.from,
    typeof global,
    process.argv.length > 0,
    typeof setImmediate,
  ],
});
