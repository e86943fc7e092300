// Greets everybody named on the command line and, line by line, on standard input.
// The greeting comes from the environment: GREETING=Moin.

const greeting = process.env.has("GREETING") ? process.env.get("GREETING") : "Hello";

const names = process.argv.slice(1).concat(process.stdin.readText().split("\n"));
let greeted = 0;
for (let index = 0; index < names.length; index++) {
  if (names[index].length == 0) continue;
  console.log(`${greeting}, ${names[index]}!`);
  greeted++;
}

if (greeted == 0) {
  console.error("greet: name somebody, as an argument or on standard input");
  process.exit(3);
}
