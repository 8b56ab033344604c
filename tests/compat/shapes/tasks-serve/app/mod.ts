export default { fetch: () => new Response("deno serve, by a task") };
