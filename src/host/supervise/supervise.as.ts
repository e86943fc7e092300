// tsuki-host supervise: holds one instance while it runs (contracts/supervisor.ts).
import * as config from "../../kernel/base/config.as";
import { text } from "../../kernel/base/text.as";
import { linuxStringPlace } from "../../kernel/platform/linux/arguments.as";
import { linuxMonotonicTime } from "../../kernel/platform/linux/clock.as";
import { linuxExit } from "../../kernel/platform/linux/process.as";
import {
  argumentCount, argumentPlace, argumentText, isArgument, readNumber,
} from "../arguments.as";
import { failAbout, failByHost, failUsage, startFailure } from "../failure.as";
import {
  accessDenied, addressInUse, close, duplicate, maskSignals, noEntry, open, poll, read,
  signalDescriptor, write,
} from "../system-calls.as";
import {
  attach, hasInputLeft, passEnd, setEarlyPlace, takeInput, writeInput,
} from "./attach.as";
import { exitStatus, hasEnded, signalChild, startChild } from "./child.as";
import {
  answer, answerWaiting, awaitEnd, connectionDescriptor, connectionLimit, controlListener,
  awaitReport, dropConnection, hasInputEnded, hasRoom, isAttached, openControl, readRequest,
  takeConnection,
} from "./control.as";
import { noteEvent, noteEventWith } from "./events.as";
import {
  beginHealth, checkHealth, endHealth, healthDeadline, healthState, healthy, isProbeConnecting,
  probeDescriptor, setHealthCheck,
} from "./health.as";
import { setGroups } from "./groups.as";
import { logSpaceBytes, openLog } from "./log.as";
import { wantNamespaces } from "./namespaces.as";
import { drainOutput, outputBytes, outputDescriptor, streamCount, takeOutput } from "./output.as";
import {
  askProgram, channelDescriptor, closeChannel, healthQuestion, metricsQuestion, takeAnswer,
} from "./questions.as";
import { always, isRestarted, setRestartLimit, takeRestartDelay } from "./restart.as";
import { keepState, noteEnd, noteStart, writeState } from "./state.as";
import {
  noInput, ownEnd, pipedInput, releaseStreams, resizeTerminal, setInput, terminalInput,
} from "./streams.as";

const socketIndex: u32 = 2;
const restartIndex: u32 = 3;
const logBytesIndex: u32 = 4;
const logFilesIndex: u32 = 5;
const healthIndex: u32 = 6;
const inputIndex: u32 = 7;
const groupsIndex: u32 = 8;
const isolationIndex: u32 = 9;
const programIndex: u32 = 10;
const nameIndex: u32 = 11;

const killSignal: u32 = 9;
const terminateSignal: u32 = 15;
const continueSignal: u32 = 18;
const stopSignal: u32 = 19;
const childSignal: u32 = 17;
const interruptSignal: u32 = 2;
const blockSignals: u32 = 0; // SIG_BLOCK
const signalFlags: u32 = 0x80800; // SFD_CLOEXEC | SFD_NONBLOCK
const readWrite: u32 = 2;
const pollInput: u32 = 1;
const pollOutput: u32 = 4;
const pollHangUp: u32 = 16;
const logFileLimit: u64 = 9;
const never: u64 = 0xffff_ffff_ffff_ffff;
const seconds: u64 = 1_000_000_000;
const milliseconds: u64 = 1_000_000;
const defaultGrace: u64 = 10;
const longestWaitMs: u64 = 3_600_000;

// struct pollfd of the listener, the signals, both outputs, the health check, the input, the
// control channel, and each connection.
const probeIndex: u32 = 4;
const inputRecord: u32 = 5;
const channelRecord: u32 = 6;
const firstConnection: u32 = 7;
const records = memory.data(312, 8);
const signals = memory.data(8, 8);
const signalRecord = memory.data(128, 8); // struct signalfd_siginfo

let signalInput: i64 = -1;
let isStopping = false;
let killAt: u64 = 0xffff_ffff_ffff_ffff;
let restartAt: u64 = 0xffff_ffff_ffff_ffff;

