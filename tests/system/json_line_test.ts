import assert from "node:assert/strict";
import { formatJsonLine } from "../../lib/system/json_line.ts";

Deno.test("formatJsonLine() escapes line ends and control characters", () => {
  const text = "a\n\x1b\x7f\x85\x9b\u200e\u2028\u2029\u202e\u2066b é函";
  const line = formatJsonLine({ text });
  assert.equal(
    line,
    '{"text":"a\\n\\u001b\\u007f\\u0085\\u009b\\u200e\\u2028\\u2029\\u202e\\u2066b é函"}\n',
  );
  assert.equal(JSON.parse(line).text, text);
});
