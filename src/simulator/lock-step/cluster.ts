/** Several machines on one network, under one virtual clock and one seed. */
import { Worker } from "node:worker_threads";
import { neverDeadline } from "../clock.ts";
import { type CableQuality, Ethernet, type Station } from "../ethernet.ts";
import type { Simulation } from "../simulation.ts";
import type { GoOn, MachineThreadData, Waits } from "./messages.ts";
import { Turn } from "./turn.ts";

/** How long a machine may work without waiting for anything, in the time of the host. */
const turnLimitMs = 20_000;

/** A machine to be added to a cluster. */
export interface ClusterMachineOptions {
  readonly name: string;
  readonly app: Uint8Array;
  readonly arguments: readonly string[];
  /** Addresses of its network device, as on a kernel's command line behind `tsuki.net=`. */
  readonly network: string;
  readonly cable?: CableQuality;
  /** 8 by default. */
  readonly memoryMebibytes?: number;
}

/** One machine of a cluster. */
export class ClusterMachine implements Station {
  readonly name: string;
  onFrame: (frame: Uint8Array) => void = () => undefined;
  /** What it has written to standard output so far. */
  output = "";
  /** Its exit status, once it has ended. */
  status: number | undefined;
  private readonly simulation: Simulation;
  private readonly turn: Turn<GoOn, Waits>;
  private readonly worker: Worker;
  private readonly markReady: (machine: ClusterMachine) => void;
  private waiting: Uint8Array[] = [];
  private now = 0n;
  /** Counts turns, so that a plan to wake is void when something else has woken it. */
  private turns = 0;

  constructor(
    simulation: Simulation,
    worker: (shared: SharedArrayBuffer) => Worker,
    name: string,
    markReady: (machine: ClusterMachine) => void,
  ) {
    this.name = name;
    this.simulation = simulation;
    this.markReady = markReady;
    this.turn = new Turn("cluster");
    this.worker = worker(this.turn.shared);
    this.worker.unref();
  }

  /** A frame arrives; the machine looks at it when it next waits. */
  readonly receive = (frame: Uint8Array): void => {
    if (this.status !== undefined) return;
    this.waiting.push(frame);
    this.wakeAt(this.now);
  };

  /** Lets the machine work until it waits or ends. */
  work(): void {
    const { timeline, trace } = this.simulation;
    const start = timeline.monotonicTime();
    this.turns++;
    this.turn.give({ now: start, frames: this.waiting, isOver: false });
    this.waiting = [];
    const told = this.turn.take(turnLimitMs);
    if (told === undefined) throw new Error(`${this.name} works and works without waiting`);
    if (told.failure !== undefined) throw new Error(`${this.name}: ${told.failure}`);
    this.now = told.now;
    this.output += told.output;
    for (const { time, bytes } of told.frames) {
      trace.note(`${this.name}: sends ${Buffer.from(bytes).toString("hex")}`);
      timeline.after(time - start, () => this.onFrame(bytes));
    }
    this.status = told.status;
    trace.note(
      told.status === undefined
        ? `${this.name}: works until ${told.now}, waits until ${told.wakeAt}`
        : `${this.name}: ends with ${told.status}`,
    );
    if (told.status === undefined && told.wakeAt !== neverDeadline) this.wakeAt(told.wakeAt);
  }

  /** Ends the thread, whatever the machine does. */
  end(): void {
    if (this.status === undefined) this.turn.give({ now: 0n, frames: [], isOver: true });
  }

  private wakeAt(time: bigint): void {
    const { timeline } = this.simulation;
    const { turns } = this;
    const delay = time - timeline.monotonicTime();
    timeline.after(delay > 0n ? delay : 0n, () => {
      if (turns === this.turns) this.markReady(this);
    });
  }
}

/** Machines and the network between them. Call `end` when it is needed no more. */
export class Cluster {
  readonly simulation: Simulation;
  readonly ethernet: Ethernet;
  private readonly kernel: WebAssembly.Module;
  private readonly threadProgram: string;
  private readonly machines: ClusterMachine[] = [];
  private readonly ready = new Set<ClusterMachine>();

  /** `threadProgram` is `machine-thread.ts`, bundled to a script. */
  constructor(simulation: Simulation, kernel: WebAssembly.Module, threadProgram: string) {
    this.simulation = simulation;
    this.ethernet = new Ethernet(simulation);
    this.kernel = kernel;
    this.threadProgram = threadProgram;
  }

  /** Adds a machine, which boots when time goes on. */
  add(options: ClusterMachineOptions): ClusterMachine {
    const { name, app, network, memoryMebibytes = 8, cable } = options;
    const mac = Uint8Array.of(2, 0, 0, 0, 0, this.machines.length + 1);
    const start = (shared: SharedArrayBuffer): Worker => {
      const workerData: MachineThreadData = {
        ...{ name, kernel: this.kernel, app, arguments: options.arguments, network, mac },
        ...{ memoryMebibytes, shared },
      };
      return new Worker(this.threadProgram, { eval: true, workerData });
    };
    const machine = new ClusterMachine(this.simulation, start, name, (one) => this.ready.add(one));
    this.machines.push(machine);
    this.ethernet.connect(machine, cable);
    this.ready.add(machine);
    return machine;
  }

  /** Lets everything happen until `isDone`; throws when nothing more can happen, or time is over. */
  runUntil(isDone: () => boolean, limitNs: bigint): void {
    const { timeline, random } = this.simulation;
    const end = timeline.monotonicTime() + limitNs;
    while (!isDone()) {
      if (this.ready.size > 0) {
        const next = random.pick([...this.ready]);
        this.ready.delete(next);
        next.work();
        continue;
      }
      if (timeline.nextTime > end) throw new Error(`not done after ${limitNs} ns`);
      timeline.step();
    }
  }

  /** Ends all machines. */
  end(): void {
    for (const machine of this.machines) machine.end();
  }
}
