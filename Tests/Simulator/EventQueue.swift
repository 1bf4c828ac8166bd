import Primitives

/// What is going to happen in the world, ordered by time and then by the order in which it was scheduled.
struct EventQueue {
    private struct Entry {
        var time: MonotonicInstant
        var sequence: UInt64
        var action: () -> Void

        func isBefore(_ other: Entry) -> Bool {
            time == other.time ? sequence < other.sequence : time < other.time
        }
    }

    private var heap: [Entry] = []
    private var sequence: UInt64 = 0

    /// Nothing is going to happen.
    init() {}

    /// When the next happening is due.
    var nextTime: MonotonicInstant? { heap.first?.time }

    /// How many happenings are ahead.
    var count: Int { heap.count }

    /// Adds a happening.
    mutating func schedule(at time: MonotonicInstant, _ action: @escaping () -> Void) {
        sequence += 1
        heap.append(Entry(time: time, sequence: sequence, action: action))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].isBefore(heap[parent]) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes the earliest happening.
    mutating func popFirst() -> (time: MonotonicInstant, action: () -> Void)? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        if !heap.isEmpty {
            heap[0] = last
            sink()
        }
        return (first.time, first.action)
    }

    private mutating func sink() {
        var parent = 0
        while true {
            var smallest = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
                if heap[child].isBefore(heap[smallest]) { smallest = child }
            }
            guard smallest != parent else { return }
            heap.swapAt(parent, smallest)
            parent = smallest
        }
    }
}
