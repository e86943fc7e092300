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

const fileForm = /^status=([a-z]+)\n(?:[a-z]+=\d{1,20}\n)*$/;

/** Reads the file; undefined for what no supervisor writes. By hand: `tsuki ps` reads a thousand. */
export function parseSupervisorState(text: string): SupervisorState | undefined {
  const word = fileForm.exec(text)?.[1];
  const status = supervisorStatuses.find((known) => known === word);
  if (status === undefined) return undefined;
  const finished = digitsOf(text, "finished");
  const exit = digitsOf(text, "exit");
  return {
    status,
    pid: Number(digitsOf(text, "pid") ?? 0),
    startedMs: toMs(digitsOf(text, "started") ?? "0"),
    finishedMs: finished === undefined ? undefined : toMs(finished),
    exit: exit === undefined ? undefined : Number(exit),
    restarts: Number(digitsOf(text, "restarts") ?? 0),
    lost: Number(digitsOf(text, "lost") ?? 0),
    health: Number(digitsOf(text, "health") ?? 0),
  };
}

function digitsOf(text: string, name: string): string | undefined {
  const at = text.indexOf(`\n${name}=`);
  const start = at + name.length + 2;
  return at < 0 ? undefined : text.slice(start, text.indexOf("\n", start));
}

function toMs(nanoseconds: string): number {
  return Number(nanoseconds.slice(0, -6));
}

/** The state; `text` is undefined where an instance was never started. */
export function instanceState(text: string | undefined, isSupervised: boolean): InstanceState {
  const state = text === undefined ? undefined : parseSupervisorState(text);
  if (state === undefined) return { ...nothing, reason: text === undefined ? "" : "state damaged" };
  const common = {
    startedMs: state.startedMs,
    restarts: state.restarts,
    lostLogBytes: state.lost,
  };
  if (state.status === "exited" || isSupervised) {
    const { status, pid, finishedMs, exit } = state;
    const isOver = status === "exited";
    return {
      ...common,
      status,
      pid,
      finishedMs: isOver ? finishedMs : undefined,
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
