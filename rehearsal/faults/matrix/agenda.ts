interface Entry {
  readonly at: number;
  readonly order: number;
  readonly go: () => void;
}

/** What happens when, in a time that is moved by hand: a heap, first by moment, then by order of asking. */
export class Agenda {
  now: number;
  readonly #heap: Entry[] = [];
  #order = 0;

  constructor(now: number) {
    this.now = now;
  }

  at(at: number, go: () => void): void {
    const heap = this.#heap;
    const entry: Entry = { at: Math.max(at, this.now), order: this.#order++, go };
    let place = heap.push(entry) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (isBefore(heap[parent] as Entry, entry)) break;
      heap[place] = heap[parent] as Entry;
      place = parent;
    }
    heap[place] = entry;
  }

  /** Does everything that is due until a moment, in order. */
  advance(to: number): void {
    for (let next = this.#heap[0]; next !== undefined && next.at <= to; next = this.#heap[0]) {
      this.#removeFirst();
      this.now = next.at;
      next.go();
    }
    this.now = Math.max(this.now, to);
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop() as Entry;
    if (heap.length === 0) return;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= heap.length) break;
      const right = child + 1;
      if (right < heap.length && isBefore(heap[right] as Entry, heap[child] as Entry)) child = right;
      if (isBefore(last, heap[child] as Entry)) break;
      heap[place] = heap[child] as Entry;
      place = child;
    }
    heap[place] = last;
  }
}

const isBefore = (a: Entry, b: Entry) => a.at < b.at || (a.at === b.at && a.order < b.order);
