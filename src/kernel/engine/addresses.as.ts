// Addresses as JavaScript writes and reads them.
import * as app from "../base/machine/app.as";
import { familyOf, ipv4, ipv6, portOf, setPort, setUnspecified } from "../net/address.as";
import { addressTextBytes, formatAddress, parseAddress } from "../net/address-text.as";
import { hostsAddresses } from "../net/dns/hosts.as";
import { closeText, newString, openText, textLength, toInteger, Value } from "./quickjs.as";

const space = memory.data(128, 8); // an address, then text
const textOffset: usize = 32;

/**
 * An address of this host to listen on: a number, a name that the host itself knows, or nothing for
 * any; 0 when it is none. It lies in one place, until the next one is read.
 */
export function readAddress(host: Value, port: Value): usize {
  const start = openText(host);
  const length = textLength();
  const copy = space + textOffset;
  let isAddress = false;
  if (start != 0 && length <= addressTextBytes) {
    app.copyIn(copy, start, length);
    isAddress = length == 0 || parseAddress(copy, length, space) || findName(copy, length);
    if (length == 0) setUnspecified(space, ipv4, 0);
  }
  closeText(start);
  setPort(space, toInteger(port));
  return isAddress ? space : 0;
}

/** Where an address may be put that `endpointText` is to write. */
export function addressSpace(): usize {
  return space;
}

/** An address with its port as text: `address:port`, of IPv6 in brackets. */
export function endpointText(address: usize): Value {
  const isLong = familyOf(address) == ipv6;
  const start = space + textOffset;
  let end = start;
  if (isLong) store<u8>(end++, 0x5b);
  end += formatAddress(address, end);
  if (isLong) store<u8>(end++, 0x5d);
  store<u8>(end++, 0x3a);
  const port = portOf(address);
  for (let divisor: u32 = 10_000; divisor != 0; divisor /= 10) {
    if (port >= divisor || divisor == 1) store<u8>(end++, 0x30 + port / divisor % 10);
  }
  return newString(start, <u32>(end - start));
}

function findName(name: usize, length: u32): bool {
  return hostsAddresses(name, length, 0, space, 1) != 0;
}
