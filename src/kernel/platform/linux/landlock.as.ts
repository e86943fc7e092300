// Landlock (landlock(7)): no file but those below the folders, no TCP port but those that are
// published, no signal to others. The seal's filter sees numbers; this sees what is behind paths.
import * as config from "../../base/config.as";
import * as host from "../../base/machine/host.as";
import {
  hasFolders,
  hostMountCount,
  hostMountKind,
  hostMountObject,
  isHostMountReadOnly,
} from "../../files/host-mounts.as";
import { folderKind } from "../../files/kinds.as";
import { forbidNewPrivileges } from "./seal.as";
import { isNetworkOff, publishedCount, publishedStreamPort } from "../../net/settings.as";

const close = 3;
const createRuleset = 444;
const addRule = 445;
const restrictSelf = 446;

const askForVersion: u64 = 1; // LANDLOCK_CREATE_RULESET_VERSION
const beneathPath: u64 = 1; // LANDLOCK_RULE_PATH_BENEATH
const port: u64 = 2; // LANDLOCK_RULE_NET_PORT

const readRights: u64 = 0xc; // READ_FILE, READ_DIR
// And WRITE_FILE, REMOVE_DIR, REMOVE_FILE, MAKE_DIR, MAKE_REG, MAKE_SYM, REFER, TRUNCATE.
const writeRights: u64 = 0x71b2;
const bindRight: u64 = 1; // BIND_TCP
const allNetworkRights: u64 = 3; // CONNECT_TCP, too
const allScopes: u64 = 3; // abstract sockets, signals

/** Versions that brought renaming between folders, truncation, ports, devices, and scopes. */
const withRenaming: i64 = 2;
const withTruncation: i64 = 3;
const withPorts: i64 = 4;
const withDevices: i64 = 5;
const withScopes: i64 = 6;

// struct landlock_ruleset_attr: files, network, scopes; then a rule.
const ruleset = memory.data(24, 8);
const rule = memory.data(16, 8);

/** Does it; false when the host cannot, or only so that renaming would fail which works without. */
export function restrictByLandlock(): bool {
  const version = host.setup(createRuleset, 0, 0, askForVersion, 0, 0, 0);
  const opensFolders = config.opensFiles && hasFolders();
  if (version < 1 || (opensFolders && version < withRenaming)) return false;
  forbidNewPrivileges();
  const files = fileRights(version);
  store<u64>(ruleset, files);
  store<u64>(ruleset, version >= withPorts ? networkRights() : 0, 8);
  store<u64>(ruleset, allScopes, 16);
  const length: u64 = version >= withScopes ? 24 : version >= withPorts ? 16 : 8;
  const rules = host.setup(createRuleset, ruleset, length, 0, 0, 0, 0);
  if (rules < 0) return false;
  if (opensFolders) allowFolders(rules, files);
  if (config.opensSockets && load<u64>(ruleset, 8) == bindRight) allowPorts(rules);
  const result = host.setup(restrictSelf, rules, 0, 0, 0, 0, 0);
  host.setup(close, rules, 0, 0, 0, 0, 0);
  return result == 0;
}

/** All rights that a version knows. */
function fileRights(version: i64): u64 {
  let rights: u64 = 0x1fff;
  if (version >= withRenaming) rights |= 0x2000;
  if (version >= withTruncation) rights |= 0x4000;
  return version >= withDevices ? rights | 0x8000 : rights;
}

/** Those that are taken away: all, or for the host's sockets binding once ports are published. */
function networkRights(): u64 {
  if (!config.opensSockets || config.usesOwnStack || isNetworkOff()) return allNetworkRights;
  return publishedCount() == 0 ? 0 : bindRight;
}

function allowFolders(rules: u64, rights: u64): void {
  for (let index: u32 = 0; index < hostMountCount(); index++) {
    if (hostMountKind(index) != folderKind) continue;
    const given = isHostMountReadOnly(index) ? readRights : readRights | writeRights;
    store<u64>(rule, given & rights);
    store<u32>(rule, hostMountObject(index), 8);
    host.setup(addRule, rules, beneathPath, rule, 0, 0, 0);
  }
}

/** Any free port is one, too. */
function allowPorts(rules: u64): void {
  allowPort(rules, 0);
  for (let index: u32 = 0; index < publishedCount(); index++) {
    const published = publishedStreamPort(index);
    if (published != 0) allowPort(rules, published);
  }
}

function allowPort(rules: u64, number: u64): void {
  store<u64>(rule, bindRight);
  store<u64>(rule, number, 8);
  host.setup(addRule, rules, port, rule, 0, 0, 0);
}
