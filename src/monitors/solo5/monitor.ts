/** The `solo5` monitor: the image is a guest of Solo5's tender solo5-spt, a sealed process. */
import { solo5DeviceNames } from "../../contracts/solo5.ts";
import { startChild } from "../child.ts";
import type { Instance, LaunchRequest, MachineNetwork, Monitor } from "../interface.ts";
import { guestWords } from "./command-line.ts";
import { requireTender } from "./find-tender.ts";

/** A monitor that runs `solo5` images by the tender that the environment leads to. */
export function solo5Monitor(environment: NodeJS.ProcessEnv): Monitor {
  return {
    name: "solo5",
    platform: "solo5",
    launch: async (request) => await launch(requireTender(environment), request),
  };
}

async function launch(tender: string, request: LaunchRequest): Promise<Instance> {
  const { imagePath, memoryMebibytes, network, streams } = request;
  return await startChild({
    path: tender,
    arguments: [
      ...(memoryMebibytes === undefined ? [] : [`--mem=${memoryMebibytes}`]),
      ...networkArguments(network),
      "--",
      imagePath,
      ...guestWords(request.arguments, request.environment),
    ],
    environment: {},
    streams,
  });
}

function networkArguments(network: MachineNetwork | undefined): readonly string[] {
  if (network?.tap === undefined) return [];
  const { hardwareAddress, tap } = network;
  const device = `--net:${solo5DeviceNames.network}=${tap}`;
  if (hardwareAddress === undefined) return [device];
  return [device, `--net-mac:${solo5DeviceNames.network}=${hardwareAddress}`];
}
