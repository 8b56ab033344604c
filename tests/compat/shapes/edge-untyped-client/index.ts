class Client {
  constructor(private url: string) {}
  from(table: string) {
    return { select: (columns = "*") => ({ data: [{ table, columns }], error: null }) };
  }
}

Deno.serve(async (req) => {
  const client = new Client(Deno.env.get("SUPABASE_URL"), Deno.env.get("SUPABASE_ANON_KEY"));
  const { data, error } = await client.from("users").select();
  if (error) throw error;
  return new Response(JSON.stringify({ data, count: data.total }), { status: 200 });
});
