/** The time from QEMU's start to the first response of the server in it. */
import { addresses, TestNetwork } from "../../../tools/network/namespaces.ts";
import { compilerMissing, compileStatic, findCompiler } from "../../launcher/c-compiler.ts";
import { type Finding, skipped } from "../../report/finding.ts";
import { estimate } from "../../report/statistics.ts";
import { firstResponseSource, responseTimes } from "../../services/first-response.ts";
import { type GuestMachine, serverPort, withoutChannel } from "./guest.ts";

const area = "network";
const thoroughRounds = 30;

/** QEMU's first network device has this address. */
const hardware = "52:54:00:12:34:56";

/** An image, and within how many milliseconds it is to answer. */
export interface LaunchedServer {
  readonly name: string;
  readonly image: string;
  readonly goalMs: number;
}

/** Starts all of them by turns; Linux knows the guest's hardware address, as of a host seen before. */
export async function measureLaunches(
  machine: GuestMachine,
  servers: readonly LaunchedServer[],
): Promise<Finding[]> {
  const { bench } = machine;
  const program = bench.path("first-response-machine");
  const compiler = findCompiler();
  if (compiler === undefined || !compileStatic(compiler, firstResponseSource, program)) {
    return [skipped(area, "launch of machines", compilerMissing)];
  }
  bench.note("network: machines, first response");
  const commands = servers.flatMap(({ image }) => {
    const words = withoutChannel(machine.words(image));
    return [`${words.length}`, ...words];
  });
  const network = TestNetwork.direct();
  try {
    network.introduce(addresses.instance, hardware);
    const rounds = `${bench.rounds(thoroughRounds)}`;
    const where = [addresses.instance, `${serverPort}`];
    const times = responseTimes(
      await network.run(program, rounds, ...where, ...commands),
      servers.length,
    );
    return servers.map(({ name, goalMs }, index) => finding(machine, name, goalMs, times[index]));
  } finally {
    await network.close();
  }
}

function finding(
  { bench }: GuestMachine,
  name: string,
  goal: number,
  times: readonly number[] = [],
): Finding {
  const { value, ...range } = estimate(times);
  return {
    area,
    measure: `${name} in a machine, QEMU's start to first response`,
    value,
    range,
    unit: "ms",
    goal,
    detail: `fastest ${Math.min(...times).toFixed(1)} ms; no monitor; ${bench.accelerator}`,
  };
}
