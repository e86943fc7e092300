/** Networks when a command is killed at any step: the next one makes the host as it is to be. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { program } from "../command-line.fixture.ts";
import { callsIn, canTrace, killingAt, traceNeeds } from "../strace.fixture.ts";
import { HostNetwork, hostNetworkNeeds } from "./host-network.fixture.ts";

/** Calls by which commands change what is on the disk and, by other programs, devices and rules. */
const changes = "rename,rmdir,symlink,clone,clone3,fork,vfork";

const needs = hostNetworkNeeds || traceNeeds;
const canRun = needs === "" && canTrace;

describe.skipIf(!canRun)(
  `a killed command leaves of a network${needs}`,
  { timeout: 180_000 },
  () => {
    let host: HostNetwork;
    const tsuki = async (...words: string[]) => {
      const ending = await host.tsuki(words);
      expect(ending).toMatchObject({ status: 0, errors: "" });
      return ending.output;
    };

    beforeAll(async () => {
      host = new HostNetwork();
      host.place.write("app.c", "#include <unistd.h>\nint main(void) { for (;;) sleep(1000); }\n");
    }, 60_000);
    afterAll(() => host.close());

    const taps = () => host.devices().filter((name) => name.includes("."));
    const ruleset = () => host.onHost("nft", "list", "ruleset");

    /** Does a command, and then killed at one of its steps after the other; `mend` looks at what is left. */
    async function killEverywhere(
      words: readonly string[],
      mend: () => Promise<void>,
    ): Promise<number> {
      const node = [process.execPath, program, ...words];
      const strace = async (...options: string[]) =>
        await host.place.run("ip", ["netns", "exec", host.host, "strace", ...options, ...node]);
      await strace("-o", "trace", "-e", `trace=${changes}`);
      await mend();
      let kills = 0;
      for (const call of callsIn(readFileSync(join(host.place.folder, "trace"), "utf8"))) {
        const { signal } = await strace(...killingAt(call));
        kills += Number(signal === "SIGKILL");
        await mend();
      }
      return kills;
    }

    it("all of it or nothing when it makes or removes one", async () => {
      const mend = async () => {
        if ((await tsuki("network", "ls", "-q")) === "") await tsuki("network", "create", "one");
        await tsuki("network", "rm", "one");
        expect(host.devices()).toEqual([]);
        expect(ruleset()).toBe("");
      };
      expect(await killEverywhere(["network", "create", "one"], mend)).toBeGreaterThan(4);
      await tsuki("network", "create", "one");
      const again = async () => {
        await mend();
        await tsuki("network", "create", "one");
      };
      expect(await killEverywhere(["network", "rm", "one"], again)).toBeGreaterThan(3);
    });

    it("an instance that can be started, and nothing once it is stopped", async () => {
      const place = ["--network", "one", "-p", "9000:80", "--name", "web"];
      await tsuki("create", "-q", "--monitor", "process", ...place, "app.c");
      const mend = async () => {
        await tsuki("start", "web");
        expect(taps()).toHaveLength(1);
        expect(ruleset()).toContain("9000");
        await tsuki("stop", "-t", "5", "web");
        expect(taps()).toEqual([]);
        expect(ruleset()).not.toContain("9000");
      };
      expect(await killEverywhere(["start", "web"], mend)).toBeGreaterThan(4);
    });

    it("nothing that a listing does not mend, when it stops or removes an instance", async () => {
      const mend = async () => {
        const isThere = (await tsuki("ps", "-aq")) !== "";
        if ((await tsuki("ps", "-q")) === "") {
          expect(taps()).toEqual([]);
          expect(ruleset()).not.toContain("9000");
        }
        const place = ["--network", "one", "-p", "9000:80", "--name", "web"];
        if (!isThere) await tsuki("create", "-q", "--monitor", "process", ...place, "app.c");
        await tsuki("start", "web");
      };
      await tsuki("start", "web");
      expect(await killEverywhere(["rm", "-f", "web"], mend)).toBeGreaterThan(3);
      await tsuki("rm", "-f", "web");
      expect(taps()).toEqual([]);
      await tsuki("network", "rm", "one");
    });
  },
);