/** Does it, until the instance has ended for good; ends the process. */
export function runSupervise(): void {
  if (argumentCount() <= nameIndex) {
    failUsage(
      text("tsuki-host supervise SOCKET RESTART ... GROUPS ISOLATION PROGRAM NAME ..."),
    );
  }
  const socket = argumentText(socketIndex);
  const isAlways = isArgument(restartIndex, text("always"));
  setRestartLimit(isAlways ? always : <u32>readNumber(restartIndex, always - 1));
  const health = argumentText(healthIndex);
  if (!setHealthCheck(health)) failAbout(health, text("is no health check"), startFailure);
  if (isArgument(inputIndex, text("pipe"))) setInput(pipedInput);
  else if (isArgument(inputIndex, text("terminal"))) setInput(terminalInput);
  else setInput(noInput);
  setGroups(argumentText(groupsIndex));
  const isRequired = isArgument(isolationIndex, text("required"));
  if (isRequired || isArgument(isolationIndex, text("pid"))) wantNamespaces(isRequired);
  setEarlyPlace(config.heapStart + outputBytes + logSpaceBytes);
  const opened = openControl(socket);
  if (opened == addressInUse) failAbout(socket, text("runs already"), startFailure);
  if (opened < 0) failByHost(socket, text("cannot be listened on"), opened);
  const logged = openLog(
    config.heapStart + outputBytes, readNumber(logBytesIndex, never - 1),
    <u32>readNumber(logFilesIndex, logFileLimit),
  );
  if (logged < 0) failByHost(text("log"), text("cannot be written"), logged);
  catchSignals();
  start();
  report();
  while (true) round();
}

function catchSignals(): void {
  store<u64>(signals, bit(childSignal) | bit(terminateSignal) | bit(interruptSignal));
  maskSignals(blockSignals, signals);
  signalInput = signalDescriptor(signals, signalFlags);
  if (signalInput < 0) failByHost(text("signals"), text("cannot be read"), signalInput);
}

function bit(number: u32): u64 {
  return <u64>1 << (number - 1);
}

/** Starts the instance for the first time. */
function start(): void {
  const result = startProgram();
  const path = argumentText(programIndex);
  if (result == 0) return;
  if (result == noEntry) failAbout(path, text("there is no such program"), startFailure);
  if (result == accessDenied) failAbout(path, text("may not be executed"), startFailure);
  failByHost(path, text("cannot be started"), result);
}

function startProgram(): i64 {
  const list = argumentPlace(nameIndex);
  const result = startChild(argumentText(programIndex), list, linuxStringPlace(1, 0));
  if (result != 0) return result;
  noteStart();
  beginHealth();
  writeState(text("running"));
  noteEvent(text("start"));
  return 0;
}

/** Says that it runs; from here on nobody is listening. */
function report(): void {
  write(1, text("started\n"), 8);
  const nothing = open(text("/dev/null"), readWrite, 0);
  for (let descriptor: u32 = 0; descriptor < 3; descriptor++) duplicate(nothing, descriptor);
  close(nothing);
}

function round(): void {
  listDescriptors();
  poll(records, firstConnection + connectionLimit, waitTime());
  for (let stream: u32 = 0; stream < streamCount; stream++) {
    if (isReady(2 + stream)) takeOutput(stream);
  }
  if (isReady(1)) takeSignals();
  if (isReady(inputRecord)) writeInput();
  if (isReady(channelRecord)) takeAnswer();
  for (let index: u32 = 0; index < connectionLimit; index++) {
    if (!isReady(firstConnection + index)) continue;
    if (isAttached(index)) takeInput(index, hasHungUp(firstConnection + index));
    else obey(index);
  }
  if (isReady(0)) takeConnection();
  if (checkHealth(isReady(probeIndex))) reportHealth();
  const now = linuxMonotonicTime();
  if (now >= killAt) {
    killAt = never;
    signalChild(killSignal);
  }
  if (now >= restartAt) {
    restartAt = never;
    if (startProgram() != 0) finish(startFailure);
  }
}

function reportHealth(): void {
  writeState(text("running"));
  const isWell = healthState() == healthy;
  noteEventWith(text("health_status"), text("healthy"), isWell ? 1 : 0);
}

function listDescriptors(): void {
  list(0, hasRoom() ? controlListener() : -1, pollInput);
  list(1, signalInput, pollInput);
  for (let stream: u32 = 0; stream < streamCount; stream++) {
    list(2 + stream, outputDescriptor(stream), pollInput);
  }
  list(inputRecord, hasInputLeft() ? ownEnd(0) : -1, pollOutput);
  list(channelRecord, channelDescriptor(), pollInput);
  list(probeIndex, probeDescriptor(), isProbeConnecting() ? pollOutput : pollInput);
  for (let index: u32 = 0; index < connectionLimit; index++) {
    const descriptor = connectionDescriptor(index);
    const isHeldUp = descriptor == 0 || (isAttached(index) && hasInputLeft());
    list(
      firstConnection + index, isHeldUp ? -1 : descriptor, hasInputEnded(index) ? 0 : pollInput,
    );
  }
}

