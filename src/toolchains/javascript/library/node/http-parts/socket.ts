/** What a request's `socket` tells; the connection itself is the kernel's. */
import { EventEmitter } from "../events.ts";

/** The connection of a request. */
export class Socket extends EventEmitter {
  readonly encrypted = false;
  readonly writable = true;
  readonly readable = true;
  destroyed = false;
  readonly localAddress = "0.0.0.0";
  readonly remoteFamily = "IPv4";
  readonly #peer: () => string;
  readonly #destroy: () => void;

  constructor(peer: () => string, destroy: () => void) {
    super();
    this.#peer = peer;
    this.#destroy = destroy;
  }

  get remoteAddress(): string {
    return this.#peer().replace(/:\d+$/, "");
  }

  get remotePort(): number {
    return Number(/\d+$/.exec(this.#peer())?.[0] ?? 0);
  }

  destroy(): this {
    if (!this.destroyed) this.#destroy();
    this.destroyed = true;
    return this;
  }

  destroySoon(): void {
    this.destroy();
  }

  end(): this {
    return this.destroy();
  }

  setTimeout(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}
