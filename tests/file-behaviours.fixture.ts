/** What every place for files does, as a table: commands of tests/apps/files.c and their outcome. */

/** Where files lie: in the kernel's memory, in a folder of the host, or in Node's own WASI. */
export type FilePlace = "memory" | "folder" | "wasi";

/** What a command prints; where places differ, by place. */
type Outcome = string | (Partial<Record<FilePlace, string>> & { readonly folder: string });

/** One behaviour: steps in a directory that is empty. */
export interface Behaviour {
  readonly title: string;
  /** Whether it has no counterpart in Node's WASI. */
  readonly isOurs?: boolean;
  readonly steps: readonly (readonly [command: string, outcome: Outcome])[];
}

const long = "n".repeat(255);

function manyNames(): Behaviour["steps"] {
  return Array.from({ length: 300 }, (_, index): Behaviour["steps"] => [
    [`open 0 file-with-a-name-of-some-length-${index} wc`, "0"],
    ["close 0", "0"],
  ]).flat();
}

/** All behaviours; an outcome that names no place is that of its folders. */
export const behaviours: readonly Behaviour[] = [
  {
    title: "a new file keeps what is written",
    steps: [
      ["open 0 a rwc", "0"],
      ["write 0 hello", "5"],
      ["read 0 9", '""'],
      ["seek 0 1 s", "1"],
      ["read 0 9", '"ello"'],
      ["fstat 0", "file 5"],
      ["close 0", "0"],
      ["stat a", "file 5"],
      ["open 1 a r", "0"],
      ["read 1 2", '"he"'],
      ["read 1 9", '"llo"'],
      ["write 1 no", "EBADF"],
      ["close 1", "0"],
      ["read 1 1", "EBADF"],
    ],
  },
  {
    title: "opening follows its flags",
    steps: [
      ["open 0 a r", "ENOENT"],
      ["open 0 a wcx", "0"],
      ["write 0 12345", "5"],
      ["open 1 a wcx", "EEXIST"],
      ["open 1 a wc", "0"],
      ["write 1 ab", "2"],
      ["stat a", "file 5"],
      ["open 2 a wt", "0"],
      ["stat a", "file 0"],
      ["open 3 a rd", "ENOTDIR"],
      ["open 3 a/ r", { folder: "ENOTDIR" }],
      ["open 3 a/b r", "ENOTDIR"],
      ["open 3 x/b wc", "ENOENT"],
      ["mkdir d", "0"],
      ["open 3 d rd", "0"],
      ["open 3 d w", "EISDIR"],
      ["open 3 d wc", "EISDIR"],
    ],
  },
  {
    title: "appending goes to the end, wherever the position is",
    steps: [
      ["open 0 a rwc", "0"],
      ["write 0 one", "3"],
      ["open 1 a wa", "0"],
      ["write 1 two", "3"],
      ["write 0 ONE", "3"],
      ["write 1 three", "5"],
      ["pread 0 99 0", '"oneONEthree"'],
    ],
  },
  {
    title: "positions can be anywhere, and what was never written reads as zeroes",
    steps: [
      ["open 0 a rwc", "0"],
      ["seek 0 5 s", "5"],
      ["write 0 x", "1"],
      ["pread 0 9 0", '"00000x"'],
      ["seek 0 -2 e", "4"],
      ["seek 0 -1 c", "3"],
      ["seek 0 -9 c", "EINVAL"],
      ["pwrite 0 yz 1", "2"],
      ["pread 0 9 0", '"0yz00x"'],
      ["pread 0 9 6", '""'],
      ["seek 0 0 c", "3"],
      ["pwrite 0 q 9000", "1"],
      ["stat a", "file 9001"],
      ["pread 0 4 8997", '"000q"'],
    ],
  },
  {
    title: "a size can be set",
    steps: [
      ["open 0 a rwc", "0"],
      ["write 0 123456", "6"],
      ["truncate 0 3", "0"],
      ["pread 0 9 0", '"123"'],
      ["truncate 0 5", "0"],
      ["pread 0 9 0", '"12300"'],
      ["truncate 0 5000000", "0"],
      ["pwrite 0 end 4999997", "3"],
      ["truncate 0 4", "0"],
      ["truncate 0 8192", "0"],
      ["pread 0 4 4998", '"0000"'],
      ["pread 0 6 0", '"123000"'],
      ["sync 0", "0"],
      ["open 1 a r", "0"],
      ["truncate 1 1", "ENOTCAPABLE"],
    ],
  },
  {
    title: "directories are made, listed and removed",
    steps: [
      ["mkdir d", "0"],
      ["mkdir d", "EEXIST"],
      ["mkdir d/e/", "0"],
      ["mkdir x/y", "ENOENT"],
      ["open 0 d/f wc", "0"],
      ["mkdir d/f", "EEXIST"],
      ["mkdir d/f/g", "ENOTDIR"],
      ["list d", "e f"],
      ["stat d", "directory"],
      ["rmdir d", "ENOTEMPTY"],
      ["rmdir d/f", "ENOTDIR"],
      ["unlink d/e", "EISDIR"],
      ["rmdir d/e", "0"],
      ["unlink d/f", "0"],
      ["unlink d/f", "ENOENT"],
      ["rmdir d", "0"],
      ["rmdir d", "ENOENT"],
      ["list .", ""],
      ["list d", "ENOENT"],
    ],
  },
  {
    title: "listing finds many names",
    steps: [...manyNames(), ["list . count", "300"]],
  },
  {
    title: "renaming moves and replaces",
    steps: [
      ["open 0 a wc", "0"],
      ["write 0 A", "1"],
      ["open 1 b wc", "0"],
      ["write 1 BB", "2"],
      ["rename a b", "0"],
      ["stat b", "file 1"],
      ["stat a", "ENOENT"],
      ["rename a c", "ENOENT"],
      ["rename b b", "0"],
      ["mkdir d", "0"],
      ["mkdir e", "0"],
      ["rename b d", "EISDIR"],
      ["rename d b", "ENOTDIR"],
      ["rename b d/b", "0"],
      ["rename d e", "0"],
      ["stat e/b", "file 1"],
      ["mkdir f", "0"],
      ["rename f e", "ENOTEMPTY"],
      ["rename e e/x", "EINVAL"],
      ["rename e x/y", "ENOENT"],
      ["list .", "e f"],
    ],
  },
  {
    title: "a file that is open outlives its name",
    steps: [
      ["open 0 a rwc", "0"],
      ["write 0 still", "5"],
      ["unlink a", "0"],
      ["stat a", "ENOENT"],
      ["pread 0 9 0", '"still"'],
      ["open 1 a wc", "0"],
      ["pread 0 9 0", '"still"'],
      ["stat a", "file 0"],
    ],
  },
  {
    title: "names are long, but not too long",
    steps: [
      [`open 0 ${long} wc`, "0"],
      [`stat ${long}`, "file 0"],
      [`stat ${long}n`, "ENAMETOOLONG"],
      [`open 1 ${long}n wc`, "ENAMETOOLONG"],
      [`stat ${"d/".repeat(2100)}`, { folder: "ENAMETOOLONG" }],
    ],
  },
  {
    title: "names are bytes",
    steps: [
      ["open 0 größe wc", "0"],
      ["open 1 日本語 wc", "0"],
      ["open 2 ~$%! wc", "0"],
      ["list .", "größe ~$%! 日本語"],
    ],
  },
  {
    title: "dots and doubled slashes lead where they should",
    steps: [
      ["mkdir d", "0"],
      ["open 0 d/../a wc", "0"],
      ["stat ./d/.././/a", "file 0"],
      ["stat d/..", "directory"],
      ["stat x/../a", { folder: "ENOENT", wasi: "file 0" }],
      ["stat a/../a", { folder: "ENOTDIR", wasi: "file 0" }],
    ],
  },
  {
    title: "no path leads out",
    steps: [
      ["stat ..", "ENOTCAPABLE"],
      ["stat ../..", "ENOTCAPABLE"],
      ["open 0 ../outside r", "ENOTCAPABLE"],
      ["open 0 ../outside wc", "ENOTCAPABLE"],
      ["mkdir d", "0"],
      ["stat d/../..", "ENOTCAPABLE"],
      ["mkdir ../new", "ENOTCAPABLE"],
      ["unlink ../outside", "ENOTCAPABLE"],
      ["open 0 d r", "0"],
      ["openat 0 ../a wc", "ENOTCAPABLE"],
      ["openat 0 .. r", "ENOTCAPABLE"],
      ["open 1 a wc", "0"],
      ["rename a ../b", "ENOTCAPABLE"],
    ],
  },
  {
    title: "times can be set",
    steps: [
      ["open 0 a wc", "0"],
      ["times a 1000000000", "1000000000 1000000001"],
      ["times b 5", "ENOENT"],
    ],
  },
  {
    title: "links, where there are any",
    steps: [
      ["open 0 a wc", "0"],
      ["write 0 abc", "3"],
      ["link a b", { memory: "ENOTSUP", folder: "0" }],
      ["stat b", { memory: "ENOENT", folder: "file 3" }],
      ["symlink a s", { memory: "ENOTSUP", folder: "0" }],
      ["lstat s", { memory: "ENOENT", folder: "link" }],
      ["stat s", { memory: "ENOENT", folder: "file 3" }],
      ["readlink s", { memory: "ENOENT", folder: "a" }],
      ["readlink a", "EINVAL"],
      ["open 1 s rn", { memory: "ENOENT", folder: "ELOOP", wasi: "0" }],
      ["open 1 s r", { memory: "ENOENT", folder: "0" }],
      ["symlink s2 s1", { memory: "ENOTSUP", folder: "0" }],
      ["symlink s1 s2", { memory: "ENOTSUP", folder: "0" }],
      ["stat s1", { memory: "ENOENT", folder: "ELOOP" }],
      ["unlink s", { memory: "ENOENT", folder: "0" }],
      ["stat a", "file 3"],
    ],
  },
  {
    title: "symbolic links do not lead out either",
    isOurs: true, // Node refuses to make links that lead out
    steps: [
      ["symlink ../outside s", { memory: "ENOTSUP", folder: "0" }],
      ["open 0 s r", { memory: "ENOENT", folder: "ENOTCAPABLE" }],
      ["stat s", { memory: "ENOENT", folder: "ENOTCAPABLE" }],
      ["open 0 s wc", { memory: "0", folder: "ENOTCAPABLE" }],
      ["symlink .. up", { memory: "ENOTSUP", folder: "0" }],
      ["open 0 up/outside r", { memory: "ENOENT", folder: "ENOTCAPABLE" }],
      ["open 0 up/new wc", { memory: "ENOENT", folder: "ENOTCAPABLE" }],
      ["mkdir up/new", { memory: "ENOENT", folder: "ENOTCAPABLE" }],
      ["unlink up/outside", { memory: "ENOENT", folder: "ENOTCAPABLE" }],
      ["list up", { memory: "ENOENT", folder: "ENOTCAPABLE" }],
      ["symlink /etc/passwd absolute", { memory: "ENOTSUP", folder: "ENOTCAPABLE" }],
    ],
  },
];

/** What a step prints at a place. Node's WASI removes `..` from a path before it looks. */
export function outcomeAt(outcome: Outcome, place: FilePlace): string {
  return typeof outcome === "string" ? outcome : (outcome[place] ?? outcome.folder);
}
