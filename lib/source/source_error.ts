/** A source can't be read now; the message says why and what to do. */
export class SourceError extends Error {
  override readonly name = "SourceError";
  /** Time after which the server wants to be asked again, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(
    message: string,
    { retryAfterMs, ...options }: ErrorOptions & { readonly retryAfterMs?: number | undefined } =
      {},
  ) {
    super(message, options);
    this.retryAfterMs = retryAfterMs;
  }
}

/** A version of a source must not be served, and will never be: its content is wrong. */
export class RefusedVersionError extends Error {
  override readonly name = "RefusedVersionError";
}
