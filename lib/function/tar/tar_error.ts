/** An archive is refused; the message is a clause about the archive ("it is truncated"). */
export class TarError extends Error {
  override readonly name = "TarError";
}
