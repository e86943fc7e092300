// Disks on the node platform: files of the host, which TypeScript has.
import * as errno from "../../base/errno.as";
import * as node from "../../base/machine/node.as";
import { addDisk } from "../../files/disks.as";
import { statusSpace } from "../../files/scratch.as";

/** Opens a disk by its path on the host: its number, or a negated error number. */
export function nodeOpenDisk(path: usize, length: u32, isReadOnly: bool): i64 {
  const handle = node.diskOpen(path, length, <u32>isReadOnly);
  if (handle < 0) return handle;
  const error = node.folderStatus(<u32>handle, 0, 0, 0, statusSpace());
  if (error < 0) return error;
  const disk = addDisk(<u32>handle, load<u64>(statusSpace(), 32));
  return disk < 0 ? -<i64>errno.tooManyFiles : disk;
}

/** Has the bytes kept durably. */
export function nodeSyncDisk(handle: u32): u32 {
  return <u32>-node.folderSync(handle);
}
