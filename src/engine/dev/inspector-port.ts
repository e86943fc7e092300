/** The port to which debuggers attach: it leads to the version that runs. */
import { connect, createServer, type Server, type Socket } from "node:net";
import { TsukiError } from "../../contracts/errors.ts";

/** Where debuggers attach; the port may be 0, for any. */
export interface InspectorPlace {
  readonly address: string;
  readonly port: number;
}

/** Passes bytes on to V8's inspector, whose address is the version's own. */
export class InspectorPort {
  readonly #place: InspectorPlace;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;

  constructor(place: InspectorPlace) {
    this.#place = place;
  }

  /** Listens; gives the port it has. Throws `instance-failed`. */
  async open(): Promise<InspectorPlace> {
    const { address, port } = this.#place;
    const server = createServer((socket) => this.#accept(socket));
    this.#server = server;
    await new Promise<void>((settle, reject) => {
      server.once("error", (error) => {
        const message = `cannot listen for debuggers on ${address}:${port}: ${error.message}`;
        reject(new TsukiError("instance-failed", message, { cause: error }));
      });
      server.listen({ host: address, port }, settle);
    });
    const bound = server.address();
    return { address, port: bound !== null && typeof bound === "object" ? bound.port : port };
  }

  /** Leads debuggers to another version; those that are attached are let go. */
  lead(port: number): void {
    this.#port = port;
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Ends it. */
  close(): void {
    this.#server?.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #accept(client: Socket): void {
    const server = connect({ port: this.#port, host: "127.0.0.1" });
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      one.on("error", () => other.destroy());
      one.on("close", () => other.destroy());
      one.pipe(other);
    }
    this.#sockets.add(client);
    client.on("close", () => this.#sockets.delete(client));
  }
}
