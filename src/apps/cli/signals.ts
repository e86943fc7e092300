/** What happens to a running instance when the user has had enough. */

/** The part of an instance that is needed here. */
export interface Stoppable {
  stop(): void;
  kill(): void;
}

/** Statuses a shell shows for a program that a signal ended: 128 + its number. */
const signalStatus = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** The first signal asks the instance to stop, the second one ends it; so does a reader's leaving. */
export function endOnSignals(instance: Stoppable): { status(): number | undefined } {
  let status: number | undefined;
  const onSignal = (signal: keyof typeof signalStatus) => {
    if (status === undefined) instance.stop();
    else instance.kill();
    status ??= signalStatus[signal];
  };
  process.on("SIGINT", () => onSignal("SIGINT"));
  process.on("SIGTERM", () => onSignal("SIGTERM"));
  process.on("SIGHUP", () => onSignal("SIGHUP"));
  process.stdout.on("error", () => {
    // EPIPE: nobody reads the app's output any more (128 + SIGPIPE).
    status ??= 141;
    instance.kill();
  });
  return { status: () => status };
}
