/// What tshark says of the packets that one host sent.
struct PacketJudge {
    var advertisements = 0
    var announcements = 0
    /// What it does not call good, in its words.
    var complaints: [String] = []

    /// Reads a capture file; packets are told apart by the sender's MAC address.
    init(_ file: String, sender mac: String, _ setup: RouterSetup) throws {
        let fields = [
            "frame.number", "vrrp.version", "vrrp.checksum.status", "ip.checksum.status", "icmpv6.checksum.status",
            "_ws.malformed", "_ws.expert.severity", "_ws.expert.message",
        ]
        let filter = "eth.src == \(mac) and (vrrp or arp.isgratuitous or icmpv6.type == 136)"
        let text = try Command.run(
            ["tshark", "-n", "-r", file, "-Y", filter, "-o", "ip.check_checksum:TRUE"]
                + ["-o", "vrrp.v3_checksum_as_in_v2:\(setup.checksumsMessageOnly ? "TRUE" : "FALSE")"]
                + ["-T", "fields", "-E", "separator=|"] + fields.flatMap { ["-e", $0] }
        )
        for line in text.split(separator: "\n") where line.contains("|") {
            let values = line.split(separator: "|", omittingEmptySubsequences: false).map { String($0) }
            guard values.count >= fields.count else { continue }
            let isAdvertisement = !values[1].isEmpty
            if isAdvertisement { advertisements += 1 } else { announcements += 1 }
            // 0 is bad, 1 good, 2 not checked, 3 absent (proto.h of Wireshark).
            let isSummed = isAdvertisement ? values[2] == "1" : values[4].isEmpty || values[4] == "1"
            let isRightVersion = !isAdvertisement || values[1] == "\(setup.version)"
            // An error is 0x800000 (epan/expert.h); warnings are of the traffic: "duplicate IP address" at a takeover.
            let severity = values[6].split(separator: ",").compactMap { Int($0) }.max() ?? 0
            let isGood = isSummed && isRightVersion && values[3] != "0" && values[5].isEmpty && severity < 0x800000
            if !isGood { complaints.append(String(line)) }
        }
    }
}
