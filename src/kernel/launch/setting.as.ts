// Settings: variables of the environment that are the kernel's, TSUKI_*.
import { putDecimal, putText } from "../base/line.as";
import { text } from "../base/text.as";
import { beginMessage, endMessage } from "../console/message.as";
import { copyVariable, tooLong } from "./strings.as";

export { tooLong } from "./strings.as";

/** `copyVariable`, which says in one line when a value is too long. */
export function copySetting(name: usize, buffer: usize, capacity: u32): i32 {
  const length = copyVariable(name, buffer, capacity);
  if (length != tooLong) return length;
  beginMessage(name);
  putText(text(": longer than "));
  putDecimal(capacity);
  putText(text(" bytes, see docs/deploy.md"));
  endMessage();
  return tooLong;
}