function list(index: u32, descriptor: i64, events: u32): void {
  store<i32>(records + (index << 3), <i32>descriptor);
  store<u32>(records + (index << 3), events, 4);
}

function isReady(index: u32): bool {
  return load<u16>(records + (index << 3), 6) != 0;
}

function hasHungUp(index: u32): bool {
  return (load<u16>(records + (index << 3), 6) & pollHangUp) != 0;
}

function waitTime(): i32 {
  const deadline = min(min(killAt, restartAt), healthDeadline());
  if (deadline == never) return -1;
  const now = linuxMonotonicTime();
  if (now >= deadline) return 0;
  return <i32>min((deadline - now) / milliseconds + 1, longestWaitMs);
}

function takeSignals(): void {
  while (read(signalInput, signalRecord, 128) == 128) {
    const number = load<u32>(signalRecord);
    if (number == childSignal) {
      if (hasEnded()) end();
    } else {
      stop(defaultGrace);
    }
  }
}

function end(): void {
  drainOutput();
  releaseStreams();
  closeChannel();
  noteEnd();
  endHealth();
  killAt = never;
  const status = exitStatus();
  noteEventWith(text("die"), text("exit"), status);
  if (isStopping || !isRestarted(status)) finish(status);
  restartAt = linuxMonotonicTime() + takeRestartDelay();
  writeState(text("restarting"));
}

function finish(status: u32): void {
  writeState(text("exited"));
  // Who waits is told of an end that stays.
  keepState();
  answerWaiting(status);
  passEnd(status);
  linuxExit(0);
}

function stop(graceSeconds: u64): void {
  isStopping = true;
  if (restartAt != never) finish(exitStatus());
  signalChild(terminateSignal);
  // What is paused would never come to its end.
  signalChild(continueSignal);
  killAt = min(killAt, linuxMonotonicTime() + graceSeconds * seconds);
}

function obey(index: u32): void {
  const request = readRequest(index);
  if (request == 0) return;
  if (isWord(request, text("stop "))) {
    awaitEnd(index);
    stop(numberBehind(request, 5));
  } else if (isWord(request, text("kill "))) {
    kill(index, <u32>numberBehind(request, 5));
  } else if (isWord(request, text("pause"))) {
    pause(index, stopSignal, text("paused"));
  } else if (isWord(request, text("resume"))) {
    pause(index, continueSignal, text("running"));
  } else if (isWord(request, text("attach"))) {
    attach(index);
  } else if (isWord(request, text("resize "))) {
    const size = <u32>numberBehind(request, 7);
    resizeTerminal(size / 1000, size % 1000);
    answer(index, text("done"));
  } else if (isWord(request, text("wait"))) {
    awaitEnd(index);
  } else if (isWord(request, text("health"))) {
    ask(index, healthQuestion);
  } else if (isWord(request, text("metrics"))) {
    ask(index, metricsQuestion);
  } else {
    answer(index, text("unknown"));
  }
}

/** Passes a question on; who cannot have an answer is let go at once. */
function ask(index: u32, question: u32): void {
  if (askProgram(question)) awaitReport(index, question);
  else dropConnection(index);
}

function kill(index: u32, number: u32): void {
  if (number == killSignal || number == terminateSignal || number == interruptSignal) {
    isStopping = true;
  }
  signalChild(number);
  noteEventWith(text("kill"), text("signal"), number);
  answer(index, text("done"));
  if (isStopping && restartAt != never) finish(exitStatus());
}

function pause(index: u32, signal: u32, status: usize): void {
  if (restartAt == never) {
    signalChild(signal);
    const isHeld = signal == stopSignal;
    if (isHeld) endHealth();
    else beginHealth();
    writeState(status);
    noteEvent(isHeld ? text("pause") : text("unpause"));
  }
  answer(index, text("done"));
}

function isWord(request: usize, word: usize): bool {
  for (let byte = load<u8>(word); byte != 0; byte = load<u8>(++word)) {
    if (load<u8>(request++) != byte) return false;
  }
  return true;
}

/** A number of at most six digits. */
function numberBehind(request: usize, offset: usize): u64 {
  let value: u64 = 0;
  for (let at = offset; at < offset + 6; at++) {
    const digit = <u32>load<u8>(request + at) - 0x30;
    if (digit > 9) break;
    value = value * 10 + digit;
  }
  return value;
}
