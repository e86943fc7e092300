/** The second threads of a process that runs the kernel, each for what happens meanwhile. */
import { type InputThreadData, readAhead } from "./input.ts";
import { type QuestionThreadData, watchQuestions } from "./questions.ts";
import type { SocketThreadData } from "./socket-messages.ts";
import { serveSockets } from "./socket-thread.ts";
import { type StopThreadData, watchStop } from "./stop.ts";

/** What such a thread is started with. */
export type ThreadData = SocketThreadData | InputThreadData | StopThreadData | QuestionThreadData;

/** Does what a thread was started for. */
export function serveThread(data: ThreadData): void {
  if (data.kind === "sockets") serveSockets(data);
  else if (data.kind === "input") readAhead(data);
  else if (data.kind === "questions") watchQuestions(data);
  else watchStop(data);
}
