/** Clusters are small: an image's disk is small, and empty ones cost nothing. */
const clusterBits = 12;
const clusterBytes = 1 << clusterBits;

const magic = 0x5146_49fb;
const version = 3;
const headerBytes = 104;
/** Reference counts have 1 << 4 bits. */
const referenceCountOrder = 4;
const referenceCountBytes = 2;
const entryBytes = 8;
const entriesPerCluster = clusterBytes / entryBytes;
const countsPerCluster = clusterBytes / referenceCountBytes;
/** "The one reference to this cluster is here": it may be written in place. */
const copied = 1n << 63n;

/** A disk as a QCOW2 file (QEMU's docs/interop/qcow2.txt), without the clusters that are zero. */
export function qcow2(disk: Uint8Array): Uint8Array {
  const clusters = Math.ceil(disk.length / clusterBytes);
  const used = usedClusters(disk, clusters);
  const secondTables = Math.ceil(clusters / entriesPerCluster);
  const firstTableClusters = Math.ceil((secondTables * entryBytes) / clusterBytes);
  const others = 1 + firstTableClusters + secondTables + used.length;
  const { counts, tableClusters } = referenceClusters(others);
  const firstTable = 1 + tableClusters + counts;
  const firstSecondTable = firstTable + firstTableClusters;
  const firstData = firstSecondTable + secondTables;
  const file = new Uint8Array((firstData + used.length) * clusterBytes);
  const view = new DataView(file.buffer);
  writeHeader(view, disk.length, { secondTables, firstTable, tableClusters });
  for (let index = 0; index < counts; index++) {
    setEntry(view, 1, index, BigInt((1 + tableClusters + index) * clusterBytes));
  }
  for (let cluster = 0; cluster < file.length / clusterBytes; cluster++) {
    view.setUint16((1 + tableClusters) * clusterBytes + cluster * referenceCountBytes, 1);
  }
  for (let index = 0; index < secondTables; index++) {
    const target = BigInt((firstSecondTable + index) * clusterBytes) | copied;
    setEntry(view, firstTable, index, target);
  }
  used.forEach((cluster, index) => {
    const target = (firstData + index) * clusterBytes;
    setEntry(view, firstSecondTable, cluster, BigInt(target) | copied);
    const start = cluster * clusterBytes;
    file.set(disk.subarray(start, start + clusterBytes), target);
  });
  return file;
}

function usedClusters(disk: Uint8Array, clusters: number): number[] {
  const numbers = Array.from({ length: clusters }, (_, index) => index);
  return numbers.filter((cluster) => {
    const start = cluster * clusterBytes;
    return disk.subarray(start, start + clusterBytes).some((byte) => byte !== 0);
  });
}

/** Clusters of reference counts, which count themselves, and of the table that finds them. */
function referenceClusters(others: number): { counts: number; tableClusters: number } {
  let counts = 1;
  for (;;) {
    const tableClusters = Math.ceil((counts * entryBytes) / clusterBytes);
    const needed = Math.ceil((others + counts + tableClusters) / countsPerCluster);
    if (needed <= counts) return { counts, tableClusters };
    counts = needed;
  }
}

interface Tables {
  readonly secondTables: number;
  readonly firstTable: number;
  readonly tableClusters: number;
}

/** Big-endian, as everything in the file. */
function writeHeader(view: DataView, diskBytes: number, tables: Tables): void {
  view.setUint32(0, magic);
  view.setUint32(4, version);
  view.setUint32(20, clusterBits);
  view.setBigUint64(24, BigInt(diskBytes));
  view.setUint32(36, tables.secondTables);
  view.setBigUint64(40, BigInt(tables.firstTable * clusterBytes));
  view.setBigUint64(48, BigInt(clusterBytes));
  view.setUint32(56, tables.tableClusters);
  view.setUint32(96, referenceCountOrder);
  view.setUint32(100, headerBytes);
}

function setEntry(view: DataView, cluster: number, index: number, value: bigint): void {
  view.setBigUint64(cluster * clusterBytes + index * entryBytes, value);
}
