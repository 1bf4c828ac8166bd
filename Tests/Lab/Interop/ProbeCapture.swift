import Primitives

/// The probes that a host sent, as tshark counts them: SYNs and echo requests.
struct ProbeCapture {
    /// Who is asked: an address, and a port where there is one.
    struct Destination: Hashable, Comparable, CustomStringConvertible {
        var address: String
        /// 0 for an echo request.
        var port: Int

        var description: String { port == 0 ? "echo \(address)" : "\(address):\(port)" }

        static func < (left: Destination, right: Destination) -> Bool {
            (left.port, left.address) < (right.port, right.address)
        }
    }

    /// What tcpdump has to keep of a host's packets.
    static func filter(_ host: Host) -> String {
        "src host \(host.address) and (tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn or icmp[icmptype] == icmp-echo)"
    }

    /// When each destination was asked, in seconds, in the order of time.
    private(set) var times: [Destination: [Double]] = [:]

    /// Reads a capture file.
    init(_ file: String) throws {
        let fields = ["frame.time_epoch", "ip.dst", "tcp.dstport", "icmp.type"]
        let filter = "(tcp.flags.syn == 1 and tcp.flags.ack == 0) or icmp.type == 8"
        let text = try Command.run(
            ["tshark", "-n", "-r", file, "-Y", filter, "-T", "fields", "-E", "separator=|"]
                + fields.flatMap { ["-e", $0] }
        )
        for line in text.split(separator: "\n") where line.contains("|") {
            let values = line.split(separator: "|", omittingEmptySubsequences: false).map { String($0) }
            guard values.count == fields.count, let time = Double(values[0]) else {
                throw LabError("tshark wrote \(line)")
            }
            times[Destination(address: values[1], port: Int(values[2]) ?? 0), default: []].append(time)
        }
        for destination in times.keys { times[destination]?.sort() }
    }

    /// What a window of so many intervals says against so many probes of each destination in every interval.
    ///
    /// A probe begins one interval after the one before it began, and `slack` later at most. So of a destination with n
    /// targets, the n-th probe after any other one comes one interval after it, give or take the slack: a target that is
    /// asked twice in an interval, or not at all, breaks that wherever it happens. In the whole window a destination has
    /// n probes for each interval. Only its edges can change that: one fewer for each probe in the last slack of the first
    /// interval, whose last successor may lie behind the window; one more for each in the first slack, which may have been
    /// due before the window and came late.
    func objections(
        to expected: [Destination: Int],
        every interval: Interval,
        intervals: Int,
        slack: Interval,
    ) -> [String] {
        guard let begin = times.values.compactMap(\.first).min() else { return ["no probe at all"] }
        let (interval, slack) = (interval.seconds, slack.seconds)
        let end = begin + interval * Double(intervals)
        var objections: [String] = []
        for destination in Set(times.keys).union(expected.keys).sorted() {
            let times = times[destination] ?? []
            let targets = expected[destination] ?? 0
            let inside = times.filter { $0 < end }
            let first = inside.filter { $0 < begin + interval }
            let late = first.count { $0 >= begin + interval - slack }
            let early = first.count { $0 < begin + slack }
            let due = targets * intervals
            guard (due - late...due + early).contains(inside.count) else {
                objections.append("\(destination): \(inside.count) probes instead of \(due)")
                continue
            }
            let gaps = times.indices.dropLast(targets).map { times[$0 + targets] - times[$0] }
            let wrong = gaps.prefix(inside.count).filter { abs($0 - interval) > slack }
            if let wrong = wrong.first { objections.append("\(destination): \(rounded(wrong * 1_000)) ms apart") }
            if gaps.count < inside.count { objections.append("\(destination): not asked any more") }
        }
        return objections
    }

    /// How many probes there were in each of so many intervals.
    func counts(every interval: Interval, intervals: Int) -> [Int] {
        let all = times.values.flatMap { $0 }
        guard let begin = all.min() else { return [] }
        var counts = [Int](repeating: 0, count: intervals)
        for time in all {
            let index = Int((time - begin) / interval.seconds)
            if counts.indices.contains(index) { counts[index] += 1 }
        }
        return counts
    }
}
