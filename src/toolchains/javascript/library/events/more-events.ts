/** Events that carry something. */
import { Event, type EventInit } from "./event.ts";

/** DOM, 2.4: an event with a value of the program's own. */
export class CustomEvent extends Event {
  readonly detail: unknown;

  constructor(type: string, init: EventInit & { detail?: unknown } = {}) {
    super(type, init);
    this.detail = init.detail ?? null;
  }
}

/** HTML, 8.1.4.6: an error that nobody caught. */
export class ErrorEvent extends Event {
  readonly message: string;
  readonly filename: string;
  readonly lineno: number;
  readonly colno: number;
  readonly error: unknown;

  constructor(
    type: string,
    init: EventInit & {
      message?: string;
      filename?: string;
      lineno?: number;
      colno?: number;
      error?: unknown;
    } = {},
  ) {
    super(type, init);
    this.message = String(init.message ?? "");
    this.filename = String(init.filename ?? "");
    this.lineno = init.lineno ?? 0;
    this.colno = init.colno ?? 0;
    this.error = init.error;
  }
}

/** HTML, 8.1.4.7: a rejection that nobody handled. */
export class PromiseRejectionEvent extends Event {
  readonly promise: Promise<unknown>;
  readonly reason: unknown;

  constructor(type: string, init: EventInit & { promise: Promise<unknown>; reason?: unknown }) {
    super(type, init);
    this.promise = init.promise;
    this.reason = init.reason;
  }
}

/** HTML, 9.1: a message from the other side of a connection. */
export class MessageEvent extends Event {
  readonly data: unknown;
  readonly origin: string;
  readonly lastEventId: string;
  readonly source = null;
  readonly ports: readonly unknown[] = [];

  constructor(
    type: string,
    init: EventInit & { data?: unknown; origin?: string; lastEventId?: string } = {},
  ) {
    super(type, init);
    this.data = init.data ?? null;
    this.origin = String(init.origin ?? "");
    this.lastEventId = String(init.lastEventId ?? "");
  }
}

/** WebSockets, 5: the end of a connection. */
export class CloseEvent extends Event {
  readonly wasClean: boolean;
  readonly code: number;
  readonly reason: string;

  constructor(
    type: string,
    init: EventInit & { wasClean?: boolean; code?: number; reason?: string } = {},
  ) {
    super(type, init);
    this.wasClean = Boolean(init.wasClean);
    this.code = init.code ?? 0;
    this.reason = String(init.reason ?? "");
  }
}
