/** A service with a path for each thing that a test asks of an HTTP server. */
const encoder = new TextEncoder();

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function stream(count: number, text: string): ReadableStream<Uint8Array> {
  let sent = 0;
  return new ReadableStream({
    pull(controller) {
      if (sent++ === count) controller.close();
      else controller.enqueue(encoder.encode(text));
    },
  });
}

async function answer(request: Request): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  switch (pathname) {
    case "/":
      return new Response("hello");
    case "/about":
      return Response.json({
        method: request.method,
        url: request.url,
        headers: Object.fromEntries(request.headers),
      });
    case "/echo":
      return new Response(await request.arrayBuffer());
    case "/pipe":
      return new Response(request.body);
    case "/length":
      return new Response(String((await request.arrayBuffer()).byteLength));
    case "/ignore":
      return new Response("ignored");
    case "/large":
      return new Response("x".repeat(Number(searchParams.get("length"))));
    case "/stream":
      return new Response(stream(Number(searchParams.get("count")), "0123456789"));
    case "/slow":
      await pause(Number(searchParams.get("time")));
      return new Response("slow");
    case "/empty":
      return new Response(null, { status: 204 });
    case "/unchanged":
      return new Response(null, { status: 304, headers: { etag: '"a"' } });
    case "/fields":
      return new Response("fields", {
        status: 418,
        headers: [
          ["x-one", "1"],
          ["x-two", "\u00e4"],
          ["set-cookie", "a=1"],
          ["set-cookie", "b=2"],
        ],
      });
    case "/fail":
      throw new Error("failed on purpose");
    default:
      return new Response("not here", { status: 404 });
  }
}

export default { fetch: answer };
