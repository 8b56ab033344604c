import { InvalidArgumentError } from "@commander-js/extra-typings";

/** Wraps a parser of `lib/config` for Commander: its errors become usage errors (exit code 2). */
export function argument<Value>(parse: (text: string) => Value): (text: string) => Value {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      const { message } = error as Error;
      throw new InvalidArgumentError(message.endsWith("?") ? message : `${message}.`);
    }
  };
}
