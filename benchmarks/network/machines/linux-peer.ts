/** The Linux guest that serves what our images serve. */
import { fileURLToPath } from "node:url";
import { addresses } from "../../../tools/network/namespaces.ts";
import { compilerMissing, compileStatic, findCompiler } from "../../launcher/c-compiler.ts";
import { type LinuxGuest, makeLinuxGuest } from "../../qemu/devices/linux-guest.ts";
import { type GuestMachine, serverPort } from "./guest.ts";
import { echoPort, echoSource } from "./packets.ts";

const epollSource = fileURLToPath(new URL("../../services/programs/epoll.c", import.meta.url));

/** The program of bulk transfers, the same for images and for Linux. */
export const trafficSource = fileURLToPath(
  new URL("../../../tools/network/programs/traffic.c", import.meta.url),
);

/** Where it listens. */
export const trafficPort = 40_000;

/** A guest with the epoll server and the traffic program, both running; or why there is none. */
export function makeLinuxPeer(machine: GuestMachine): LinuxGuest | string {
  const { bench } = machine;
  const compiler = findCompiler();
  if (machine.linuxMissing !== undefined) return machine.linuxMissing;
  if (compiler === undefined) return compilerMissing;
  const programs = {
    epoll: bench.path("epoll-guest"),
    traffic: bench.path("traffic-guest"),
    echo: bench.path("echo-guest"),
  };
  if (!compileStatic(compiler, epollSource, programs.epoll)) return compilerMissing;
  if (!compileStatic(compiler, trafficSource, programs.traffic)) return compilerMissing;
  if (!compileStatic(compiler, echoSource, programs.echo)) return compilerMissing;
  const commands = [
    "/busybox ip link set lo up",
    `/busybox ip address add ${addresses.instance}/24 dev eth0`,
    "/busybox ip link set eth0 up",
    `/traffic serve ${trafficPort} > /dev/null &`,
    `/echo ${echoPort} > /dev/null &`,
    `/epoll ${serverPort} ${addresses.instance}`,
  ];
  return makeLinuxGuest(bench, "network", commands, programs);
}
