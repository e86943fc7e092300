// Processes that are the first of a PID namespace of their own (pid_namespaces(7)): they see no
// other, and what they leave ends with them.
import { clearLine, lineLength, lineStart, putDecimal, putText } from "../../kernel/base/line.as";
import { text } from "../../kernel/base/text.as";
import { clone, close, fork, groupId, open, userId, write } from "../system-calls.as";

const childSignal: u32 = 17; // SIGCHLD
const newUser: u32 = 0x1000_0000; // CLONE_NEWUSER
const newProcesses: u32 = 0x2000_0000; // CLONE_NEWPID
const writeOnly: u32 = 0x8_0001; // O_WRONLY | O_CLOEXEC

let isWanted = false;
let isNeeded = false;

/** Has all later ones be such processes, where the host allows it; else none, if `isRequired`. */
export function wantNamespaces(isRequired: bool): void {
  isWanted = true;
  isNeeded = isRequired;
}

/**
 * fork(2), into a namespace if that is wanted. Who has no right to make one has it in a user
 * namespace, as whose root the child begins. A negated error number where none can be and must.
 */
export function forkApart(): i64 {
  if (!isWanted) return fork();
  const user = userId();
  const group = groupId();
  let child = clone(newProcesses | childSignal);
  if (child >= 0) return child;
  child = clone(newUser | newProcesses | childSignal);
  if (child == 0) {
    // A group can be mapped only by those who cannot leave others then (user_namespaces(7)).
    writeFile(text("/proc/self/setgroups"), text("deny"));
    writeMap(text("/proc/self/uid_map"), user);
    writeMap(text("/proc/self/gid_map"), group);
  }
  return child < 0 && !isNeeded ? fork() : child;
}

function writeMap(path: usize, id: u32): void {
  clearLine();
  putText(text("0 "));
  putDecimal(id);
  putText(text(" 1"));
  writeLine(path);
}

function writeFile(path: usize, contents: usize): void {
  clearLine();
  putText(contents);
  writeLine(path);
}

function writeLine(path: usize): void {
  const descriptor = open(path, writeOnly, 0);
  if (descriptor < 0) return;
  write(descriptor, lineStart(), lineLength());
  close(descriptor);
}
