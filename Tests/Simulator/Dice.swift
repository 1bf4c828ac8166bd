import Primitives

/// Everything random of one part of the world, drawn from the seed and the part's own stream.
struct Dice {
    private var generator: SeededGenerator

    /// Makes the dice of one stream of a seed.
    init(seed: UInt64, stream: UInt64) {
        var mixer = SeededGenerator(seed: seed &+ stream &* 0xd134_2543_de82_ef95)
        generator = SeededGenerator(seed: mixer.next() ^ stream)
    }

    /// Whether something happens that happens so many times in a thousand.
    mutating func happens(perMille: Int) -> Bool {
        perMille > 0 && Int(generator.next() % 1000) < perMille
    }

    /// A number of a range.
    mutating func number(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(generator.next() % UInt64(range.upperBound - range.lowerBound + 1))
    }

    /// A length of time of a range.
    mutating func interval(_ range: ClosedRange<Interval>) -> Interval {
        let width = UInt64(range.upperBound.nanoseconds - range.lowerBound.nanoseconds) + 1
        return range.lowerBound + .nanoseconds(Int64(generator.next() % width))
    }

    /// One of several values.
    mutating func pick<Value>(_ values: [Value]) -> Value {
        precondition(!values.isEmpty, "there is nothing to pick from")
        return values[Int(generator.next() % UInt64(values.count))]
    }
}
