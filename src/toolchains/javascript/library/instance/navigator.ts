/** HTML, 8.9: what runs the program. */

/** HTML, 8.9.1, as far as WinterTC asks for it. */
export class Navigator {
  get userAgent(): string {
    return "Tsuki";
  }

  get hardwareConcurrency(): number {
    return 1;
  }

  get language(): string {
    return "en-US";
  }

  get [Symbol.toStringTag](): string {
    return "Navigator";
  }
}

/** The instance's. */
export const navigator = new Navigator();
