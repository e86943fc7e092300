/** Tsuki's own settings of an instance, as the variables by which the kernel learns them. */
import { TsukiError } from "../contracts/errors.ts";

export { requiresNamespaces } from "../monitors/process/isolation.ts";

/** What can be set, each as the user typed it. */
export interface InstanceSettings {
  /** `[address:]port[/udp]`: sockets that are open before the app starts. */
  readonly listen?: readonly string[] | undefined;
  /** `[address:]host:guest[/udp]`: ports that the app binds, and what they are on the host. */
  readonly publish?: readonly string[] | undefined;
  /** `folder:path[:ro]`: folders of the host, and where the app finds them. */
  readonly mount?: readonly string[] | undefined;
  /** `file:path[:ro]`: disks, and where the app finds them. */
  readonly disk?: readonly string[] | undefined;
  /** A network card each, or `host` or `none` alone: `user`, or `tap=<device>[,<address>/<bits>,gateway=<address>...]`. */
  readonly net?: readonly string[] | undefined;
}

const forms = {
  listen: {
    variable: "TSUKI_LISTEN",
    form: /^(?:\[[0-9a-f:.]+\]:|[0-9.]+:)?(\d+)(?:\/(?:tcp|udp))?$/i,
  },
  publish: {
    variable: "TSUKI_PUBLISH",
    form: /^(?:\[[0-9a-f:.]+\]:|[0-9.]+:)?(\d+):(\d+)(?:\/(?:tcp|udp))?$/i,
  },
  mount: { variable: "TSUKI_MOUNT", form: /^[^:,\0]+:\/[^:,\0]*(?::r[ow])?$/ },
  // A path stands on a machine's command line, too, between blanks.
  disk: { variable: "TSUKI_DISK", form: /^[^:,\0]+:\/[^:,\s\0]*(?::r[ow])?$/ },
} as const;

const examples = {
  listen: "8080, 127.0.0.1:8080 or 53/udp",
  publish: "8080:80, 127.0.0.1:8080:80 or [::1]:8080:80",
  mount: "./data:/data:ro",
  disk: "type=disk,source=./disk.img,target=/data.img, with no blank in the target",
};

/** The variables, each `NAME=value`; throws a TsukiError that says what is malformed. */
export function settingVariables(settings: InstanceSettings): readonly string[] {
  const lists = (["listen", "publish", "mount", "disk"] as const).flatMap((name) => {
    const values = settings[name] ?? [];
    for (const value of values) check(name, value);
    return values.length === 0 ? [] : [`${forms[name].variable}=${values.join(",")}`];
  });
  return settings.net === undefined ? lists : [...lists, `TSUKI_NET=${checkedNet(settings.net)}`];
}

function check(name: keyof typeof forms, value: string): void {
  const match = forms[name].form.exec(value);
  const ports = match?.slice(1) ?? [];
  if (match !== null && ports.every((port) => Number(port) <= 0xffff)) return;
  const option = name === "disk" ? "mount" : name;
  throw new TsukiError("usage", `--${option} ${value} is malformed; write ${examples[name]}`);
}

/** Whether a text says what an instance's own network is, and is not the name of one that it joins. */
export function isOwnNetwork(text: string): boolean {
  return /^(?:(?:host|user|none)$|tap=)/.test(text);
}

function checkedNet(values: readonly string[]): string {
  for (const value of values) {
    if (!/^(?:host|user|none|tap=[^,\s]+(?:,\S+)?)$/.test(value)) {
      const known = "there are host, user, none and tap";
      throw new TsukiError("usage", `no network named ${value}; ${known}`);
    }
    if (values.length > 1 && (value === "host" || value === "none")) {
      const several = "several networks are taps, and on qemu user";
      throw new TsukiError("usage", `the network ${value} stands alone: ${several}`);
    }
  }
  return values.join(",");
}
