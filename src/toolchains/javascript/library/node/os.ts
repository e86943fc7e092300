/** Node's os: what an instance can say of its machine. */
export const EOL = "\n";
export const devNull = "/dev/null";
export const constants = { signals: { SIGINT: 2, SIGTERM: 15 }, errno: {} };
const answer =
  <Value>(value: Value) =>
  (): Value =>
    value;
export const arch = answer("x64");
export const availableParallelism = answer(1);
export const cpus = answer([
  { model: "tsuki", speed: 0, times: { user: 0, nice: 0, sys: 0, idle: 0, irq: 0 } },
]);
export const endianness = answer("LE");
export const freemem = answer(0);
export const homedir = answer("/");
export const hostname = answer("tsuki");
export const loadavg = answer([0, 0, 0]);
export const machine = answer("x86_64");
export const networkInterfaces = answer({});
export const platform = answer("linux");
export const release = answer("0.1.0");
export const tmpdir = answer("/tmp");
export const totalmem = answer(0);
export const type = answer("Tsuki");
export const uptime = answer(0);
export const userInfo = answer({ uid: 0, gid: 0, username: "root", homedir: "/", shell: null });
export const version = answer("");
const whole = {
  EOL,
  devNull,
  constants,
  arch,
  availableParallelism,
  cpus,
  endianness,
  freemem,
  homedir,
  hostname,
  loadavg,
  machine,
  networkInterfaces,
  platform,
  release,
  tmpdir,
  totalmem,
  type,
  uptime,
  userInfo,
  version,
};

export { whole as default };
