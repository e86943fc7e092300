/** Names in Linux's abstract namespace of unix sockets (unix(7)), which go with their process. */

/** All that fits behind the NUL; Node 20 fills shorter names with NULs, later versions do not. */
const nameLength = 107;

/** The name of a socket of this user's, without the NUL in front. */
export function abstractName(label: string): string {
  return `tsuki-${process.getuid?.() ?? 0}-${label}`.padEnd(nameLength, "-");
}
