import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import { IndexedHeap } from "../../lib/proxy/indexed_heap.ts";

interface Item {
  heapIndex: number;
  order: number;
}

Deno.test("IndexedHeap.first is the first of a sort, after any updates and removals", () => {
  const act = fc.record({ isRemoval: fc.boolean(), at: fc.nat(39), order: fc.nat(30) });
  fc.assert(fc.property(fc.array(act, { maxLength: 300 }), (acts) => {
    const heap = new IndexedHeap<Item>((a, b) => a.order < b.order);
    const items = Array.from({ length: 40 }, (): Item => ({ heapIndex: -1, order: 0 }));
    const inside = new Set<Item>();
    for (const { isRemoval, at, order } of acts) {
      const item = items[at]!;
      if (isRemoval) {
        heap.remove(item);
        inside.delete(item);
      } else {
        item.order = order;
        heap.update(item);
        inside.add(item);
      }
      equal(heap.first?.order, [...inside].map((one) => one.order).sort((a, b) => a - b)[0]);
      deepEqual(
        items.filter(({ heapIndex }) => heapIndex !== -1),
        items.filter((one) => inside.has(one)),
      );
    }
    const orders: number[] = [];
    for (let first = heap.first; first !== undefined; first = heap.first) {
      orders.push(first.order);
      heap.remove(first);
    }
    deepEqual(orders, [...inside].map((one) => one.order).sort((a, b) => a - b));
  }));
});
