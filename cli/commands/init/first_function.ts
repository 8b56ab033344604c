import { SETTINGS_FILE } from "../../../lib/config/load_settings.ts";
import { ENTRY_FILE } from "../../../lib/function/layout.ts";
import type { FunctionFiles } from "./template_files.ts";

const ENTRY = `/** Answers every request; what is below /NAME arrives here without it. */
Deno.serve((request) => {
  const { pathname } = new URL(request.url);
  const greeting = Deno.env.get("GREETING") ?? "Hi";
  return new Response(\`\${greeting} from \${pathname}\\n\`);
});
`;

const MANIFEST = `{
  // All settings: ddsrv schema --function
  "env": { "GREETING": "Hello" }
}
`;

/** Files that `ddsrv init PATH` writes without a template. */
export const FIRST_FUNCTION: FunctionFiles = new Map([
  [ENTRY_FILE, ENTRY],
  [SETTINGS_FILE, MANIFEST],
]);
