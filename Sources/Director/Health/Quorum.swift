/// Whether the weight that serves suffices, with a band in which nothing changes.
package struct Quorum: Hashable, Sendable {
    /// How much weight suffices.
    package struct Settings: Hashable, Sendable {
        /// The weight that is needed.
        package var weight: UInt32
        /// How much more it takes to meet a quorum that was lost, and how much less to lose one that was met.
        package var hysteresis: UInt32

        /// Makes a quorum; the default is any weight at all.
        package init(weight: UInt32 = 1, hysteresis: UInt32 = 0) {
            precondition(hysteresis < max(weight, 1), "a quorum that nothing can lose is none")
            self.weight = weight
            self.hysteresis = hysteresis
        }
    }

    /// Whether it is met; nothing while too little is known.
    package private(set) var isMet: Bool?

    /// Makes a quorum of which nothing is known.
    package init() {}

    /// Takes the weight that is known to serve and the weight of which nothing is known.
    package mutating func update(serving: UInt64, unknown: UInt64, _ settings: Settings) {
        let (weight, hysteresis) = (UInt64(settings.weight), UInt64(settings.hysteresis))
        switch isMet {
        case true?:
            // What is not known has not been lost.
            if serving + unknown < weight - min(weight, hysteresis) { isMet = false }
        case false?:
            if serving >= weight + hysteresis { isMet = true }
        case nil:
            if serving >= weight {
                isMet = true
            } else if serving + unknown < weight {
                isMet = false
            }
        }
    }
}
