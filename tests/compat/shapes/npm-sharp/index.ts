import sharp from "npm:sharp@0.33.5";

Deno.serve(async () => {
  const image = sharp({ create: { width: 8, height: 8, channels: 3, background: "#ff0000" } });
  const { width, height, format } = await sharp(await image.png().toBuffer()).metadata();
  return Response.json({ width, height, format });
});
