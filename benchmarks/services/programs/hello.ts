/** The least that a service can do. */
const service = { fetch: (): Response => new Response("hello") };

export { service as default };
