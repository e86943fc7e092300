/** A program that looks like a service without a handler. */
const service = { handler: () => new Response("x") };

export { service as default };
