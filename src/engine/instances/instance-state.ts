/** What an instance does, by its supervisor's file and by whether that supervisor lives. */
import {
  healthStates,
  type SupervisorState,
  supervisorStatuses,
} from "../../contracts/supervisor.ts";

/** Words for what an instance does, as users of container engines know them. */
export type InstanceStatus = "created" | SupervisorState["status"];

/** What an instance does or did. */
export interface InstanceState {
  readonly status: InstanceStatus;
  readonly pid: number;
  /** Milliseconds since 1970; undefined before it was ever started, or while it runs. */
  readonly startedMs: number | undefined;
  readonly finishedMs: number | undefined;
  /** The status of its end; 137 when it went with a supervisor that was killed. */
  readonly exitStatus: number | undefined;
  readonly restarts: number;
  readonly lostLogBytes: number;
  /** What its health check found; `none` without one, or when it does not run. */
  readonly health: InstanceHealth;
  /** What the status does not tell. */
  readonly reason: string;
}

/** Words for how an instance is. */
export type InstanceHealth = (typeof healthStates)[number];

const killedStatus = 137;

/** Reads the file; undefined for what no supervisor writes. */
export function parseSupervisorState(text: string): SupervisorState | undefined {
  const values = new Map(text.split("\n").map((line) => split(line)));
  const status = supervisorStatuses.find((word) => word === values.get("status"));
  const numbers = [...values].filter(([name]) => name !== "status" && name !== "");
  if (status === undefined || !numbers.every(([, value]) => /^\d{1,20}$/.test(value))) {
    return undefined;
  }
  const number = (name: string): number => Number(values.get(name) ?? 0);
  const [finished, exit] = [values.get("finished"), values.get("exit")];
  return {
    status,
    pid: number("pid"),
    started: BigInt(values.get("started") ?? 0),
    finished: finished === undefined ? undefined : BigInt(finished),
    exit: exit === undefined ? undefined : Number(exit),
    restarts: number("restarts"),
    lost: number("lost"),
    health: number("health"),
  };
}

function split(line: string): [string, string] {
  const at = line.indexOf("=");
  return [line.slice(0, Math.max(at, 0)), line.slice(at + 1)];
}

/** The state; `text` is undefined where an instance was never started. */
export function instanceState(text: string | undefined, isSupervised: boolean): InstanceState {
  const state = text === undefined ? undefined : parseSupervisorState(text);
  if (state === undefined) return { ...nothing, reason: text === undefined ? "" : "state damaged" };
  const common = {
    startedMs: toMs(state.started),
    restarts: state.restarts,
    lostLogBytes: state.lost,
  };
  if (state.status === "exited" || isSupervised) {
    const { status, pid, finished, exit } = state;
    const isOver = status === "exited";
    const finishedMs = isOver && finished !== undefined ? toMs(finished) : undefined;
    return {
      ...common,
      status,
      pid,
      finishedMs,
      exitStatus: isOver ? exit : undefined,
      health: isOver ? "none" : (healthStates[state.health] ?? "none"),
      reason: "",
    };
  }
  const reason = "its supervisor was killed, or the host restarted";
  return { ...nothing, ...common, status: "exited", exitStatus: killedStatus, reason };
}

const nothing: InstanceState = {
  status: "created",
  pid: 0,
  startedMs: undefined,
  finishedMs: undefined,
  exitStatus: undefined,
  restarts: 0,
  lostLogBytes: 0,
  health: "none",
  reason: "",
};

function toMs(time: bigint): number {
  return Number(time / 1_000_000n);
}
