import bcrypt from "npm:bcryptjs@2.4.3";
import { jwtVerify, SignJWT } from "npm:jose@5.9.6";
import jwt from "npm:jsonwebtoken@9.0.2";

const secret = new TextEncoder().encode("a secret of at least 32 characters!");

Deno.serve(async () => {
  const hash = await bcrypt.hash("password", 4);
  const signed = await new SignJWT({ user: 1 }).setProtectedHeader({ alg: "HS256" }).sign(secret);
  const { payload } = await jwtVerify(signed, secret);
  const old = jwt.verify(jwt.sign({ user: 2 }, "s", { noTimestamp: true }), "s");
  return Response.json({ isSame: await bcrypt.compare("password", hash), payload, old });
});
