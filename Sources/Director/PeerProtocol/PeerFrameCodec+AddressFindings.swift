internal import AgentProtocol
internal import Primitives

/// Address findings in a frame, which is the whole picture: each a field of fields.
extension PeerFrameCodec {
    private static var findingTag: UInt16 { 1 }

    private enum Part {
        static let address: UInt16 = 1, mac: UInt16 = 2, claim: UInt16 = 3, realServer: UInt16 = 4, age: UInt16 = 5
    }

    static func write(_ findings: [PeerAddressFinding], _ writer: inout FieldWriter) {
        for finding in findings {
            var fields = FieldWriter()
            fields.write(Part.address, bytes: finding.address.bytes)
            fields.write(Part.mac, bytes: finding.mac.bytes)
            fields.write(Part.claim, finding.claim.rawValue)
            if let realServer = finding.realServer { fields.write(Part.realServer, realServer) }
            fields.write(Part.age, finding.age)
            writer.write(findingTag, bytes: fields.bytes)
        }
    }

    static func addressFindings(_ fields: [Field]) throws(ProtocolViolation.Malformation) -> [PeerAddressFinding] {
        var findings: [PeerAddressFinding] = []
        var seen: Set<PeerAddressFinding> = []
        for field in try fields.several(findingTag, limit: PeerLimits.addressFindings) {
            guard let finding = try addressFinding(Field.all(in: field.value)) else { continue }
            guard seen.insert(finding.withoutAge).inserted else { throw .repeated(tag: findingTag) }
            findings.append(finding)
        }
        return findings
    }

    /// One finding, or nothing if only a newer version knows by what the address is claimed.
    private static func addressFinding(
        _ fields: [Field]
    ) throws(ProtocolViolation.Malformation) -> PeerAddressFinding? {
        guard let claim = PeerAddressFinding.Claim(rawValue: try fields.one(Part.claim).integer()) else { return nil }
        guard let mac = MACAddress(bytes: try fields.one(Part.mac).value) else { throw .invalid(tag: Part.mac) }
        let realServer = try fields.optional(Part.realServer)?.text(limit: PeerLimits.name)
        guard realServer != "" else { throw .invalid(tag: Part.realServer) }
        return PeerAddressFinding(
            address: try fields.one(Part.address).address(),
            mac: mac,
            realServer: realServer,
            claim: claim,
            age: try fields.one(Part.age).integer(),
        )
    }
}
