// The wire formats by themselves, for tests: what `wire.fixture.ts` calls.
export * from "./arp.as";
export * from "./byte-order.as";
export * from "./checksum.as";
export * from "./dhcp.as";
export * from "./ethernet.as";
export * from "./icmp.as";
export * from "./ip.as";
export * from "./ipv4.as";
export * from "./ipv6.as";
export * from "./ndp.as";
export * from "./outcome.as";
export * from "./tcp.as";
export * from "./udp.as";
