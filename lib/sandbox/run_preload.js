// Runs inside the process of a one-off run, before its file: sets the function's variables. Unlike
// preload.js, it serves nothing.
const { variables } = JSON.parse(Deno.readTextFileSync(new URL("start.json", import.meta.url)));

// Only this process needs it, and has read it by now. Without env permission, it stays.
try {
  Deno.env.delete("DENO_LOG");
} catch (error) {
  if (!(error instanceof Deno.errors.NotCapable)) throw error;
}
for (const [name, value] of Object.entries(variables)) Deno.env.set(name, value);
