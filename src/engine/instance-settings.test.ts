import { describe, expect, it } from "vitest";
import { settingVariables } from "./instance-settings.ts";

describe("settingVariables", () => {
  it("gives nothing for nothing", () => {
    expect(settingVariables({})).toEqual([]);
  });

  it("joins what is given several times", () => {
    const settings = {
      listen: ["8080", "[::1]:53/udp", "127.0.0.1:80"],
      publish: ["8080:80", "53:53/udp", "[::1]:81:81", "127.0.0.1:82:82"],
      mount: ["./data:/data:ro", "/srv:/"],
      net: ["host"],
    };
    expect(settingVariables(settings)).toEqual([
      "TSUKI_LISTEN=8080,[::1]:53/udp,127.0.0.1:80",
      "TSUKI_PUBLISH=8080:80,53:53/udp,[::1]:81:81,127.0.0.1:82:82",
      "TSUKI_MOUNT=./data:/data:ro,/srv:/",
      "TSUKI_NET=host",
    ]);
  });

  it.each([
    { listen: ["70000"] },
    { listen: ["http"] },
    { listen: ["80,81"] },
    { listen: ["::1:80"] },
    { publish: ["80"] },
    { publish: ["::1:80:80"] },
    { publish: ["80:99999"] },
    { mount: ["data"] },
    { mount: ["data:data"] },
    { mount: ["a,b:/data"] },
    { net: ["tap"] },
    { net: ["tap=a,auto", "host"] },
    { net: ["none", "none"] },
  ])("refuses %j", (settings) => {
    expect(() => settingVariables(settings)).toThrow(
      /malformed; write |no network named|stands alone/,
    );
  });
});
