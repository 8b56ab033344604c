import assert from "node:assert/strict";
import { parseDotenv } from "../../lib/config/dotenv.ts";
import { describeIgnoredLines, parseEnvFile } from "../../lib/config/env_file.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

/** Texts that Deno reads; the values are Deno's. */
const TEXTS: readonly string[] = [
  // Lines.
  "",
  "\n\n",
  "A=1",
  "A=1\nB=2\n",
  "A=1\r\nB=2\r\n",
  "A=1\rB=2",
  "\n\n  A=1\n",
  "\tA=1\n\t\tB=2",
  "  A  =  1  \n",
  "A\t=\t1\t\n",
  "A=1\nA=2\nB=$A\n",
  "A=\nA=2\n",
  // Names.
  "export A=1\n",
  "export   A=1\n",
  "export\tA=1\n",
  "export A=\n",
  "export=1\nexport =2\n",
  "exportA=1\n",
  "a.b=1\na-b=2\nC=${a.b}${a-b}\n",
  "1A=1\nA B=2\nÜ=3\n",
  "\u00A0A=1\u00A0\n",
  "\uFEFFA=1\nB=2\n",
  "__proto__=1\nA=${__proto__}${constructor}\n",
  'A\'B=1\n"C"=2\n',
  // Lines without a variable.
  "junk\nA=1\n",
  "junk",
  "A=1\njunk\n  \nB=2\n",
  "=1\nA=2\n",
  "=A=1\n",
  " = A=1\n",
  // Comments.
  "# A=1\nB=2\n",
  "#\n  # A=1\nB=2\n",
  "A=1\n  # B=2\nC=3\n",
  'A="1"\n  # B=2\nC=3\n',
  "A=1 # why\n",
  "A=1#2\n",
  "A=#1\n",
  "A=\n#B=1\n",
  "A='1#2' # why\nB=\"1#2\"#why\nC=`1#2`\n",
  // Empty values.
  "A=\nB=1\n",
  "A= \nB=1\n",
  "A=  ",
  "A=\"\"\nB=''\nC=``\n",
  // Quotes.
  "A=\"x y\"\nB='x y'\nC=`x y`\n",
  "A=\"x'y\"\nB='x\"y'\nC=`x'\"y`\n",
  "A=\"  x  \"\nB='  x  '\n",
  'A="x" y\nB=x "y"\nC=x\'y\'\n',
  'A="x""y"\nB="x\\"y"\nC=2\n',
  "A=\"x\\ny\\tz\\r\\\\n\"\nB='x\\ny'\nC=`x\\ny`\nD=x\\ny\n",
  'A="x\n  y\nB=1\n"\nC=2\n',
  "A='x\ny'\nB=`x\ny`\nC=2\n",
  'A="x\r\ny"\r\nB=2\r\n',
  'A="x\nB=2\n',
  "A='x\nB=2 # why\n",
  "A=`x",
  'A="x # y\nB=2\n',
  "A=\"${B}\nB='$B\nC=2\n",
  'A={"x":"y"}\nB=\'{"x": "$y"}\'\n',
  // References.
  "A=1\nB=$A\nC=${A}\nD=\"$A ${A}\"\nE='$A'\nF=`${A}`\n",
  "A=1\nB=x${A}y$A\nC=$Ay\n",
  "A_b=1\nB=$A_b-$A_b.c$A_bé\n",
  "A=1\nB=$A_x\nA_x=2\nC=${A_x}\n",
  "A=1\nB=${A:-x}${A-x}${NONE:-x}\n",
  "A=$B\nB=1\nC=${NONE}$NONE\n",
  "A=1\nB=\\$A\nC=\\${A}\nD=\"\\$A\"\nE='\\$A'\nF=\\\\$A\n",
  "A=1\nB=$\nC=$ A\nD=$$A\nE=${}\nF=${\nG=${A\n",
  'A=1\nB=${A\nC="${A\n}"\n',
  "A='$B'\nB=1\nC=$A\n",
  "A=1\nB=${ A }$(A)\n",
  "A=a#b\nB=é\nC=${B}ü$é\nD=😀$A\n",
  "A=1\nA=$A$A\nA=$A$A\nB=$A\n",
  "A=1\n$A=2\n${A}=3\nB=$A\n",
  "PASSWORD=p#ss$w0rd\nURL=postgres://u:p@h:5432/d?x=y&z=#a\n",
];

