/** Names for instances to which nobody gave one: a mood and a sea or crater of the moon. */
import { randomInt } from "node:crypto";

const moods = [
  ..."amber brave bright calm clear early fond gentle golden happy keen kind late light lively".split(
    " ",
  ),
  ..."merry mild modest new noble patient pale proud quick quiet rapid serene silent silver still".split(
    " ",
  ),
  ..."subtle swift tidy tranquil vivid warm wise young".split(" "),
];

const places = [
  ..."aitken apollo archimedes aristarchus clavius cognitum copernicus crisium daedalus endymion".split(
    " ",
  ),
  ..."eratosthenes euler frigoris gagarin galilei grimaldi humboldt humorum imbrium kepler langrenus".split(
    " ",
  ),
  ..."messier moscoviense nectaris newton nubium orientale petavius plato ptolemaeus serenitatis".split(
    " ",
  ),
  ..."smythii theophilus tsiolkovskiy tycho undarum vaporum".split(" "),
];

/** A name that nobody has. */
export function inventName(isTaken: (name: string) => boolean): string {
  for (let tries = 0; ; tries++) {
    const name = `${pick(moods)}_${pick(places)}${tries < 10 ? "" : String(tries)}`;
    if (!isTaken(name)) return name;
  }
}

function pick(words: readonly string[]): string {
  return words[randomInt(words.length)] ?? "";
}
