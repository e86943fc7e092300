// The stack by itself, for tests: what `stack.fixture.ts` calls.
export { addFrames, availableFrames } from "../memory/frames.as";
export { startDhcp, stopDhcp } from "./dhcp/client.as";
export {
  leaseAddress,
  leaseDomain,
  leaseDomainBytes,
  leaseResolver,
  takeLeaseEvents,
} from "./dhcp/lease.as";
export { configureInterfaces, noteNetworkWord } from "./configuration.as";
export {
  domainBytes,
  domainCount,
  domainStart,
  serverAddress,
  serverCount,
} from "./dns/resolvers.as";
export { reportIncidents } from "./incidents.as";
export { lentFrames } from "../memory/lent-frames.as";
export { duplicateAddresses } from "./ip/autoconfiguration.as";
export { joinGroup, leaveGroup } from "./ip/groups.as";
export { suppressedErrors } from "./ip/icmp-errors.as";
export { abandonedDatagrams } from "./ip/reassembly.as";
export { addInterface, setOffloads, takePacket } from "./link/interfaces.as";
export {
  endOffer,
  keptFrames,
  offerToKeep,
  takeReturned,
} from "./link/kept-frames.as";
export { neighbourFailures } from "./link/neighbours.as";
export { packetsInUse, releasePacket } from "./link/packets.as";
export { addressConflicts } from "./link/receive-arp.as";
export {
  configureAddress,
  configureAutomatically,
  configureGateway,
  moveKept,
  receivePacket,
  runStack,
  stackDeadline,
  startStack,
} from "./stack.as";
export { acceptStream, listenToStreams } from "./tcp/accept.as";
export { fixReceiveCapacity, fixSendCapacity } from "./tcp/buffers.as";
export { queueFramesInUse } from "./tcp/byte-queue.as";
export { connectStream, connectStreamFrom } from "./tcp/connect.as";
export { connectionsInUse, hasChanged, takeChanged } from "./tcp/connection.as";
export { cookiesIssued } from "./tcp/cookies.as";
export { refusedSegments } from "./tcp/input.as";
export { setKeepAlive, setNoDelay, setService, setUserTimeout } from "./tcp/options.as";
export {
  abortStream,
  closeStream,
  readStream,
  shutdownStream,
  streamReadiness,
  writeStream,
} from "./tcp/streams.as";
export { datagramsWaiting } from "./link/datagram-queue.as";
export {
  closeDatagrams,
  connectDatagrams,
  openDatagrams,
  receiveDatagram,
  sendDatagram,
} from "./udp/sockets.as";
