/** Work for an interpreter, without input or output until the end: calls, objects, text, numbers. */

interface Leaf {
  readonly left: Leaf | undefined;
  readonly right: Leaf | undefined;
}

function tree(depth: number): Leaf {
  if (depth === 0) return { left: undefined, right: undefined };
  return { left: tree(depth - 1), right: tree(depth - 1) };
}

function count({ left, right }: Leaf): number {
  return 1 + (left === undefined ? 0 : count(left)) + (right === undefined ? 0 : count(right));
}

function sieve(limit: number): number {
  const isComposite = new Uint8Array(limit);
  let primes = 0;
  for (let number = 2; number < limit; number++) {
    if (isComposite[number] === 1) continue;
    primes++;
    for (let multiple = number * 2; multiple < limit; multiple += number) isComposite[multiple] = 1;
  }
  return primes;
}

function words(rounds: number): number {
  const known = new Map<string, number>();
  for (let round = 0; round < rounds; round++) {
    const word = `word ${(round * 7919) % 1009}`;
    known.set(word, (known.get(word) ?? 0) + word.length);
  }
  return [...known.values()].reduce((sum, length) => sum + length, 0);
}

function work(): number {
  return count(tree(14)) + sieve(300_000) + words(100_000);
}

setTimeout(() => {
  const checksum = work();
  const before = performance.now();
  work();
  console.log(checksum, performance.now() - before);
}, 0);
