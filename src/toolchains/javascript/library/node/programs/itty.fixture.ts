/** An itty-router app as its documents have it. */
import { AutoRouter, error } from "itty-router";

const router = AutoRouter();
router
  .get("/", () => "Hello itty")
  .get("/api/users/:id", ({ id, query }: { id: string; query: { q?: string } }) => ({
    id,
    q: query.q,
  }))
  .post("/api/users", async (request: Request) => await request.json())
  .get("/fail", () => error(418, "a teapot"));
const { fetch } = router;
const service = { fetch };

export { service as default };
