import { Command } from "commander";
import { expect, test } from "vitest";
import { optionBehind } from "./options-behind.ts";

const command = new Command("run")
  .option("-p, --publish <ports>")
  .option("-e, --env <name=value>")
  .option("-d, --detach")
  .option("-m, --memory <size>");

test.each([
  [["-p", "8080:80"], "-p"],
  [["serve", "--publish=8080:80"], "--publish=8080:80"],
  [["-e", "NAME=value"], "-e"],
  [["--detach"], "--detach"],
])("takes one of %j for Tsuki's", (words, option) => {
  expect(optionBehind(command, words)).toBe(option);
});

test.each([
  [[]],
  [["serve", "8080:80"]],
  [["-d"]],
  [["-p", "8080"]],
  [["-m", "64M"]],
  [["--verbose"]],
  [["--", "--detach"]],
  [["serve", "--", "-p", "8080:80"]],
])("takes %j for the program's", (words) => {
  expect(optionBehind(command, words)).toBeUndefined();
});
