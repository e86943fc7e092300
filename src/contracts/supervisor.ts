/**
 * What a supervisor (src/host/supervise) and the engine agree on. One supervisor holds one instance
 * while that runs; its folder is the instance's.
 */

/**
 * How it is started, in the instance's folder:
 *
 *     tsuki-host supervise SOCKET RESTART LOG_BYTES LOG_FILES HEALTH INPUT GROUPS ISOLATION PROGRAM NAME [ARG...]
 *
 * SOCKET is a name in Linux's abstract namespace, RESTART a number of restarts or `always`, LOG_BYTES the
 * size at which the log is renamed, LOG_FILES how many of those are kept (0 to 9). HEALTH is `-` or
 * `PORT INTERVAL TIMEOUT RETRIES START_PERIOD PATH`, times in milliseconds: what to GET from this host, and
 * how often, for how long, and how often in vain before the instance is unhealthy; failures within the start
 * period do not count. INPUT is `-`, `pipe` or `terminal`: where the program's input comes from, and with a
 * terminal its output goes. GROUPS is `-` or folders of control groups with `:` between them. ISOLATION is `-`, or
 * `pid` for a PID namespace of its own where the host allows it, or `required` for that or no start. PROGRAM is a path, NAME what the program
 * finds as its own name. The environment is the program's, and descriptor 3 is the other end of
 * its control channel (control-channel.ts). Once the program runs,
 * `started` and a line feed are written to descriptor 1, which is closed; when it cannot be started, one
 * line to descriptor 2 says why, and the status is 125.
 */
export const supervisorVerb = "supervise";

/** The descriptor of the control channel, as the program finds it. */
export const supervisedControl = 3;

/**
 * `tsuki-host launch` starts supervisors for a process that is too large to fork quickly. Requests come
 * on descriptor 0 and are answered on 1, in their order. A request is two 32-bit numbers, the bytes that
 * follow and the number of arguments, and then texts with a NUL behind each: the folder, the arguments,
 * of which the first is the program's path, and the environment. The answer is a 32-bit number and that many
 * bytes, at most 4,096: what the program wrote on its outputs until it closed them.
 */
export const launchVerb = "launch";

/** Bytes of the numbers in front of a request. */
export const launchHeaderBytes = 8;

/** Bytes of the number in front of an answer. */
export const launchAnswerHeaderBytes = 4;

/** The file beside the instances' folders with a line for each event: `TIME ID ACTION [name=value...]`. */
export const eventsFile = "events";

/** What supervisors note there, if the file is there. */
export type SupervisorEvent = "start" | "die" | "kill" | "pause" | "unpause" | "health_status";

/** States of health, by their numbers in the file `state`. */
export const healthStates = ["none", "starting", "healthy", "unhealthy"] as const;

/** What is in the folder besides: the state and the log. */
export const supervisorFiles = { state: "state", log: "log" } as const;

/** `status` in the file `state`, whose other lines are numbers: see `SupervisorState`. */
export const supervisorStatuses = ["running", "paused", "restarting", "exited"] as const;

/** What an instance does, as far as its supervisor knows. */
export type SupervisorStatus = (typeof supervisorStatuses)[number];

/** The file `state`: `name=value` lines, `status` first; `started` and `finished` are nanoseconds since 1970. */
export interface SupervisorState {
  readonly status: SupervisorStatus;
  /** The instance's process; 0 when there is none. */
  readonly pid: number;
  readonly startedMs: number;
  /** Undefined while it runs. */
  readonly finishedMs: number | undefined;
  /** The status of its end. */
  readonly exit: number | undefined;
  /** How often it was started after the first time. */
  readonly restarts: number;
  /** Bytes of its output that could not be logged. */
  readonly lost: number;
  /** Its health by its number. */
  readonly health: number;
}

/**
 * Requests, a line each, one in a connection, and what is answered; anything else with `unknown`.
 *
 *     stop SECONDS    SIGTERM, and SIGKILL after that time; `exited STATUS` once it has ended
 *     kill NUMBER     that signal; `done`
 *     pause, resume   `done`
 *     wait            `exited STATUS` once it has ended and is not started again
 *     resize NUMBER   `done`: rows times 1000 and columns of the program's terminal
 *     health, metrics the kernel's own answer, a frame of the control channel; nothing where it gives none
 *     attach          frames of what it writes from now on (and, for the first, wrote so far); what is sent
 *                     behind the line is its input, and ends with the connection's other half
 */
export type SupervisorRequest =
  | `stop ${number}`
  | `kill ${number}`
  | `resize ${number}`
  | "pause"
  | "resume"
  | "wait"
  | "health"
  | "metrics"
  | "attach";

/**
 * Kinds of frames: u16 kind, u16 length, and so many bytes. `ready`, the first one, says that input is
 * expected; `exit`, the last one, has the status as a u32.
 */
export const attachFrames = { ready: 0, stdout: 1, stderr: 2, exit: 3, headerBytes: 4 } as const;
