import Health
import Testing

@Suite struct `The quorum` {
    /// A quorum, the serving and unknown weights that it is told of, and what is known after each.
    struct Row: Sendable {
        let settings: Quorum.Settings
        let serving: [UInt64]
        let unknown: [UInt64]
        let expected: [Bool?]

        init(_ weight: UInt32, _ hysteresis: UInt32, _ serving: [UInt64], _ unknown: [UInt64], _ expected: [Bool?]) {
            settings = Quorum.Settings(weight: weight, hysteresis: hysteresis)
            (self.serving, self.unknown, self.expected) = (serving, unknown, expected)
        }
    }

    static let rows: [Row] = [
        Row(1, 0, [0, 0, 0, 1, 0], [2, 1, 0, 0, 0], [nil, nil, false, true, false]),
        Row(1, 0, [0, 1, 1], [2, 1, 0], [nil, true, true]),
        // What is not known does not lose a quorum, and meets none.
        Row(1, 0, [1, 0, 0, 0], [0, 1, 0, 5], [true, true, false, false]),
        Row(4, 2, [3, 3, 4, 5, 6], [1, 0, 0, 0, 0], [nil, false, false, false, true]),
        Row(4, 2, [4, 3, 2, 1, 5, 6], [0, 0, 0, 0, 0, 0], [true, true, true, false, false, true]),
        Row(3, 0, [2, 3, 2], [0, 0, 0], [false, true, false]),
        // Even if all the unknown served, it would not do.
        Row(10, 0, [4, 4, 10], [5, 6, 0], [false, false, true]),
    ]

    @Test(arguments: rows)
    func `is met and lost at different weights`(row: Row) {
        var quorum = Quorum()
        #expect(quorum.isMet == nil)
        for index in row.serving.indices {
            quorum.update(serving: row.serving[index], unknown: row.unknown[index], row.settings)
            #expect(quorum.isMet == row.expected[index], "step \(index)")
        }
    }

    /// A threshold, the serving weights of 10, and whether the service fails open after each.
    struct OpenRow: Sendable {
        let settings: FailOpen.Settings
        let serving: [UInt64]
        let expected: [Bool]

        init(_ below: Int, _ until: Int, _ serving: [UInt64], _ expected: [Bool]) {
            settings = FailOpen.Settings(below: below, until: until)
            (self.serving, self.expected) = (serving, expected)
        }
    }

    static let openRows: [OpenRow] = [
        OpenRow(30, 50, [10, 4, 3, 2, 3, 4, 5, 3, 2], [false, false, false, true, true, true, false, false, true]),
        OpenRow(100, 100, [10, 9, 10], [false, true, false]),
        OpenRow(1, 1, [1, 0, 1], [false, true, false]),
    ]

    @Test(arguments: openRows)
    func `leaves a band between failing open and trusting the checks again`(row: OpenRow) {
        var subject = FailOpen()
        for (serving, isOpen) in zip(row.serving, row.expected) {
            subject.update(serving: serving, of: 10, row.settings)
            #expect(subject.isOpen == isOpen, "\(serving)")
        }
        subject.update(serving: 0, of: 10, nil)
        #expect(!subject.isOpen)
        // A service whose every server was taken out on purpose has nothing to fail open to.
        subject.update(serving: 0, of: 0, row.settings)
        #expect(!subject.isOpen)
    }
}
