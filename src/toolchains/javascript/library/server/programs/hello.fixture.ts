/** A service with something of everything. */
const service = {
  async fetch(
    request: Request,
    env: Record<string, string>,
    context: { waitUntil(promise: Promise<unknown>): void },
  ): Promise<Response> {
    const url = new URL(request.url);
    switch (url.pathname) {
      case "/json":
        return Response.json({
          url: request.url,
          name: env.NAME,
          agent: request.headers.get("user-agent"),
        });
      case "/echo":
        return new Response(await request.text(), {
          status: 201,
          headers: { "x-method": request.method },
        });
      case "/stream":
        return new Response(
          ReadableStream.from(["one ", "two ", "three"]).pipeThrough(new TextEncoderStream()),
        );
      case "/pipe":
        return new Response(request.body);
      case "/later":
        context.waitUntil(
          new Promise((resolve) => setTimeout(resolve, 1000)).then(() => console.log("done")),
        );
        await new Promise((resolve) => setTimeout(resolve, 100));
        return new Response("later");
      case "/fail":
        throw new Error("failed on purpose");
      case "/nothing":
        return undefined as unknown as Response;
      case "/break":
        return new Response(
          new ReadableStream({
            start(controller) {
              controller.enqueue(new TextEncoder().encode("part"));
              setTimeout(() => controller.error(new Error("broken on purpose")), 10);
            },
          }),
        );
      default:
        return new Response("hello");
    }
  },
};

export { service as default };
