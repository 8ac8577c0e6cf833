/** An array twice as long with the same beginning. */
function doubled(array: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * array.length);
  larger.set(array);
  return larger;
}

/** Numbers of some words, which are named by small indices. Nothing is allocated for a word that had one before. */
export class WordNumbers {
  /** By word: 1 + its place in the lists; 0 where it has no number. */
  #places = new Int32Array(64);
  #words = new Int32Array(16);
  #numbers = new Int32Array(16);
  #size = 0;

  get size(): number {
    return this.#size;
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
    while (word >= this.#places.length) this.#places = doubled(this.#places);
    if (this.#size === this.#words.length) {
      this.#words = doubled(this.#words);
      this.#numbers = doubled(this.#numbers);
    }
    this.#words[this.#size] = word;
    this.#numbers[this.#size] = number;
    this.#places[word] = ++this.#size;
  }

  /** Sets a number that is greater than the one before, or than 0. */
  raise(word: number, number: number): void {
    if (number > this.get(word, 0)) this.set(word, number);
  }

  /** The last word takes the place of the one that goes. */
  delete(word: number): void {
    const place = this.#placeOf(word);
    if (place < 0) return;
    const last = this.#words[--this.#size];
    this.#words[place] = last;
    this.#numbers[place] = this.#numbers[this.#size];
    this.#places[last] = place + 1;
    this.#places[word] = 0;
  }

  clear(): void {
    for (let i = 0; i < this.#size; i++) this.#places[this.#words[i]] = 0;
    this.#size = 0;
  }
}
