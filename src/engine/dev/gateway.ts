/**
 * The ports of a program while `tsuki dev` exchanges its versions: they stay bound, and connections of
 * clients outlive the version that served them. Bytes pass as they are.
 */
import { createServer, type Server, type Socket } from "node:net";
import { type Exchange, GatewayConnection } from "./gateway-connection.ts";

/** Where a version listens, and what it believes to be listening on. */
export interface Route {
  readonly address: string;
  readonly port: number;
  readonly actualPort: number;
}

/** What a gateway tells. */
export interface GatewayListener {
  onExchange(exchange: Exchange): void;
  /** A port cannot be had. */
  onFailure(route: Route, error: NodeJS.ErrnoException): void;
  /** A port is bound. */
  onBound(route: Route): void;
}

interface Port {
  readonly server: Server;
  readonly connections: Set<GatewayConnection>;
  route: Route;
}

/** Ports and where they lead at the moment. */
export class Gateway {
  readonly #listener: GatewayListener;
  readonly #ports = new Map<string, Port>();
  /** What clients are told while no version runs. */
  absence = "";

  constructor(listener: GatewayListener) {
    this.#listener = listener;
  }

  /** Leads a port to a version, from the next request on. */
  lead(route: Route): void {
    const key = `${route.address} ${route.port}`;
    const port = this.#ports.get(key);
    this.absence = "";
    if (port === undefined) this.#open(key, route);
    else {
      port.route = route;
      for (const connection of port.connections) connection.follow();
    }
  }

  /** The ports that are bound. */
  get routes(): readonly Route[] {
    return [...this.#ports.values()].map(({ route }) => route);
  }

  /** Gives all ports back and ends what is open. */
  close(): void {
    for (const { server, connections } of this.#ports.values()) {
      server.close();
      for (const connection of connections) connection.end();
    }
    this.#ports.clear();
  }

  #open(key: string, first: Route): void {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    const port: Port = { server, connections: new Set(), route: first };
    this.#ports.set(key, port);
    server.on("connection", (socket) => this.#accept(port, socket));
    server.on("error", (error) => {
      this.#ports.delete(key);
      this.#listener.onFailure(first, error);
    });
    const place = { host: first.address, port: first.port, ipv6Only: false, exclusive: true };
    server.listen(place, () => this.#listener.onBound(first));
  }

  #accept(port: Port, socket: Socket): void {
    const connection = new GatewayConnection(socket, {
      route: () => (this.absence === "" ? port.route : undefined),
      absence: () => this.absence,
      onExchange: (exchange) => this.#listener.onExchange(exchange),
      onClose: () => void port.connections.delete(connection),
    });
    port.connections.add(connection);
  }
}
