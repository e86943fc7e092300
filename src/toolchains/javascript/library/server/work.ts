/** What must be done before an instance that is asked to stop may end. */
import { engine } from "../engine.ts";

let open = 0;
let isStopping = false;

/** Something begins that a stopping instance waits for. */
export function startWork(): void {
  open++;
}

/** It has ended. */
export function finishWork(): void {
  open--;
  endIfDone();
}

/** From now on the instance ends as soon as nothing is left to do. */
export function stopWhenDone(): void {
  isStopping = true;
  endIfDone();
}

function endIfDone(): void {
  if (isStopping && open === 0) engine.exit(0);
}