Deno.test("parseEnvFile() reads what deno run --env-file reads", async () => {
  await using directory = await temporaryDirectory();
  const script = await directory.write(
    "print.js",
    "console.log(JSON.stringify(Deno.env.toObject()))",
  );
  for (const text of TEXTS) {
    const file = await directory.write("case.env", text);
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--no-config",
        "--no-lock",
        "--allow-env",
        `--env-file=${file}`,
        script,
      ],
      clearEnv: true,
      env: { DENO_DIR: directory.at("cache") },
    }).output();
    const { DENO_DIR: _1, PATH: _2, DENO_NODE_SHIM_ACTIVE: _3, ...env } = JSON.parse(
      new TextDecoder().decode(stdout),
    );
    assert.deepEqual(parseEnvFile("x.env", text), env, JSON.stringify(text));
  }
});

Deno.test("parseEnvFile() names the file, line and variable in errors, never the value", () => {
  const faults: readonly (readonly [text: string, message: RegExp])[] = [
    ["\nA=s3cr\0et\n", /^x\.env is not valid: line 2: the value of "A" holds a NUL$/],
    ["A=1\n=\nB=s3cret\n", /^x\.env is not valid: line 2: "" can't be the name of a variable$/],
    ["A\0=s3cret\n", /^x\.env is not valid: line 1: "A\0" can't be the name of a variable$/],
  ];
  for (const [text, message] of faults) {
    assert.throws(() => parseEnvFile("x.env", text), (error: Error) => {
      assert.match(error.message, message);
      return !error.message.includes("s3cr");
    });
  }
});

Deno.test("parseEnvFile() bounds what references add", () => {
  const doubling = "A=0123456789\n" + "A=$A$A\n".repeat(40);
  const wide = `A=${"x".repeat(500_000)}\nB=${"$A".repeat(200_000)}\n`;
  for (const text of [doubling, wide]) {
    assert.throws(() => parseEnvFile("x.env", text), /line \d+: references to variables add more/);
  }
});

Deno.test("parseEnvFile() takes references only from the file", () => {
  Deno.env.set("DDSRV_TEST_OUTSIDE", "s3cret");
  try {
    const text = "A=${DDSRV_TEST_OUTSIDE}$HOME\n";
    assert.deepEqual(parseEnvFile("x.env", text), { A: "" });
  } finally {
    Deno.env.delete("DDSRV_TEST_OUTSIDE");
  }
});

Deno.test("parseDotenv() numbers the lines that it ignores", () => {
  const text = "\n\njunk\r\n  \n# x\nA=1\n\nmore junk\nB='\n\n'\nend";
  assert.deepEqual(parseDotenv(text).ignoredLines, [3, 8, 12]);
});

Deno.test("describeIgnoredLines() has numbers, never the text", () => {
  assert.equal(describeIgnoredLines("x.env", "A=1\n# b\n"), undefined);
  assert.match(
    describeIgnoredLines("x.env", "A=1\ns3cret\n") ?? "",
    /^x\.env: ddsrv ignores line 2,/,
  );
  const many = describeIgnoredLines("x.env", "s3cret\n".repeat(9)) ?? "";
  assert.match(many, /lines 1, 2, 3, 4, 5, …, which/);
  assert.ok(!many.includes("s3cret"));
});

Deno.test("parseDotenv() takes linear time", () => {
  const text = `${"A='x\n".repeat(40_000)}B="${" ".repeat(200_000)}\n${"C= \t\n".repeat(40_000)}`;
  // With quadratic time, this would not end.
  assert.ok(parseDotenv(text).entries.length > 10_000);
});
