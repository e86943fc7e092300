/** What a `linux` image keeps from its host besides its seal (kernel/platform/linux/isolation.as.ts). */

/**
 * The variable that asks for namespaces: `auto` for those that the host allows, `required` for all or no
 * start, `none` for none, as without it. The image takes it out of the app's environment.
 */
export const isolationVariable = "TSUKI_ISOLATION";

/** Linux's namespaces that an instance may have of its own, as /proc/PID/ns has them (namespaces(7)). */
export const namespaceNames = ["user", "mnt", "pid", "net", "ipc", "uts"] as const;

/** The name of one. */
export type NamespaceName = (typeof namespaceNames)[number];
