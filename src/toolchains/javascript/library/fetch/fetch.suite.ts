import { each, suite } from "../cases.fixture.ts";

type BodyInit = NonNullable<ConstructorParameters<typeof Response>[0]>;

const badHeaders: readonly (readonly [string, string])[] = [
  ["a b", "x"],
  ["", "x"],
  ["a", "x\ny"],
  ["a", "\0"],
  ["a", "€"],
  ["é", "x"],
];
const bodies: Readonly<Record<string, () => BodyInit>> = {
  text: () => "text é",
  bytes: () => Uint8Array.of(97, 98),
  buffer: () => Uint8Array.of(99).buffer,
  "a part of a buffer": () => new DataView(Uint8Array.of(97, 98, 99).buffer, 1, 1),
  blob: () => new Blob(["blob"], { type: "a/b" }),
  parameters: () => new URLSearchParams({ a: "b c" }),
  stream: () => ReadableStream.from(["one", "two"]).pipeThrough(new TextEncoderStream()),
};

function list(headers: Headers): unknown {
  return [...headers];
}

/** A body whose boundary does not change. */
const multipart = [
  "--X",
  'Content-Disposition: form-data; name="a"',
  "",
  "one\r\ntwo",
  "--X",
  'Content-Disposition: form-data; name="f"; filename="x \u00e9.txt"',
  "Content-Type: text/css",
  "",
  "body{}",
  "--X",
  'content-disposition: form-data; name="q%22"; filename="n%22"',
  "",
  "",
  "--X--",
  "",
].join("\r\n");

async function formOf(body: BodyInit, type: string): Promise<unknown> {
  const form = await new Response(body, { headers: { "content-type": type } }).formData();
  const entries: unknown[] = [];
  for (const [name, value] of form) {
    entries.push([
      name,
      typeof value === "string" ? value : [value.name, value.type, await value.text()],
    ]);
  }
  return entries;
}

const headerValues = [
  "",
  " ",
  " a",
  "a ",
  "a  b",
  "a\tb",
  "\t\r\na b\n",
  "\x7f",
  "é ÿ",
  "\x01",
  "Ā",
];

