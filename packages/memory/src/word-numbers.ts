/** Numbers of some words, which are named by small indices. Nothing is allocated for a word that had one before. */
export class WordNumbers {
  /** By word: 1 + its place in the lists; 0 where it has no number. */
  #places = new Int32Array(64);
  readonly #words: number[] = [];
  readonly #numbers: number[] = [];

  get size(): number {
    return this.#words.length;
  }

  /** The word at a place below {@link size}. */
  wordAt(place: number): number {
    return this.#words[place];
  }

  /** The number of that word. */
  numberAt(place: number): number {
    return this.#numbers[place];
  }

  has(word: number): boolean {
    return this.#placeOf(word) >= 0;
  }

  /** The number of a word, or what is said instead. */
  get(word: number, otherwise: number): number {
    const place = this.#placeOf(word);
    return place < 0 ? otherwise : this.#numbers[place];
  }

  #placeOf(word: number): number {
    return word < this.#places.length ? this.#places[word] - 1 : -1;
  }

  set(word: number, number: number): void {
    const place = this.#placeOf(word);
    if (place >= 0) {
      this.#numbers[place] = number;
      return;
    }
    if (word >= this.#places.length) {
      const larger = new Int32Array(2 * word);
      larger.set(this.#places);
      this.#places = larger;
    }
    this.#words.push(word);
    this.#numbers.push(number);
    this.#places[word] = this.size;
  }

  /** Sets a number that is greater than the one before, or than 0. */
  raise(word: number, number: number): void {
    if (number > this.get(word, 0)) this.set(word, number);
  }

  /** The last word takes the place of the one that goes. */
  delete(word: number): void {
    const place = this.#placeOf(word);
    if (place < 0) return;
    const last = this.#words.pop() ?? word;
    const number = this.#numbers.pop() ?? 0;
    this.#places[word] = 0;
    if (last === word) return;
    this.#words[place] = last;
    this.#numbers[place] = number;
    this.#places[last] = place + 1;
  }

  clear(): void {
    for (const word of this.#words) this.#places[word] = 0;
    this.#words.length = 0;
    this.#numbers.length = 0;
  }
}
