// Descriptors for the directories in which mounts begin: behind the sockets that listen, from 3 on.
import { mountCount, mountRoot } from "../files/mounts.as";
import { fileKind, openDescriptor } from "./descriptors.as";
import { directoryRights, inheritedRights } from "./file-rights.as";

/** Opens a descriptor for each mount, in their order. */
export function openMountDescriptors(): void {
  for (let mount: u32 = 0; mount < mountCount(); mount++) {
    openDescriptor(fileKind, mountRoot(mount), 0, directoryRights, inheritedRights);
  }
}
