/**
 * The control channel: length-prefixed frames between monitor and kernel, both ways, over COM2 on
 * `pc`, or port 1 of a virtio console (image-note.ts); on `linux`, over a stream socket whose
 * descriptor `TSUKI_CONTROL` names, with questions, `stop` and reports alone.
 *
 * A frame is: u8 kind, u8 reserved (0), u16 payload length (little-endian), payload.
 */
export const frameHeaderBytes = 4;

/** The longest payload either side may send. */
export const framePayloadLimit = 4096;

/** Frame kinds; the direction stands in the comment. */
export const frameKinds = {
  /** Monitor to kernel: bytes of standard input. */
  stdinData: 1,
  /** Monitor to kernel: standard input has ended; no payload. */
  stdinEnd: 2,
  /** Monitor to kernel: stop the app; no payload. */
  stop: 3,
  /** Monitor to kernel: u64 nanoseconds since 1970, in answer to `timeRequest`. */
  time: 4,
  /** Monitor to kernel: how are you? No payload. */
  healthRequest: 5,
  /** Monitor to kernel: what have you done so far? No payload. */
  metricsRequest: 6,
  /**
   * Kernel to monitor: the channel is open; the first frame, without payload. The kernel opens it
   * when it first has use for it, at its end at the latest. What the monitor sends before is lost,
   * because opening a serial port empties its buffers.
   */
  ready: 18,
  /**
   * Kernel to monitor: what time is it? No payload. The time of the launch would not do: by the
   * time somebody asks, the machine's own start has passed, too.
   */
  timeRequest: 19,
  /** Kernel to monitor: bytes of standard error. */
  stderrData: 16,
  /** Kernel to monitor: u32 exit status; the last frame. */
  exitStatus: 17,
  /** Kernel to monitor: the answer to a `healthRequest` (instance-report.ts). */
  health: 20,
  /** Kernel to monitor: the answer to a `metricsRequest` (instance-report.ts). */
  metrics: 21,
} as const;

/**
 * The launch record: what the monitor tells the kernel on `pc` in the first boot module, and the
 * node monitor by `node.arguments`. Little-endian: u32 magic "TSUK", u32 argument count, u32
 * environment count, 32 bytes of entropy, then each string with a NUL behind it.
 */
export const launchRecord = {
  /** "TSUK" read as a little-endian u32. */
  magic: 0x4b555354,
  /** Bytes before the first string. */
  headerBytes: 44,
  /** Where the entropy begins. */
  entropyOffset: 12,
  /** Bytes of entropy. */
  entropyBytes: 32,
} as const;

/** Words on the kernel's command line (`pc`). */
export const commandLineWords = {
  /** `tsuki.time=<nanoseconds since 1970>`: the wall clock at launch, if nobody tells it better. */
  time: "tsuki.time",
  /**
   * `tsuki.ecam=<address>`: where PCI's configuration space lies in memory, if neither ports nor ACPI
   * lead there. `virtio_mmio.device=...` names a device as it does for Linux.
   */
  configurationSpace: "tsuki.ecam",
  /**
   * `tsuki.net=<entry>,...`: what the next network device is given. Entries: `<address>/<bits>`,
   * `gateway=<address>`, `dns=<address>`, `dhcp`, and `auto` for IPv6 addresses that routers lead to.
   * The forms of others are read as well: Linux's `ip=`, Unikraft's `netdev.ip=`, and the words that
   * urunc gives, `netdev.ipv4_addr=`, `netdev.ipv4_subnet_mask=` and `netdev.ipv4_gw_addr=`.
   */
  network: "tsuki.net",
  /**
   * `tsuki.disk=<path>[,ro][,id=<name>]`: where the app finds a block device, as a file. `id` names the
   * device that calls itself so (virtio 1.2, 5.2.6, VIRTIO_BLK_T_GET_ID); without it, it is the next
   * one.
   */
  disk: "tsuki.disk",
} as const;

/** Port of QEMU's isa-debug-exit device where the monitor provides it. */
export const debugExitPort = 0xf4;
