// The app's memories after the first, which a function of the compiler's makes before the app runs.
import { putDecimal, putText } from "../../base/line.as";
import { text } from "../../base/text.as";
import { beginMessage, endMessage } from "../../console/message.as";
import { furtherMemoryGrow } from "../../memory/app-memory.as";
import { linuxExit } from "./process.as";

/** Exit status of an instance whose memories cannot be had. */
const startFailure: u32 = 125;

/** Makes one of them of so many pages; ends the instance if there is no room. */
export function furtherMemoryBegin(memory: u32, pages: u32): void {
  if (furtherMemoryGrow(memory, 0, pages, pages) == 0) return;
  beginMessage(text("the address-space limit (ulimit -v) leaves no room for the app's "));
  putDecimal(<u64>pages * 64);
  putText(text(" KiB of memory; raise it"));
  endMessage();
  linuxExit(startFailure);
}
