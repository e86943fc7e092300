/** How little memory machines need: to answer, and to keep ten thousand idle connections. */
import { fileURLToPath } from "node:url";
import { addresses } from "../../../tools/network/namespaces.ts";
import { compileStatic, findCompiler } from "../../launcher/c-compiler.ts";
import { leastThatWorks } from "../../qemu/least-memory.ts";
import type { Finding } from "../../report/finding.ts";
import { answering, type GuestMachine, serverPort, startGuest } from "./guest.ts";

const stepKibibytes = 64;
const highestKibibytes = 32 * 1024;
const patienceSeconds = 4;
const idleConnections = 10_000;
const idleMebibytes = 32;

/** The smallest `-m`, in steps of 64 KiB, with which a server answers. */
export async function findLeastToAnswer(
  machine: GuestMachine,
  name: string,
  image: string,
  goalMebibytes: number,
): Promise<Finding> {
  machine.bench.note(`network: least memory, ${name}`);
  const steps = await leastThatWorks(1, highestKibibytes / stepKibibytes, (count) =>
    answersWith(machine, image, (count * stepKibibytes) / 1024),
  );
  return {
    area: "network",
    measure: `${name} in a machine, least memory in which it answers`,
    value: steps === undefined ? undefined : steps * stepKibibytes,
    unit: "KiB",
    goal: goalMebibytes * 1024,
    detail: steps === undefined ? `not even in ${highestKibibytes} KiB` : "firmware included",
  };
}

async function answersWith(
  machine: GuestMachine,
  image: string,
  mebibytes: number,
): Promise<boolean> {
  const guest = startGuest(machine.words(image, undefined, mebibytes));
  try {
    await answering(guest, patienceSeconds);
    return true;
  } catch {
    return false;
  } finally {
    await guest.network.close();
  }
}

/** How many of ten thousand connections, all idle at once, are answered in 32 MiB. */
export async function countIdle(machine: GuestMachine, image: string): Promise<Finding> {
  const { bench } = machine;
  bench.note("network: idle connections");
  const program = bench.path("idle");
  const source = fileURLToPath(new URL("idle.c", import.meta.url));
  compileStatic(findCompiler() ?? "", source, program);
  const guest = startGuest(machine.words(image, undefined, idleMebibytes));
  try {
    await answering(guest);
    const words = [addresses.instance, `${serverPort}`, `${idleConnections}`];
    const answered = Number(await guest.network.run(program, ...words));
    return {
      area: "network",
      measure: `http service (C) in a machine of ${idleMebibytes} MiB, idle connections`,
      value: answered,
      unit: "rate",
      goal: idleConnections,
      isGoalLeast: true,
      detail: "opened one after the other; behind the last, each is asked and answers",
    };
  } finally {
    await guest.network.close();
  }
}
