import Primitives

/// A binary heap of slots by the time at which they are due; what is superseded is dropped when it surfaces.
struct DeadlineQueue: Sendable {
    /// A slot with its time; the stamp tells whether the slot still means it.
    struct Element: Hashable, Sendable {
        var at: MonotonicInstant
        var slot: Int
        var stamp: UInt64
    }

    private var heap: [Element] = []

    /// The element that is due first.
    var first: Element? { heap.first }

    /// Puts an element in.
    mutating func insert(_ element: Element) {
        heap.append(element)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard Self.precedes(heap[child], heap[parent]) else { break }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes the element out that is due first.
    mutating func removeFirst() {
        guard let last = heap.popLast(), !heap.isEmpty else { return }
        heap[0] = last
        var parent = 0
        while 2 * parent + 1 < heap.count {
            var child = 2 * parent + 1
            if child + 1 < heap.count, Self.precedes(heap[child + 1], heap[child]) { child += 1 }
            guard Self.precedes(heap[child], heap[parent]) else { return }
            heap.swapAt(parent, child)
            parent = child
        }
    }

    /// Ties go to the older stamp, so that the order of effects never depends on the heap's shape.
    private static func precedes(_ left: Element, _ right: Element) -> Bool {
        left.at == right.at ? left.stamp < right.stamp : left.at < right.at
    }
}
