import axios, { AxiosError } from "npm:axios@1.7.2";

const client = axios.create({ baseURL: "http://127.0.0.1:1", timeout: 1000 });

Deno.serve(async () => {
  try {
    await client.get("/");
    return new Response("connected?");
  } catch (error) {
    return Response.json({ isAxios: error instanceof AxiosError, version: axios.VERSION });
  }
});
