/** Engines that run images in containers, each as a command line that stays in the foreground. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** One engine, opened in a folder for the images in another. */
export interface ContainerEngine {
  /** What runs an image with these arguments and variables, in a container called `name`. */
  command(
    name: string,
    image: string,
    words: readonly string[],
    environment: Readonly<Record<string, string>>,
  ): readonly string[];
  close(): Promise<void>;
}

/** An engine that may be installed. */
export interface EngineCase {
  readonly title: string;
  readonly programs: readonly string[];
  /** Whether the app runs as another user than root. */
  readonly hasUser: boolean;
  open(folder: string, images: string): Promise<ContainerEngine>;
}

const user = 65_534;

/** The host may allow this process less than engines ask for by default. */
export const limits = ["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024"];

/** `FROM scratch`, built and run by podman with runc, under podman's default profile. */
const podman: EngineCase = {
  title: "podman with runc, FROM scratch",
  programs: ["podman", "runc"],
  hasUser: true,
  async open(folder, images) {
    const all = ["podman", ...podmanOptions(folder)];
    const file = `FROM scratch\nCOPY . /\nUSER ${user}:${user}\nENTRYPOINT ["/app"]\n`;
    writeFileSync(join(folder, "Containerfile"), file);
    const built = ["build", "-q", "-f", join(folder, "Containerfile"), "-t", "app", images];
    execFileSync("podman", [...all.slice(1), ...built], { stdio: "pipe", timeout: 60_000 });
    return {
      command: (name, image, words, environment) => [
        ...[...all, "run", "--rm", "--name", name, "--network", "host", "--http-proxy=false"],
        ...["--read-only", "--cap-drop", "all", ...limits],
        ...(image === "app" ? [] : ["--entrypoint", `/${image}`]),
        ...Object.entries(environment).flatMap(([key, value]) => ["--env", `${key}=${value}`]),
        ...["app", ...words],
      ],
      close: async () => {
        spawnSync("podman", [...all.slice(1), "rm", "--all", "--force"], { timeout: 30_000 });
      },
    };
  },
};

/** A bundle of our own for runc, with the profile that podman and docker share. */
const runc: EngineCase = {
  title: "runc",
  programs: ["runc"],
  hasUser: true,
  async open(folder, images) {
    const rootFolder = join(folder, "rootfs");
    cpSync(images, rootFolder, { recursive: true });
    mkdirSync(join(rootFolder, "proc"));
    return {
      command: (name, image, words, environment) => {
        const bundle = join(folder, name);
        mkdirSync(bundle);
        const all = [`/${image}`, ...words];
        writeFileSync(join(bundle, "config.json"), runtimeConfig(rootFolder, all, environment));
        return ["runc", "--root", join(folder, "state"), "run", "--bundle", bundle, name];
      },
      close: async () => {},
    };
  },
};

/** containerd with its default profile, by its own client. */
const containerd: EngineCase = {
  title: "containerd",
  programs: ["containerd", "ctr", "runc"],
  hasUser: false,
  async open(folder, images) {
    const rootFolder = join(folder, "rootfs");
    cpSync(images, rootFolder, { recursive: true });
    const { socket, close } = await startContainerd(folder);
    const drops = usualCapabilities.flatMap((name) => ["--cap-drop", `CAP_${name}`]);
    return {
      command: (name, image, words, environment) => [
        ...["ctr", "--address", socket, "run", "--rm", "--rootfs", "--read-only", "--seccomp"],
        "--net-host",
        ...drops,
        ...Object.entries(environment).flatMap(([key, value]) => ["--env", `${key}=${value}`]),
        ...[rootFolder, name, `/${image}`, ...words],
      ],
      close,
    };
  },
};

/** containerd in a folder of its own. */
export async function startContainerd(
  folder: string,
): Promise<{ readonly socket: string; readonly close: () => Promise<void> }> {
  const socket = join(folder, "api.sock");
  writeFileSync(join(folder, "config.toml"), daemonConfig(folder, socket));
  const daemon = spawn("containerd", ["-c", join(folder, "config.toml")], { stdio: "ignore" });
  await untilExists(socket, daemon);
  return {
    socket,
    close: async () => {
      daemon.kill("SIGTERM");
      await new Promise((settle) => daemon.once("exit", settle));
    },
  };
}

