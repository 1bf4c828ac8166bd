package import Checks
package import Primitives

/// A number that says how loaded the node is, or how much it can take, and what it means.
package struct LoadGauge: Hashable, Sendable {
    /// Where the number comes from.
    package enum Kind: Hashable, Sendable {
        /// The tasks that run or wait for a processor, in percent of the processors (proc(5), `/proc/loadavg`).
        case runQueue
        /// The share of the last ten seconds in which a task waited for a processor, in percent (`/proc/pressure/cpu`).
        case cpuPressure
        /// The memory that is not available, in percent of all (`/proc/meminfo`).
        case memory
        /// The share of the last ten seconds in which a task waited for memory, in percent (`/proc/pressure/memory`).
        case memoryPressure
        /// The TCP connections of the virtual addresses.
        case connections
        /// The number in the first line of a file.
        case file(String)
        /// The number in the first line that a program writes.
        case command(CommandCheck)
        /// The number in the first line of a response's body.
        case http(HTTPExpectation, Endpoint)
    }

    /// Where the number comes from.
    package var kind: Kind
    /// The number at which the node offers all of its capacity.
    package var idle: Int
    /// The number at which it offers none; smaller than the other where more means less loaded.
    package var full: Int

    /// Makes a gauge.
    package init(_ kind: Kind, idle: Int, full: Int) {
        precondition(idle != full, "a gauge has a range")
        self.kind = kind
        self.idle = idle
        self.full = full
    }

    /// The capacity in percent that a number means.
    func capacity(at value: Double) -> Double {
        let share = (Double(full) - value) / Double(full - idle) * 100
        return min(100, max(0, share))
    }

    /// The number in what was read; nothing if there is none.
    ///
    /// - Parameters:
    ///   - bytes: what was read, of which nothing is believed before it is understood.
    ///   - processors: how many processors the node has.
    /// - Returns: the number.
    func value(in bytes: [UInt8], processors: Int) -> Double? {
        let lines = bytes.split(separator: 10, maxSplits: 64)
        func words(_ line: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] { line.split { $0 == 32 || $0 == 9 || $0 == 13 } }
        switch kind {
        case .runQueue:
            // "0.20 0.18 0.12 3/80 11206": one of those that run is whoever reads it.
            guard let line = lines.first, words(line).count >= 4,
                let running = Self.number(words(line)[3].prefix { $0 != 47 })
            else { return nil }
            return max(0, running - 1) * 100 / Double(max(1, processors))
        case .cpuPressure, .memoryPressure:
            // "some avg10=0.00 avg60=0.00 avg300=0.00 total=0"
            guard let line = lines.first, words(line).count >= 2, words(line)[0].elementsEqual("some".utf8),
                words(line)[1].starts(with: "avg10=".utf8)
            else { return nil }
            return Self.number(words(line)[1].dropFirst(6))
        case .memory:
            func size(_ name: String) -> Double? {
                let line = lines.first { $0.starts(with: name.utf8) }.map(words)
                return line.flatMap { $0.count >= 2 ? Self.number($0[1]) : nil }
            }
            guard let total = size("MemTotal:"), let available = size("MemAvailable:"), total > 0 else { return nil }
            return min(100, max(0, 100 - available * 100 / total))
        case .connections, .file, .command, .http:
            guard let line = lines.first, let word = words(line).first, words(line).count == 1 else { return nil }
            return Self.number(word.last == 37 ? word.dropLast() : word)
        }
    }

    /// A decimal number without sign and exponent.
    private static func number(_ digits: ArraySlice<UInt8>) -> Double? {
        let points = digits.count { $0 == 46 }
        guard (1...12).contains(digits.count), points <= 1, digits.first != 46, digits.last != 46,
            digits.allSatisfy({ (48...57).contains($0) || $0 == 46 })
        else { return nil }
        return Double(String(decoding: digits, as: UTF8.self))
    }
}

extension LoadGauge: CustomStringConvertible {
    package var description: String {
        switch kind {
        case .runQueue: "run queue"
        case .cpuPressure: "CPU pressure"
        case .memory: "memory"
        case .memoryPressure: "memory pressure"
        case .connections: "connections"
        case .file(let path): path
        case .command(let command): command.arguments.first ?? "command"
        case .http(let expectation, let endpoint): "\(endpoint)\(expectation.path)"
        }
    }
}
