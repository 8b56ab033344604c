/** An archive that is not taken; the message says what it holds and why that is refused. */
export class TarError extends Error {
  override readonly name = "TarError";
}
