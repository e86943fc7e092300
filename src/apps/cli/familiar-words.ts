/** Commands in the words of container engines' groups: `image ls`, `container rm`. */

const imageVerbs: Readonly<Record<string, readonly string[]>> = {
  ls: ["images"],
  list: ["images"],
  inspect: ["inspect", "--type", "image"],
  history: ["history"],
  tag: ["tag"],
  rm: ["rmi"],
  save: ["save"],
  load: ["load"],
};

const instanceVerbs: Readonly<Record<string, readonly string[]>> = {
  ls: ["ps"],
  list: ["ps"],
  inspect: ["inspect", "--type", "instance"],
};

/** The words of a command line as Tsuki has them; `image` before anything else is its own command. */
export function plainWords(words: readonly string[]): readonly string[] {
  const [group, verb = "", ...rest] = words;
  if (group === "container") {
    return Object.hasOwn(instanceVerbs, verb)
      ? [...(instanceVerbs[verb] ?? []), ...rest]
      : words.slice(1);
  }
  const isImageVerb = group === "image" && Object.hasOwn(imageVerbs, verb);
  return isImageVerb ? [...(imageVerbs[verb] ?? []), ...rest] : words;
}
