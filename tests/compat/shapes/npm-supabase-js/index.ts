import { createClient } from "npm:@supabase/supabase-js@2.47.10";

const client = createClient("http://127.0.0.1:1", "anon-key", { auth: { persistSession: false } });

Deno.serve(async () => {
  const { data, error } = await client.from("notes").select();
  return Response.json({ data, hasError: error !== null });
});
