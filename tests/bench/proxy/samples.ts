const FIRST_CAPACITY = 1 << 16;

/** A list of numbers that grows without an object for each. */
export class Samples {
  #values = new Float64Array(FIRST_CAPACITY);
  #count = 0;

  get values(): Float64Array {
    return this.#values.subarray(0, this.#count);
  }

  add(value: number): void {
    if (this.#count === this.#values.length) {
      const larger = new Float64Array(this.#values.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#count++] = value;
  }

  clear(): void {
    this.#count = 0;
  }
}
