/** The same app on the adapter for Node. */
import { serve } from "@hono/node-server";
import app from "./hono.fixture.ts";

serve({ fetch: app.fetch, port: 8080 }, (info) => console.log(`listening on ${info.port}`));
