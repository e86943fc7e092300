import { describe, expect, it } from "vitest";
import { formatAge, formatSize, formatTable } from "./table.ts";

describe("a table", () => {
  const rows = [
    ["web", "2.24MB"],
    ["registry.example/team/long-name", "16.1kB"],
  ];

  it("puts columns below their titles", () => {
    expect(formatTable(["NAME", "SIZE"], rows)).toBe(
      [
        "NAME                              SIZE",
        "web                               2.24MB",
        "registry.example/team/long-name   16.1kB",
        "",
      ].join("\n"),
    );
  });

  it.each([80, 60, 40])("fits into %d columns, however many it has", (columns) => {
    const titles = ["ID", "IMAGE", "MONITOR", "CREATED", "STATUS", "PORTS", "NAME"];
    const row = ["761ede03e57a", "registry.example/team/web:1.0", "process", "5 seconds ago"];
    const text = formatTable(
      titles,
      [[...row, "Up 5 seconds", "0.0.0.0:80->80/tcp", "web"]],
      columns,
    );
    for (const line of text.trimEnd().split("\n")) expect(line.length).toBeLessThanOrEqual(columns);
    expect(text).toContain("web\n");
  });

  it("fits into the terminal at the cost of the widest column", () => {
    const lines = formatTable(["NAME", "SIZE"], rows, 20).trimEnd().split("\n");
    expect(lines).toEqual(["NAME          SIZE", "web           2.24MB", "registry.e…   16.1kB"]);
  });
});

describe("sizes and ages", () => {
  it.each([
    [0, "0B"],
    [999, "999B"],
    [16_486, "16.5kB"],
    [2_240_000, "2.24MB"],
    [3e12, "3TB"],
  ])("%d bytes are %s", (bytes, text) => expect(formatSize(bytes)).toBe(text));

  it.each([
    ["2026-01-01T00:00:00Z", "0 seconds ago"],
    ["2025-12-31T23:58:59Z", "1 minute ago"],
    ["2025-12-30T23:00:00Z", "1 day ago"],
    ["2026-01-02T00:00:00Z", "0 seconds ago"],
    ["never", "unknown"],
  ])("%s was %s", (time, text) => {
    expect(formatAge(time, Date.parse("2026-01-01T00:00:00Z"))).toBe(text);
  });
});
