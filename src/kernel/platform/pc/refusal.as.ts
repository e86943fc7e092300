// A machine, or what its monitor says of it, that the instance cannot run with.
import { lineLength, lineStart } from "../../base/line.as";
import { text } from "../../base/text.as";
import { exit } from "../../boot/exit.as";
import { beginMessage, endMessage } from "../../console/message.as";
import { hasControlChannel } from "./control-output.as";
import { writeToConsole } from "./streams.as";

/** Exit status when the machine cannot run the instance. */
const startFailure: u32 = 125;

/** Ends the instance with one line, `text("...")`; does not return. */
export function refuseMachine(why: usize): void {
  beginMessage(why);
  endRefusal();
}

/** The same with the line that was begun. Who listens to which console is not known: all get it. */
export function endRefusal(): void {
  endMessage();
  if (hasControlChannel()) writeToConsole(lineStart(), lineLength());
  exit(startFailure);
}

/** The same when there is no COM1; without a control channel, nobody hears of it. */
export function refuseSilentMachine(): void {
  if (hasControlChannel()) {
    refuseMachine(text("this machine has no console: give it a serial port at 0x3f8"));
  }
  exit(startFailure);
}