/** The options by which podman keeps to a folder, and asks for nothing that a host may lack. */
export function podmanOptions(folder: string): readonly string[] {
  const store = ["--root", join(folder, "root"), "--runroot", join(folder, "run")];
  const manner = ["--storage-driver", "vfs", "--cgroup-manager", "cgroupfs"];
  const runtime = ["--runtime", which("runc") ?? "runc", "--events-backend", "file"];
  return [...store, "--tmpdir", join(folder, "tmp"), ...manner, ...runtime];
}

/** Every engine that tests know. */
export const engineCases: readonly EngineCase[] = [podman, runc, containerd];

/** Where a program is, if it is on the path. */
export function which(name: string): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(":");
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** What containerd's client grants without being asked. */
const usualCapabilities = [
  ..."CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP".split(" "),
  ..."NET_BIND_SERVICE SYS_CHROOT KILL AUDIT_WRITE".split(" "),
];

function daemonConfig(folder: string, socket: string): string {
  return `version = 2
root = "${join(folder, "root")}"
state = "${join(folder, "state")}"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
address = "${socket}"
[ttrpc]
address = "${socket}.ttrpc"
`;
}

async function untilExists(path: string, daemon: ChildProcess): Promise<void> {
  for (let leftMs = 20_000; !existsSync(path); leftMs -= 20) {
    if (leftMs < 0 || daemon.exitCode !== null) throw new Error("containerd does not start");
    await pause(20);
  }
}

/** The OCI runtime's configuration: no capabilities, nothing to write to, the default profile. */
function runtimeConfig(
  rootFolder: string,
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
): string {
  const none = { bounding: [], effective: [], permitted: [], inheritable: [], ambient: [] };
  const profile = defaultProfile();
  return JSON.stringify({
    ociVersion: "1.0.2",
    process: {
      user: { uid: user, gid: user },
      args: words,
      env: Object.entries(environment).map(([name, value]) => `${name}=${value}`),
      cwd: "/",
      capabilities: none,
      noNewPrivileges: true,
    },
    root: { path: rootFolder, readonly: true },
    // The runtime wants it for itself before it hands over.
    mounts: [{ destination: "/proc", type: "proc", source: "proc" }],
    linux: {
      namespaces: ["pid", "ipc", "uts", "mount"].map((type) => ({ type })),
      ...(profile === undefined ? {} : { seccomp: profile }),
    },
  });
}

interface ProfileRule {
  readonly names: readonly string[];
  readonly action: string;
  readonly args?: readonly unknown[] | null;
  readonly errnoRet?: number;
  readonly includes?: { readonly caps?: readonly string[]; readonly arches?: readonly string[] };
  readonly excludes?: { readonly arches?: readonly string[] };
}

/** Docker's and podman's default profile for x86-64 and no capabilities, as the runtime wants it. */
function defaultProfile(): object | undefined {
  const path = "/usr/share/containers/seccomp.json";
  if (!existsSync(path)) return undefined;
  const profile = JSON.parse(readFileSync(path, "utf8")) as {
    readonly defaultAction: string;
    readonly defaultErrnoRet?: number;
    readonly syscalls: readonly ProfileRule[];
  };
  const isMeant = ({ includes, excludes }: ProfileRule): boolean =>
    (includes?.caps ?? []).length === 0 &&
    (includes?.arches?.includes("amd64") ?? true) &&
    !(excludes?.arches?.includes("amd64") ?? false);
  return {
    defaultAction: profile.defaultAction,
    defaultErrnoRet: profile.defaultErrnoRet,
    architectures: ["SCMP_ARCH_X86_64"],
    syscalls: profile.syscalls
      .filter(isMeant)
      .map(({ names, action, args, errnoRet }) => ({ names, action, args: args ?? [], errnoRet })),
  };
}
