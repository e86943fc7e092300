/** What `tsuki dev` tells: lines for people, or one JSON document a line, on standard error. */
import { relative } from "node:path";
import type { DevEvent } from "../../engine/dev/dev.ts";
import { note, wantsColour } from "./report.ts";

/** How to tell it. */
export interface DevOutputOptions {
  readonly isJson: boolean;
  /** Nothing but what is wrong. */
  readonly isQuiet: boolean;
}

const colours = { red: 31, green: 32, yellow: 33, dim: 2 } as const;

/** Shows the events of a session. */
export class DevOutput {
  readonly #options: DevOutputOptions;
  readonly #hasColour = wantsColour(process.stderr);

  constructor(options: DevOutputOptions) {
    this.#options = options;
  }

  show(event: DevEvent): void {
    if (this.#options.isJson) {
      process.stderr.write(`${JSON.stringify(documentOf(event))}\n`);
      return;
    }
    if (event.event === "broken") return this.#showBroken(event);
    if (event.event === "warned") return void process.stderr.write(event.text);
    const isTrouble = event.event === "ended" || event.event === "portless";
    if (!this.#options.isQuiet || isTrouble) note(this.#lineOf(event));
  }

  /** What the compiler says, and what follows from it, in one block. */
  #showBroken({ error, isServing }: Extract<DevEvent, { event: "broken" }>): void {
    const rule = this.#paint("red", "─".repeat(Math.min(process.stderr.columns ?? 72, 100)));
    const detail = error.detail === "" ? "" : `${error.detail.trim()}\n`;
    process.stderr.write(`${rule}\n${detail}`);
    note(this.#paint("red", error.message));
    note(isServing ? "the last good version serves on" : "waiting for a change");
    process.stderr.write(`${rule}\n`);
  }

  #lineOf(event: Exclude<DevEvent, { event: "broken" | "warned" }>): string {
    switch (event.event) {
      case "listening":
        return `developing on http://${hostOf(event.address)}:${event.port}/ in Node, which is not sealed`;
      case "debugging":
        return `debuggers attach to ${event.address}:${event.port}`;
      case "restarted":
        return `restarted in ${event.durationMs.toFixed(0)} ms: ${nameOf(event.path)}`;
      case "ended": {
        const next = event.isServing ? "the last good version serves on" : "waiting for a change";
        return `the program has ended with status ${event.status}; ${next}`;
      }
      case "portless":
        return `cannot listen on ${event.address}:${event.port}: ${event.reason}; set PORT to another`;
      case "request": {
        const time = this.#paint("dim", `${event.durationMs.toFixed(1)} ms`);
        const status = event.status === 0 ? "no answer" : String(event.status);
        const path = event.target.replaceAll(/[^\x21-\x7e]/g, "?");
        return `${event.method} ${path} ${this.#paint(colourOf(event.status), status)} ${time}`;
      }
    }
  }

  #paint(colour: keyof typeof colours, text: string): string {
    return this.#hasColour ? `\u001b[${colours[colour]}m${text}\u001b[0m` : text;
  }
}

/** An event as programs read it. */
function documentOf(event: DevEvent): object {
  const time = new Date().toISOString();
  if (event.event === "broken") {
    const { code, message, detail } = event.error;
    return { time, event: event.event, code, message, detail, isServing: event.isServing };
  }
  if (!("durationMs" in event)) return { time, ...event };
  const { durationMs, ...rest } = event;
  return { time, ...rest, milliseconds: Number(durationMs.toFixed(3)) };
}

function colourOf(status: number): keyof typeof colours {
  if (status === 0 || status >= 500) return "red";
  return status >= 400 ? "yellow" : "green";
}

function hostOf(address: string): string {
  if (address === "0.0.0.0" || address === "::") return "localhost";
  return address.includes(":") ? `[${address}]` : address;
}

function nameOf(path: string): string {
  return relative(process.cwd(), path) || path;
}
