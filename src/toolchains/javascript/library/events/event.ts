/** DOM, 2.2: events. */

/** What an event is while it is dispatched; only the target's dispatch changes it. */
interface Dispatch {
  target: EventTarget | null;
  isDispatched: boolean;
  isStopped: boolean;
  isPassive: boolean;
  isCanceled: boolean;
}

let dispatchOf: (event: Event) => Dispatch;

/** What an Event is made with. */
export interface EventInit {
  bubbles?: boolean | undefined;
  cancelable?: boolean | undefined;
  composed?: boolean | undefined;
}

/** DOM, 2.2: something that has happened. */
export class Event {
  static readonly NONE = 0;
  static readonly CAPTURING_PHASE = 1;
  static readonly AT_TARGET = 2;
  static readonly BUBBLING_PHASE = 3;

  static {
    dispatchOf = (event) => event.#dispatch;
  }

  readonly #type: string;
  readonly #init: EventInit;
  readonly #dispatch: Dispatch = {
    target: null,
    isDispatched: false,
    isStopped: false,
    isPassive: false,
    isCanceled: false,
  };

  constructor(type: string, init: EventInit = {}) {
    if (arguments.length === 0) throw new TypeError("An Event needs a type");
    this.#type = String(type);
    this.#init = init;
  }

  get type(): string {
    return this.#type;
  }

  get bubbles(): boolean {
    return Boolean(this.#init.bubbles);
  }

  get cancelable(): boolean {
    return Boolean(this.#init.cancelable);
  }

  get composed(): boolean {
    return Boolean(this.#init.composed);
  }

  get target(): EventTarget | null {
    return this.#dispatch.target;
  }

  get srcElement(): EventTarget | null {
    return this.#dispatch.target;
  }

  get currentTarget(): EventTarget | null {
    return this.#dispatch.isDispatched ? this.#dispatch.target : null;
  }

  get eventPhase(): number {
    return this.#dispatch.isDispatched ? Event.AT_TARGET : Event.NONE;
  }

  get defaultPrevented(): boolean {
    return this.#dispatch.isCanceled;
  }

  get returnValue(): boolean {
    return !this.#dispatch.isCanceled;
  }

  get cancelBubble(): boolean {
    return this.#dispatch.isStopped;
  }

  get isTrusted(): boolean {
    return false;
  }

  get timeStamp(): number {
    return 0;
  }

  composedPath(): EventTarget[] {
    const { isDispatched, target } = this.#dispatch;
    return isDispatched && target !== null ? [target] : [];
  }

  preventDefault(): void {
    if (this.cancelable && !this.#dispatch.isPassive) this.#dispatch.isCanceled = true;
  }

  stopPropagation(): void {
    // A target has no parents here.
  }

  stopImmediatePropagation(): void {
    this.#dispatch.isStopped = true;
  }

  get [Symbol.toStringTag](): string {
    return "Event";
  }
}

/** The state of an event's dispatch. */
export function eventDispatch(event: Event): Dispatch {
  return dispatchOf(event);
}
