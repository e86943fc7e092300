/** The `solo5` monitor: the image is a guest of Solo5's tender solo5-spt, a sealed process. */
import { solo5NetworkName } from "../../contracts/solo5.ts";
import { bound } from "../bound.ts";
import { startChild } from "../child.ts";
import type { Instance, LaunchRequest, MachineNetwork, Monitor } from "../interface.ts";
import { guestWords } from "./command-line.ts";
import { holdDisks, releaseDisks } from "./disks.ts";
import { requireTender } from "./find-tender.ts";

/** What the monitor stands on. */
export interface Solo5Options {
  /** Leads to the tender. */
  readonly environment: NodeJS.ProcessEnv;
  /** `tsuki-host`, which locks disks, and has the tender die with this process. */
  readonly hostPath: string;
}

/** A monitor that runs `solo5` images by the tender that the environment leads to. */
export function solo5Monitor(options: Solo5Options): Monitor {
  return {
    name: "solo5",
    platform: "solo5",
    launch: async (request) => await launch(options, request),
  };
}

async function launch(options: Solo5Options, request: LaunchRequest): Promise<Instance> {
  const tender = requireTender(options.environment);
  const { imagePath, memoryMebibytes, networks = [], streams } = request;
  // More than one are refused before an image is made for them.
  const [network] = networks;
  const words = guestWords(request.arguments, request.environment);
  const disks = holdDisks(options.hostPath, request.disks ?? []);
  try {
    return await startChild({
      ...bound(options.hostPath, {
        path: tender,
        arguments: [
          ...(memoryMebibytes === undefined ? [] : [`--mem=${memoryMebibytes}`]),
          ...networkArguments(network),
          ...disks.arguments,
          "--",
          imagePath,
          ...words,
        ],
      }),
      environment: {},
      streams,
      handedOver: disks.descriptors,
    });
  } finally {
    releaseDisks(disks);
  }
}

function networkArguments(network: MachineNetwork | undefined): readonly string[] {
  if (network?.tap === undefined) return [];
  const { hardwareAddress, tap } = network;
  const device = `--net:${solo5NetworkName}=${tap}`;
  if (hardwareAddress === undefined) return [device];
  return [device, `--net-mac:${solo5NetworkName}=${hardwareAddress}`];
}
