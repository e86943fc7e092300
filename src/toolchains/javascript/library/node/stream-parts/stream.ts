/** What Node's streams have in common. */
import { EventEmitter } from "../events.ts";

/** Ends by itself once it is finished, or by `destroy`. */
export class Stream extends EventEmitter {
  destroyed = false;
  closed = false;
  errored: Error | null = null;

  /** Frees what the stream holds; streams define it. */
  _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    callback(error);
  }

  destroy(error?: Error | null): this {
    if (this.destroyed) return this;
    this.destroyed = true;
    this.errored = error ?? null;
    this._destroy(error ?? null, (failure) => {
      queueMicrotask(() => {
        this.closed = true;
        const shown = failure ?? error;
        if (shown !== undefined && shown !== null) this.emit("error", shown);
        this.emit("close");
      });
    });
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.destroy();
    await Promise.resolve();
  }

  /** Whether nothing more can come of it. */
  protected isFinished(): boolean {
    return false;
  }

  /** As in Node, a stream that is done destroys itself. */
  protected closeIfFinished(): void {
    if (this.isFinished()) this.destroy();
  }
}
