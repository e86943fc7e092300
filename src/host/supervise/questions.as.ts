// What others ask the instance's kernel: the supervisor holds the monitor's end of its control
// channel (contracts/control-channel.ts), sends questions, and passes answers on to who asked.
import { close, duplicate, openSocketPair, read, write } from "../system-calls.as";
import { answerReport, isReportAwaited } from "./control.as";

/** Where the program finds its end of the channel (contracts/supervisor.ts). */
const programDescriptor: u32 = 3;

/** The question how it is, by its number in the control channel. */
export const healthQuestion: u32 = 5;

/** The question what it has done. */
export const metricsQuestion: u32 = 6;

const answerOffset: u32 = 15; // from a question's number to its answer's
const headerBytes: u32 = 4;
const payloadLimit: u32 = 4096;
const again: i64 = -11; // EAGAIN

const ends = memory.data(8, 4);
const question = memory.data(4, 4);
const frame = memory.data(4100, 4);

let channel: i64 = -1;
let received: u32 = 0;

/** Opens the channel for a program that is about to be started; a Linux error's number, or 0. */
export function openChannel(): i64 {
  closeChannel();
  const result = openSocketPair(ends);
  if (result < 0) return result;
  channel = load<u32>(ends);
  return 0;
}

/** Hands it to the program, in the new process. */
export function handOverChannel(): void {
  duplicate(load<u32>(ends, 4), programDescriptor);
}

/** Closes the program's end, once it has it. */
export function closeProgramChannel(): void {
  close(load<u32>(ends, 4));
}

/** Lets go of it. */
export function closeChannel(): void {
  if (channel >= 0) close(channel);
  channel = -1;
  received = 0;
  answerReport(healthQuestion, frame, 0);
  answerReport(metricsQuestion, frame, 0);
}

/** The descriptor on which answers come, or -1. */
export function channelDescriptor(): i64 {
  return channel;
}

/** Sends a question, unless the same one is waited for; false when there is nobody to ask. */
export function askProgram(kind: u32): bool {
  if (channel < 0) return false;
  if (isReportAwaited(kind)) return true;
  store<u32>(question, kind);
  return write(channel, question, headerBytes) == headerBytes;
}

/** Takes what came. What breaks the channel's rules is asked no more. */
export function takeAnswer(): void {
  while (channel >= 0) {
    const wanted = received < headerBytes ? headerBytes : headerBytes + payloadBytes();
    const count = read(channel, frame + received, wanted - received);
    if (count == again) return;
    if (count > 0) received += <u32>count;
    if (count <= 0 || !isAnswer()) closeChannel();
    else if (received >= headerBytes && received == headerBytes + payloadBytes()) passAnswer();
  }
}

function payloadBytes(): u32 {
  return load<u16>(frame, 2);
}

/** Whether it can be one, as far as it has come. */
function isAnswer(): bool {
  if (received < headerBytes) return true;
  const kind: u32 = load<u16>(frame) - answerOffset;
  return (kind == healthQuestion || kind == metricsQuestion) && payloadBytes() <= payloadLimit;
}

function passAnswer(): void {
  const length = received;
  received = 0;
  answerReport(load<u16>(frame) - answerOffset, frame, length);
}
