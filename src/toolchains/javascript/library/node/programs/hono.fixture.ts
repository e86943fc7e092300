/** A Hono app as its documents have it. */
import { Hono } from "hono";
import { cors } from "hono/cors";
import { logger } from "hono/logger";
import { streamText } from "hono/streaming";

const app = new Hono();
app.use(logger());
app.use("/api/*", cors());
app.get("/", (context) => context.text("Hello Hono"));
app.get("/api/users/:id", (context) =>
  context.json({ id: context.req.param("id"), q: context.req.query("q") }),
);
app.post("/api/users", async (context) => context.json(await context.req.json(), 201));
app.post("/form", async (context) => context.json(await context.req.parseBody()));
app.get("/stream", (context) =>
  streamText(context, async (stream) => {
    for (const word of ["one", "two"]) {
      await stream.writeln(word);
      await stream.sleep(10);
    }
  }),
);
app.get("/fail", () => {
  throw new Error("failed on purpose");
});

export { app as default };
