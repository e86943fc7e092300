/**
 * The verb `dev`: a program runs in Node and is exchanged whenever its sources change. A version that
 * cannot be made, or fails before it serves, leaves the one before it where it is.
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { TsukiError } from "../../contracts/errors.ts";
import type { DevHandover, DevReport } from "../../monitors/node/dev-handover.ts";
import { DevProcess } from "../../monitors/node/dev-process.ts";
import { missingSource } from "../missing-source.ts";
import { builtFile } from "../package-files.ts";
import { type ProgramSources, programName } from "../program.ts";
import { Gateway, type Route } from "./gateway.ts";
import type { Exchange } from "./gateway-connection.ts";
import { type InspectorPlace, InspectorPort } from "./inspector-port.ts";
import { knownSources, makeVersion, type Version } from "./version.ts";
import { type Watched, Watcher } from "./watch.ts";

const pagesPerMebibyte = 16;

/**
 * A version that has not asked for a port after so long is taken for a program without: the second
 * figure is for one that follows a version with a port, which serves until then.
 */
const portlessMs = { first: 1000, later: 10_000 } as const;

/** As long as requests at hand, or a program without ports, may take to end. */
const graceMs = 10_000;

/** Status of an instance that cannot have what it was told to have. */
const startFailure = 125;

/** A program to develop, and what is around it. */
export interface DevOptions extends ProgramSources {
  /** The app's arguments, without the program's name. */
  readonly arguments: readonly string[];
  /** The app's whole environment, each `NAME=value`. */
  readonly appEnvironment: readonly string[];
  readonly memoryMebibytes: number | undefined;
  /** Where debuggers attach. */
  readonly inspector?: InspectorPlace | undefined;
  /** Further files that are part of the program's configuration. */
  readonly alsoWatched: readonly string[];
}

/** What happens, for whoever shows it. */
export type DevEvent =
  | { readonly event: "listening"; readonly address: string; readonly port: number }
  | { readonly event: "debugging"; readonly address: string; readonly port: number }
  /** A version has taken over, so long after `path` changed. */
  | { readonly event: "restarted"; readonly path: string; readonly durationMs: number }
  /** A version cannot be made; the one before it may serve on. */
  | { readonly event: "broken"; readonly error: TsukiError; readonly isServing: boolean }
  | { readonly event: "ended"; readonly status: number; readonly isServing: boolean }
  | { readonly event: "warned"; readonly text: string }
  | { readonly event: "portless"; readonly address: string; readonly port: number; reason: string }
  | ({ readonly event: "request" } & Exchange);

interface Running {
  readonly process: DevProcess;
  readonly digest: string;
  readonly cause: { readonly path: string; readonly changedMs: number } | undefined;
  readonly ended: Promise<void>;
  hasPorts: boolean;
  hasTakenOver: boolean;
  isRetired: boolean;
  hasEnded: boolean;
}

/** One session of development. */
export class Dev {
  readonly #options: DevOptions;
  readonly #tell: (event: DevEvent) => void;
  readonly #gateway: Gateway;
  readonly #watcher: Watcher;
  readonly #inspector: InspectorPort | undefined;
  readonly #alive = new Set<Running>();
  #watched: Watched;
  #spare: DevProcess | undefined;
  #current: Running | undefined;
  #newest: Running | undefined;
  #isMaking = false;
  #nextChange: string | undefined;
  #isStopping = false;
  #settle: (status: number) => void = () => {};
  readonly #status: Promise<number>;

