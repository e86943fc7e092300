/** What `--help` shows below the options of each command: how it is called. */
import type { Command } from "commander";

const examples: Readonly<Record<string, readonly string[]>> = {
  init: ["tsuki init hello", "tsuki init -t http-c service", "tsuki init --list"],
  build: [
    "tsuki build server.ts -o server",
    "tsuki build -p pc hello.c",
    "tsuki build -t web:1.0 -p linux,pc,solo5 --expose 8080 server.ts",
  ],
  image: [
    "tsuki image hello.c",
    "tsuki image -f qcow2 -e PORT=80 -o web.qcow2 server.ts",
    "tsuki image inspect web:1.0",
  ],
  run: [
    "tsuki run -p 8080:8080 server.ts",
    "tsuki run -d --name web --restart on-failure:3 -m 64M -p 8080:8080 web:1.0",
    "tsuki run -it --rm shell.c",
    "tsuki run --monitor qemu -v data:/data.img server.c",
  ],
  dev: ["tsuki dev server.ts", "tsuki dev --inspect -e GREETING=hi server.ts"],
  create: ["tsuki create --name web -p 8080:8080 server.ts", "tsuki create --read-only web:1.0"],
  ps: [
    "tsuki ps -a",
    "tsuki ps -f health=unhealthy -q",
    "tsuki ps --format '{{.Names}} {{.Status}}'",
  ],
  inspect: [
    "tsuki inspect web",
    "tsuki inspect -f '{{.State.Status}}' web",
    "tsuki inspect --map -o web.html web:1.0",
  ],
  attach: ["tsuki attach shell"],
  events: ["tsuki events --since 10m", "tsuki events --json"],
  stats: ["tsuki stats", "tsuki stats --no-stream --json web"],
  logs: ["tsuki logs -f --tail 100 web", "tsuki logs -t --since 10m --until 5m web"],
  wait: ["tsuki wait web"],
  port: ["tsuki port web", "tsuki port web 8080/tcp"],
  start: ["tsuki start web", "tsuki start -a web"],
  stop: ["tsuki stop web", "tsuki stop -t 30 web worker"],
  restart: ["tsuki restart -t 5 web"],
  kill: ["tsuki kill web", "tsuki kill -s HUP web"],
  pause: ["tsuki pause web"],
  unpause: ["tsuki unpause web"],
  rm: ["tsuki rm web", "tsuki rm -f web worker"],
  rename: ["tsuki rename web old-web"],
  prune: ["tsuki prune"],
  images: ["tsuki images", "tsuki images --format '{{.Repository}}:{{.Tag}} {{.Size}}'"],
  history: ["tsuki history web:1.0"],
  tag: ["tsuki tag web:1.0 registry.example/team/web:1.0"],
  rmi: ["tsuki rmi web:1.0"],
  save: ["tsuki save -o web.tar web:1.0", "tsuki save web:1.0 | ssh server tsuki load"],
  load: ["tsuki load -i web.tar"],
  "volume create": ["tsuki volume create data", "tsuki volume create --size 64m database"],
  "volume ls": ["tsuki volume ls", "tsuki volume ls --json"],
  "volume inspect": ["tsuki volume inspect data"],
  "volume rm": ["tsuki volume rm data"],
  "volume prune": ["tsuki volume prune"],
  "network create": ["tsuki network create --subnet 10.1.2.0/24 front"],
  "network ls": ["tsuki network ls", "tsuki network ls --json"],
  "network inspect": ["tsuki network inspect front"],
  "network rm": ["tsuki network rm front"],
  "network prune": ["tsuki network prune"],
  explain: ["tsuki explain -f main hello.c", "tsuki explain --list hello.c"],
  doctor: ["tsuki doctor", "tsuki doctor --json"],
  completion: ['eval "$(tsuki completion bash)"', "tsuki completion fish | source"],
};

/** Adds examples to the help of all commands that are defined. */
export function addExamples(program: Command, before = ""): void {
  for (const command of program.commands) {
    const name = `${before}${command.name()}`;
    const lines = examples[name]?.map((line) => `  ${line}\n`) ?? [];
    if (lines.length > 0) command.addHelpText("after", `\nExamples:\n${lines.join("")}`);
    addExamples(command, `${name} `);
  }
}
