/** A program that fetches, as a test of the client. */
declare const report: (...values: unknown[]) => void;

async function outcome(run: () => Promise<unknown>): Promise<unknown> {
  try {
    return await run();
  } catch (error) {
    return String(error);
  }
}

report(
  "plain",
  await outcome(async () => {
    const response = await fetch("http://plain/a?b=c#d", { headers: { "x-test": "1" } });
    return [
      response.status,
      response.statusText,
      response.url,
      response.headers.get("x-a"),
      await response.text(),
    ];
  }),
);
report("kept", await outcome(async () => await (await fetch("http://plain/second")).text()));
report(
  "chunked",
  await outcome(
    async () => await (await fetch("http://chunked/", { method: "POST", body: "body" })).json(),
  ),
);
report("rest", await outcome(async () => await (await fetch("http://rest/")).text()));
report(
  "redirect",
  await outcome(async () => {
    const response = await fetch("http://redirect/start", { method: "POST", body: "x" });
    return [response.url, response.redirected, await response.text()];
  }),
);
report(
  "manual",
  await outcome(async () => (await fetch("http://redirect/start", { redirect: "manual" })).status),
);
report(
  "head",
  await outcome(async () =>
    (await fetch("http://head/", { method: "HEAD" })).headers.get("content-length"),
  ),
);
report(
  "stream",
  await outcome(async () => {
    const body = ReadableStream.from(["one", "two"]).pipeThrough(new TextEncoderStream());
    return await (await fetch("http://upload/", { method: "PUT", body, duplex: "half" })).text();
  }),
);
report("https", await outcome(async () => await fetch("https://example.org/x")));
report("refused", await outcome(async () => await fetch("http://nobody/")));
report("nonsense", await outcome(async () => await fetch("http://nonsense/")));
report("cut", await outcome(async () => await (await fetch("http://cut/")).text()));
report(
  "aborted",
  await outcome(async () => await fetch("http://slow/", { signal: AbortSignal.timeout(50) })),
);
report(
  "aborted before",
  await outcome(async () => await fetch("http://plain/", { signal: AbortSignal.abort() })),
);
