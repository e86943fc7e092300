/** DOM, 2.7: targets of events. There is no tree of them here, so events neither sink nor rise. */
import { reportError } from "../instance/unhandled.ts";
import { Event, eventDispatch } from "./event.ts";

/** What is called when an event comes. */
export type Listener = ((event: Event) => unknown) | { handleEvent(event: Event): unknown };

interface Registration {
  readonly listener: Listener;
  readonly isCapturing: boolean;
  readonly isOnce: boolean;
  readonly isPassive: boolean;
  isRemoved: boolean;
}

/** How a listener is added. */
export interface ListenerOptions {
  capture?: boolean;
  once?: boolean;
  passive?: boolean;
  signal?: EventTarget & { readonly aborted: boolean };
}

/** DOM, 2.7: something that events are sent to. */
export class EventTarget {
  readonly #registrations = new Map<string, Registration[]>();

  /** Calls a listener for each event of a type; the same one is added once only. */
  addEventListener(
    type: string,
    listener: Listener | null,
    options?: ListenerOptions | boolean,
  ): void {
    const { capture, once, passive, signal } =
      typeof options === "object" && options !== null ? options : { capture: options };
    if (listener === null || listener === undefined || signal?.aborted === true) return;
    if (typeof listener !== "function" && typeof listener !== "object") {
      throw new TypeError("A listener must be a function or an object");
    }
    const name = String(type);
    const isCapturing = Boolean(capture);
    const list = this.#registrations.get(name) ?? [];
    if (list.some((each) => each.listener === listener && each.isCapturing === isCapturing)) return;
    const registration = {
      listener,
      isCapturing,
      isOnce: Boolean(once),
      isPassive: Boolean(passive),
      isRemoved: false,
    };
    // A new list: a dispatch under way goes on with the old one (DOM, 2.9).
    this.#registrations.set(name, [...list, registration]);
    signal?.addEventListener("abort", () => this.#remove(name, registration), { once: true });
  }

  /** Ends what `addEventListener` began. */
  removeEventListener(
    type: string,
    listener: Listener | null,
    options?: ListenerOptions | boolean,
  ): void {
    const name = String(type);
    const isCapturing = Boolean(typeof options === "object" ? options.capture : options);
    const found = this.#registrations
      .get(name)
      ?.find((each) => each.listener === listener && each.isCapturing === isCapturing);
    if (found !== undefined) this.#remove(name, found);
  }

  /** Calls the listeners of an event; false if one has canceled it. */
  dispatchEvent(event: Event): boolean {
    if (!(event instanceof Event)) throw new TypeError("Only an Event can be dispatched");
    const state = eventDispatch(event);
    if (state.isDispatched) {
      throw new DOMException("The event is being dispatched", "InvalidStateError");
    }
    state.target = this as unknown as typeof state.target;
    state.isDispatched = true;
    for (const registration of this.#registrations.get(event.type) ?? []) {
      if (state.isStopped) break;
      if (!registration.isRemoved) this.#call(event, registration);
    }
    state.isDispatched = false;
    state.isStopped = false;
    return !state.isCanceled;
  }

  get [Symbol.toStringTag](): string {
    return "EventTarget";
  }

  #call(event: Event, registration: Registration): void {
    const { listener, isOnce, isPassive } = registration;
    if (isOnce) this.#remove(event.type, registration);
    eventDispatch(event).isPassive = isPassive;
    try {
      if (typeof listener === "function") Reflect.apply(listener, this, [event]);
      else listener.handleEvent(event);
    } catch (error) {
      reportError(error);
    }
    eventDispatch(event).isPassive = false;
  }

  #remove(type: string, registration: Registration): void {
    registration.isRemoved = true;
    const left = (this.#registrations.get(type) ?? []).filter((each) => each !== registration);
    if (left.length > 0) this.#registrations.set(type, left);
    else this.#registrations.delete(type);
  }
}

/** Gives a class an `on...` property that is a listener (HTML, 8.1.8.1). */
export function defineHandler(prototype: EventTarget, type: string): void {
  const key = Symbol(type);
  type Holder = EventTarget & { [key]?: { handler: unknown; listener: Listener } };
  Object.defineProperty(prototype, `on${type}`, {
    configurable: true,
    enumerable: true,
    get(this: Holder): unknown {
      return this[key]?.handler ?? null;
    },
    set(this: Holder, handler: unknown) {
      const known = this[key];
      if (known !== undefined) this.removeEventListener(type, known.listener);
      delete this[key];
      if (typeof handler !== "function") return;
      const listener = (event: Event): void => {
        if (Reflect.apply(handler, this, [event]) === false) event.preventDefault();
      };
      Object.defineProperty(this, key, { value: { handler, listener }, configurable: true });
      this.addEventListener(type, listener);
    },
  });
}
