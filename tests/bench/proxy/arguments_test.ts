import assert from "node:assert/strict";
import { type Choices, parseArguments, usage } from "./arguments.ts";

const CHOICES: Choices = {
  parts: { small: true, sse: true, download: false },
  proxies: { direct: false, nginx: true, ddsrv: true },
};

Deno.test("parseArguments() runs the default parts and proxies if none is named", () => {
  assert.deepEqual(parseArguments([], CHOICES), {
    parts: ["small", "sse"],
    proxies: ["nginx", "ddsrv"],
    connections: [64, 512, 2048],
    rounds: 3,
    scale: 1,
    beside: undefined,
    format: "text",
  });
});

Deno.test("parseArguments() takes names in any order, and keeps that of the table", () => {
  const args = ["download", "small", "--proxies", "ddsrv,direct", "--connections=512"]
    .concat("--rounds", "7", "--scale", "0.5", "--beside", "/other", "--json");
  assert.deepEqual(parseArguments(args, CHOICES), {
    parts: ["small", "download"],
    proxies: ["direct", "ddsrv"],
    connections: [512],
    rounds: 7,
    scale: 0.5,
    beside: "/other",
    format: "json",
  });
});

Deno.test("parseArguments() prints tables of Markdown with --markdown", () => {
  assert.equal(parseArguments(["--markdown"], CHOICES).format, "markdown");
});

Deno.test("parseArguments() says what is wrong", () => {
  const rows = [
    [["large"], /Unknown part "large". Known: small sse download/],
    [["toString"], /Unknown part/],
    [["--proxies", "apache"], /Unknown proxy "apache"/],
    [["--rounds", "0"], /--rounds takes whole numbers from 1 to 9999, not "0"/],
    [["--connections", "64,many"], /--connections .* not "many"/],
    [["--scale", "0"], /--scale takes a number/],
    [["--fast"], /--fast/],
  ] as const;
  for (const [args, message] of rows) {
    assert.throws(() => parseArguments(args, CHOICES), (error) => {
      assert(error instanceof TypeError);
      assert.match(error.message, message);
      return true;
    });
  }
});

Deno.test("usage() names all parts and proxies", () => {
  const text = usage(CHOICES);
  for (const name of ["small", "sse", "download", "direct", "nginx", "ddsrv"]) {
    assert(text.includes(name), name);
  }
});
