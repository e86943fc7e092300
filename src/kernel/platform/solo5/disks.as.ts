// Disks of a guest of Solo5's: the block devices of the manifest, in its order, for the disks that
// TSUKI_DISK names, in theirs. What the host's files are called is the tender's business.
import * as errno from "../../base/errno.as";
import { openBlockDevice } from "../../drivers/block-device.as";
import { BlockDevice } from "../../drivers/block-request.as";
import { BlockFile, openBlockFile } from "../../files/block-file.as";
import { addDisk } from "../../files/disks.as";

/** Opens the next disk: its number, or a negated error number. */
export function solo5OpenDisk(): i64 {
  const device: BlockDevice | null = openBlockDevice();
  if (device == null) return -<i64>errno.noDevice;
  const file: BlockFile | null = openBlockFile(device);
  if (file == null) return -<i64>errno.noMemory;
  const disk = addDisk(<u32>changetype<usize>(file), file.size);
  return disk < 0 ? -<i64>errno.tooManyFiles : disk;
}
