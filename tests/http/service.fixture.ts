/** Services as sealed processes, and what a client sees of them byte by byte. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { build } from "../../src/engine/build.ts";
import { freePort } from "../free-port.fixture.ts";

/** Whether sealed processes run here. */
export const hasProcesses = process.platform === "linux" && process.arch === "x64";

/** A running service. */
export class Service {
  readonly port: number;
  readonly child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #errors = "";

  private constructor(port: number, child: ChildProcess) {
    this.port = port;
    this.child = child;
    this.#ended = once(child, "exit");
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#errors += text;
    });
  }

  /** Starts an image on a free port and waits until it listens. */
  static async start(path: string, variables: NodeJS.ProcessEnv = {}): Promise<Service> {
    const port = await freePort();
    const child = spawn(path, [], {
      env: { PORT: String(port), HOST: "127.0.0.1", ...variables },
      stdio: ["ignore", "ignore", "pipe"],
    });
    const service = new Service(port, child);
    for (;;) {
      if (child.exitCode !== null) throw new Error(`the service ended: ${service.errors}`);
      if (await canConnect(port)) return service;
      await pause(5);
    }
  }

  /** What it has written to standard error. */
  get errors(): string {
    return this.#errors;
  }

  /** Opens a connection. */
  async open(): Promise<Client> {
    const socket = connect(this.port, "127.0.0.1");
    await once(socket, "connect");
    return new Client(socket);
  }

  /** Sends bytes on a connection of its own; everything that comes until the server closes. */
  async exchange(...pieces: readonly string[]): Promise<string> {
    const client = await this.open();
    for (const piece of pieces) await client.send(piece);
    return await client.rest();
  }

  /** Asks it to stop; its exit status, or -1 when it was ended by a signal. */
  async stop(): Promise<number> {
    this.child.kill("SIGTERM");
    return await this.ended();
  }

  /** Its exit status once it has ended. */
  async ended(): Promise<number> {
    await this.#ended;
    return this.child.exitCode ?? -1;
  }

  /** Kilobytes of memory that it occupies. */
  get pid(): number {
    return this.child.pid ?? 0;
  }
}

/** One connection of a client. Bytes are characters up to U+00FF. */
export class Client {
  #received = "";
  #isClosed = false;
  #wake: () => void = () => undefined;

  constructor(readonly socket: Socket) {
    socket.setEncoding("latin1").on("data", (text: string) => {
      this.#received += text;
      this.#wake();
    });
    const close = (): void => {
      this.#isClosed = true;
      this.#wake();
    };
    socket.on("close", close).on("end", close).on("error", close);
  }

  /** What came and was not taken yet. */
  get received(): string {
    return this.#received;
  }

  /** Sends bytes, and lets them be received on their own. */
  async send(text: string): Promise<void> {
    await new Promise<void>((resolve) => this.socket.write(text, "latin1", () => resolve()));
  }

  /** Takes what comes up to and with a text. */
  async until(text: string): Promise<string> {
    await this.#wait(() => this.#received.includes(text));
    const end = this.#received.indexOf(text) + text.length;
    const taken = this.#received.slice(0, end);
    this.#received = this.#received.slice(end);
    return taken;
  }

  /** Takes everything until the server closes. */
  async rest(): Promise<string> {
    await this.#wait(() => this.#isClosed);
    this.socket.destroy();
    return this.#received;
  }

  /** Breaks the connection. */
  close(): void {
    this.socket.destroy();
  }

  async #wait(isReached: () => boolean): Promise<void> {
    while (!isReached()) {
      if (this.#isClosed) throw new Error(`closed after ${JSON.stringify(this.#received)}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

/** Builds images for Linux in a cache of their own. */
export class Images {
  readonly #folder = mkdtempSync(join(tmpdir(), "tsuki-http-"));

  /** The path of an image of these sources. */
  async build(...sources: readonly string[]): Promise<string> {
    const { path } = await build({
      sources,
      includeDirectories: [],
      toolchain: undefined,
      workingDirectory: join(import.meta.dirname, "../.."),
      environment: { ...process.env, XDG_CACHE_HOME: this.#folder },
      platform: "linux",
    });
    return path;
  }

  /** Removes them. */
  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }
}

async function canConnect(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