  constructor(options: DevOptions, tell: (event: DevEvent) => void) {
    this.#options = options;
    this.#tell = tell;
    this.#watched = knownSources(options);
    this.#watcher = new Watcher((path) => void this.#change(path));
    this.#gateway = new Gateway({
      onExchange: (exchange) => tell({ event: "request", ...exchange }),
      onBound: ({ address, port }) => tell({ event: "listening", address, port }),
      onFailure: (route, error) => this.#cannotListen(route, error),
    });
    this.#inspector =
      options.inspector === undefined ? undefined : new InspectorPort(options.inspector);
    this.#status = new Promise((settle) => {
      this.#settle = settle;
    });
  }

  /** Makes and runs the first version. Throws `source-missing` and the like. */
  async start(): Promise<void> {
    const { sources, workingDirectory } = this.#options;
    const paths = sources.map((source) => resolve(workingDirectory, source));
    const missing = paths.find((path) => !existsSync(path));
    if (missing !== undefined) throw missingSource(missing, workingDirectory);
    this.#spare = this.#startProcess();
    const place = await this.#inspector?.open();
    if (place !== undefined) {
      this.#tell({ event: "debugging", address: place.address, port: place.port });
    }
    this.#follow(this.#watched);
    await this.#change(undefined);
  }

  /** The exit status once the session has ended. */
  async wait(): Promise<number> {
    return await this.#status;
  }

  /** Ends the session; requests at hand are answered. */
  stop(): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.#watcher.close();
    this.#spare?.kill();
    for (const running of this.#alive) this.#retire(running);
    void Promise.all([...this.#alive].map(({ ended }) => ended)).then(() => this.#end(0));
  }

  /** Ends the session at once. */
  kill(): void {
    this.#isStopping = true;
    for (const { process } of this.#alive) process.kill();
    this.#end(0);
  }

  #end(status: number): void {
    this.#watcher.close();
    this.#gateway.close();
    this.#inspector?.close();
    this.#spare?.kill();
    this.#settle(status);
  }

  #startProcess(): DevProcess {
    return new DevProcess({
      programPath: builtFile("dev-program.js"),
      kernelPath: builtFile("kernel.wasm"),
      hostPath: builtFile("tsuki-host"),
      libraryPath: builtFile("javascript/library-v8.js"),
    });
  }

  #follow(watched: Watched): void {
    this.#watched = watched;
    const { alsoWatched } = this.#options;
    this.#watcher.follow({ ...watched, files: [...watched.files, ...alsoWatched] });
  }

  /** Makes a version and runs it; what changes meanwhile is made next. */
  async #change(path: string | undefined): Promise<void> {
    if (this.#isStopping) return;
    if (this.#isMaking) {
      this.#nextChange = path ?? this.#nextChange;
      return;
    }
    this.#isMaking = true;
    const cause = path === undefined ? undefined : { path, changedMs: performance.now() };
    try {
      await this.#exchange(cause);
    } catch (error) {
      const known = error instanceof TsukiError ? error : undefined;
      if (known === undefined) throw error;
      const { files, trees } = knownSources(this.#options);
      this.#follow({ files: [...this.#watched.files, ...files], trees });
      this.#tell({ event: "broken", error: known, isServing: this.#isServing() });
    } finally {
      this.#isMaking = false;
    }
    const next = this.#nextChange;
    this.#nextChange = undefined;
    if (next !== undefined) await this.#change(next);
  }

  async #exchange(cause: Running["cause"]): Promise<void> {
    const version = await makeVersion(this.#options, this.#inspector !== undefined);
    this.#follow(version.watched);
    if (version.warnings !== "") this.#tell({ event: "warned", text: version.warnings });
    const newest = this.#newest;
    if (newest?.digest === version.digest && !newest.hasEnded && !newest.isRetired) return;
    const current = this.#current;
    if (current !== undefined && !current.hasPorts && !current.hasEnded) {
      // Two of a program without ports would do its work twice.
      this.#retire(current);
      await current.ended;
    }
    if (newest !== undefined && newest !== current) this.#retire(newest);
    if (!this.#isStopping) this.#run(version, cause);
  }

  #run(version: Version, cause: Running["cause"]): void {
    const process = this.#spare?.isAlive === true ? this.#spare : this.#startProcess();
    this.#spare = undefined;
    let hasEnded: () => void = () => {};
    const ended = new Promise<void>((settle) => {
      hasEnded = settle;
    });
    const running: Running = {
      process,
      digest: version.digest,
      cause,
      ended,
      hasPorts: false,
      hasTakenOver: false,
      isRetired: false,
      hasEnded: false,
    };
    this.#newest = running;
    this.#alive.add(running);
    process.run(this.#handoverOf(version), {
      onReport: (report) => this.#report(running, report),
      onExit: (status) => {
        hasEnded();
        this.#exited(running, status);
      },
    });
    const patienceMs = this.#isServing() ? portlessMs.later : portlessMs.first;
    setTimeout(() => this.#takeOver(running), patienceMs).unref();
  }

  #handoverOf({ handover }: Version): DevHandover {
    const { sources, memoryMebibytes, appEnvironment } = this.#options;
    return {
      ...handover,
      arguments: [programName(sources[0] ?? "app"), ...this.#options.arguments],
      environment: appEnvironment,
      maximumPages: memoryMebibytes === undefined ? null : memoryMebibytes * pagesPerMebibyte,
      hasInspector: this.#inspector !== undefined,
    };
  }

  #report(running: Running, report: DevReport): void {
    if (report.report === "inspector") {
      this.#inspector?.lead(report.port);
      return;
    }
    if (running.isRetired || running !== this.#newest) return;
    running.hasPorts = true;
    this.#gateway.lead(report);
    this.#takeOver(running);
  }

  /** The version serves: the one before it ends once it has answered what it was asked. */
  #takeOver(running: Running): void {
    if (running.hasTakenOver || running.isRetired || running !== this.#newest) return;
    running.hasTakenOver = true;
    const before = this.#current;
    this.#current = running;
    if (before !== undefined && before !== running) this.#retire(before);
    const { cause } = running;
    if (cause !== undefined) {
      const durationMs = performance.now() - cause.changedMs;
      this.#tell({ event: "restarted", path: cause.path, durationMs });
    }
    if (!this.#isStopping) this.#spare ??= this.#startProcess();
  }

  #retire(running: Running): void {
    if (running.isRetired || running.hasEnded) return;
    running.isRetired = true;
    running.process.stop();
    setTimeout(() => running.process.kill(), graceMs).unref();
  }

  #exited(running: Running, status: number): void {
    running.hasEnded = true;
    this.#alive.delete(running);
    if (running.isRetired || this.#isStopping) return;
    if (status === 0) this.#takeOver(running);
    if (!this.#isServing()) {
      this.#gateway.absence = `tsuki dev: the program has ended with status ${status}; it waits for a change`;
    }
    this.#tell({ event: "ended", status, isServing: this.#isServing() });
    this.#spare ??= this.#startProcess();
  }

  #isServing(): boolean {
    const current = this.#current;
    return current !== undefined && !current.hasEnded && current.hasPorts;
  }

  #cannotListen({ address, port }: Route, error: NodeJS.ErrnoException): void {
    const reason = error.code === "EADDRINUSE" ? "the port is in use" : error.message;
    this.#tell({ event: "portless", address, port, reason });
    if (this.#gateway.routes.length > 0) return;
    for (const { process } of this.#alive) process.kill();
    this.#isStopping = true;
    this.#end(startFailure);
  }
}