/** Headers, Request, Response, bodies, Blob, FormData. */
export const cases = suite({
  ...each(
    headerValues,
    (value) => `a header whose value is ${JSON.stringify(value)}`,
    (value) => list(new Headers({ "X-Name": value, "x-name-2": value })),
  ),
  "headers are combined and sorted": () => {
    const headers = new Headers([
      ["B", "1"],
      ["a", " x "],
      ["b", "2"],
      ["Set-Cookie", "c=1"],
      ["set-cookie", "d=2"],
    ]);
    return [
      list(headers),
      headers.get("b"),
      headers.get("none"),
      headers.getSetCookie(),
      [...headers.keys()],
      [...headers.values()],
    ];
  },
  "headers change": () => {
    const headers = new Headers({ a: "1", B: "2" });
    headers.append("A", "3");
    headers.set("c", "4");
    headers.delete("b");
    headers.set("a", "5");
    const seen: string[] = [];
    headers.forEach((value, name) => seen.push(`${name}=${value}`));
    return [seen, headers.has("B"), headers.has("C")];
  },
  "headers of headers": () => list(new Headers(new Headers([["x", "1"]]))),
  ...each(
    badHeaders,
    (pair) => `header ${JSON.stringify(pair)}`,
    ([name, value]) => list(new Headers([[name, value]])),
  ),
  "headers of bad pairs": () => new Headers([["a"]]),
  ...each(
    Object.keys(bodies),
    (name) => `a response's body of ${name}`,
    async (name) => {
      const response = new Response(bodies[name]?.());
      const copy = response.clone();
      return [
        response.headers.get("content-type"),
        response.bodyUsed,
        await response.text(),
        response.bodyUsed,
        [...new Uint8Array(await copy.arrayBuffer())],
      ];
    },
  ),
  ...each(
    Object.keys(bodies),
    (name) => `a request's body of ${name}`,
    async (name) => {
      const init = { method: "POST", body: bodies[name]?.(), duplex: "half" } as RequestInit;
      const request = new Request("http://a/b?c#d", init);
      const copy = new Request(request);
      return [
        request.bodyUsed,
        copy.method,
        copy.url,
        copy.headers.get("content-type"),
        await (await copy.blob()).text(),
      ];
    },
  ),
  "a body is read once": async () => {
    const response = new Response("x");
    await response.text();
    await response.text();
  },
  "no body": async () => {
    const response = new Response(null);
    return [response.body, await response.text(), await response.text(), response.bodyUsed];
  },
  JSON: async () => {
    const response = Response.json({ a: [1] }, { status: 201, headers: { x: "y" } });
    return [response.status, list(response.headers), await response.json()];
  },
  "bad JSON": async () => await new Response("{").json(),
  "a mark at the start": async () => [
    await new Response("\ufeffx").text(),
    await new Response("\ufeff{}").json(),
  ],
  "the parts of a response": () => {
    const { status, ok, statusText, type, url, redirected, body } = new Response(null, {
      status: 404,
      statusText: "Not here",
    });
    return [status, ok, statusText, type, url, redirected, body];
  },
  ...each(
    [199, 600, 0, 1000],
    (status) => `status ${status}`,
    (status) => new Response(null, { status }),
  ),
  ...each(
    [204, 205, 304],
    (status) => `a body with status ${status}`,
    (status) => new Response("x", { status }),
  ),
  "error and redirect": () => {
    const [error, redirect] = [Response.error(), Response.redirect("http://a/b", 301)];
    return [error.type, error.status, redirect.status, redirect.headers.get("location")];
  },
  "a frozen response": () => Response.redirect("http://a/", 302).headers.set("x", "y"),
  "a redirect with another status": () => Response.redirect("http://a/", 200 as 302),
  "the parts of a request": () => {
    const { method, url, redirect, signal, body, bodyUsed, headers } = new Request(
      "http://A/b/../c",
      { method: "post", headers: { x: "1" } },
    );
    return [method, url, redirect, signal.aborted, body, bodyUsed, list(headers)];
  },
  ...each(
    ["CONNECT", "a b", "trace"],
    (method) => `method ${method}`,
    (method) => new Request("http://a", { method }),
  ),
  ...each(
    ["patch", "delete", "Query"],
    (method) => `method ${method} is written`,
    (method) => new Request("http://a", { method }).method,
  ),
  "a body with GET": () => new Request("http://a", { body: "x" }),
  "a relative URL": () => new Request("/x"),
  "a URL with a name": () => new Request("http://u:p@a/"),
  "a request changed": async () => {
    const first = new Request("http://a/", { method: "PUT", body: "one", headers: { h: "1" } });
    const second = new Request(first, { body: "two", method: "POST" });
    return [second.method, await second.text(), list(second.headers), first.bodyUsed];
  },
  "a request's signal": () => {
    const controller = new AbortController();
    const request = new Request("http://a/", { signal: controller.signal });
    controller.abort("why");
    return [request.signal.aborted, request.signal.reason];
  },
  "reading a body as a stream": async () => {
    const chunks: string[] = [];
    for await (const chunk of new Response("stream").body as unknown as AsyncIterable<Uint8Array>)
      chunks.push(new TextDecoder().decode(chunk));
    return chunks.join("");
  },
  "a form of several parts": async () =>
    await formOf(multipart, 'multipart/form-data; boundary="X"'),
  "a form that breaks off": async () =>
    await formOf(multipart.slice(0, 60), "multipart/form-data; boundary=X"),
  "a form in a URL's coding": async () =>
    await formOf("a=1&b=x+y%26&a=2", "application/x-www-form-urlencoded"),
  "a form of another type": async () => await formOf("a=1", "text/plain"),
  "a form there and back": async () => {
    const form = new FormData();
    form.append("text", "line\nnext");
    form.append("file", new File(["content"], 'a "b".txt', { type: "text/plain" }));
    form.append("blob", new Blob([Uint8Array.of(0, 255, 13, 10)]));
    const again = await new Response(form).formData();
    const blob = again.get("blob") as File;
    return [
      again.get("text"),
      (again.get("file") as File).name,
      blob.name,
      [...new Uint8Array(await blob.arrayBuffer())],
    ];
  },
  "the methods of a form": () => {
    const form = new FormData();
    form.append("a", "1");
    form.append("b", "2");
    form.append("a", "3");
    form.set("b", "4");
    const before = [form.get("a"), form.getAll("a"), form.has("c"), form.get("c")];
    form.delete("a");
    return [before, [...form]];
  },
  blobs: async () => {
    const blob = new Blob(["ab", Uint8Array.of(99), new Blob(["d"])], { type: "Text/Plain" });
    const part = blob.slice(1, -1, "x/y");
    return [
      blob.size,
      blob.type,
      await blob.text(),
      part.type,
      await part.text(),
      await new Response(blob.stream()).text(),
    ];
  },
  files: () => {
    const file = new File(["x"], "n.txt", { type: "a/b", lastModified: 5 });
    return [file.name, file.lastModified, file.size, file.type, file instanceof Blob];
  },
  "names of the classes": () =>
    [
      new Headers(),
      new Blob([]),
      new FormData(),
      new Response(),
      new Request("http://a"),
      new URLSearchParams(),
    ].map(String),
});
