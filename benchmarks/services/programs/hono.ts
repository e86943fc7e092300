/** A route with a parameter, answered with JSON. */
import { Hono } from "hono";

const app = new Hono();

app.get("/json/:name", (context) =>
  context.json({ hello: context.req.param("name"), numbers: [1, 2, 3] }),
);

export { app as default };
