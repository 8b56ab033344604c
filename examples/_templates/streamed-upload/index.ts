// A streamed upload: hashes a file of any size while it arrives, in constant memory.
//
//   curl --upload-file video.mp4 http://localhost:9999/streamed-upload
import { createHash } from "node:crypto";

Deno.serve(async (request) => {
  if (request.body === null) {
    return new Response("Send a file: curl --upload-file FILE URL\n", {
      status: 400,
    });
  }
  const hash = createHash("sha256");
  let bytes = 0;
  // A client that sends faster than this loop reads has to wait, so memory stays small.
  for await (const piece of request.body) {
    hash.update(piece);
    bytes += piece.length;
  }
  return Response.json({ bytes, sha256: hash.digest("hex") });
});
