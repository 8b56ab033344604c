import assert from "node:assert/strict";
import { parseDenoStart, parseNodeStart } from "../../lib/function/start_command.ts";

const SHELL = "uses shell syntax";
const NOT_DENO = 'is not plain "deno run FILE"';
const ARGUMENTS = "passes arguments to the program";

/** A task, and its file, or the reason why it has none. */
const deno: readonly [task: string, file: string | undefined, reason?: string][] = [
  ["deno run main.ts", "main.ts"],
  ["  deno   run\t-A  ./main.ts ", "./main.ts"],
  ["deno serve --port 8000 main.ts", "main.ts"],
  ["deno serve --port=8000 --host 0.0.0.0 main.ts", "main.ts"],
  ["deno run -RNE --allow-net=a.test,b.test --watch src/a.ts", "src/a.ts"],
  ["deno run --allow-net --allow-read=. --unstable-kv main.ts", "main.ts"],
  ['deno run --allow-net="a.test,b.test" "my server.ts"', "my server.ts"],
  ["deno run --env-file --watch=static/,routes/ dev.ts", "dev.ts"],
  ["deno run --env-file=.env -A -q main.ts", "main.ts"],
  ["deno run --seed 1 main.ts", "main.ts"],
  ["", undefined, NOT_DENO],
  ["deno", undefined, NOT_DENO],
  ["deno run", undefined, "names no file"],
  ["deno run --port", undefined, "names no file"],
  ["deno serve --port 8000", undefined, "names no file"],
  ["deno task dev", undefined, NOT_DENO],
  ["vite build", undefined, NOT_DENO],
  ["denon run main.ts", undefined, NOT_DENO],
  ["PORT=1 deno run main.ts", undefined, NOT_DENO],
  ["deno run main.ts --verbose", undefined, ARGUMENTS],
  ["deno run main.ts other.ts", undefined, ARGUMENTS],
  ["deno run --config other.json main.ts", undefined, 'uses "--config"'],
  ["deno run -c other.json main.ts", undefined, 'uses "-c"'],
  ["deno run --import-map map.json main.ts", undefined, 'uses "--import-map"'],
  ["deno run --lock deno.lock main.ts", undefined, 'uses "--lock"'],
  ["deno run --env-file=prod.env main.ts", undefined, 'uses "--env-file"'],
  ["deno run --preload setup.ts main.ts", undefined, 'uses "--preload"'],
  ["deno run --inspect main.ts", undefined, 'uses "--inspect"'],
  ["deno run --unknown main.ts", undefined, 'uses "--unknown"'],
  ["deno run -- main.ts", undefined, 'uses "--"'],
  ["deno run -Ac x.json main.ts", undefined, 'uses "-Ac"'],
  ["deno run -A main.ts && rm -r x", undefined, SHELL],
  ["deno run -A main.ts; ls", undefined, SHELL],
  ["deno run -A main.ts &", undefined, SHELL],
  ["deno run -A main.ts | cat", undefined, SHELL],
  ["deno run -A main.ts > log", undefined, SHELL],
  ["deno run -A $FILE", undefined, SHELL],
  ['deno run -A "$FILE"', undefined, SHELL],
  ["deno run -A $(cat x)", undefined, SHELL],
  ["deno run -A `cat x`", undefined, SHELL],
  ["deno run -A *.ts", undefined, SHELL],
  ["deno run -A ~/main.ts", undefined, SHELL],
  ["deno run -A ma\\in.ts", undefined, SHELL],
  ["deno run -A ma'in'.ts", undefined, SHELL],
  ["deno run -A 'main.ts", undefined, SHELL],
  ["deno run -A main.ts\nls", undefined, SHELL],
  ["deno run -A main.ts\0", undefined, SHELL],
  [`deno run ${"-A ".repeat(2_000)}main.ts`, undefined, "is longer than 4096 characters"],
];

for (const [task, file, reason = ""] of deno) {
  Deno.test(`parseDenoStart(${JSON.stringify(task.slice(0, 60))})`, () => {
    const expected = file === undefined ? { type: "odd", reason } : { type: "file", file };
    assert.deepEqual(parseDenoStart(task), expected);
  });
}

const node: readonly [script: string, file: string | undefined, reason?: string][] = [
  ["node server.js", "server.js"],
  ["node --enable-source-maps dist/main", "dist/main"],
  ["node .", "."],
  ["node", undefined, "names no file"],
  ["node -r dotenv/config server.js", undefined, 'uses "-r"'],
  ["node --require x server.js", undefined, 'uses "--require"'],
  ["NODE_ENV=production node server.js", undefined, 'is not plain "node FILE"'],
  ["next start", undefined, 'is not plain "node FILE"'],
  ["node server.js --port 3000", undefined, ARGUMENTS],
  ["npm run build && node server.js", undefined, SHELL],
];

for (const [script, file, reason = ""] of node) {
  Deno.test(`parseNodeStart(${JSON.stringify(script)})`, () => {
    const expected = file === undefined ? { type: "odd", reason } : { type: "file", file };
    assert.deepEqual(parseNodeStart(script), expected);
  });
}
