import AgentProtocol
import Health
import Primitives

/// Reads what an agent tells a director off the wire, with the shipped codec.
struct FactTap {
    private var buffer: [UInt8] = []

    /// The reports among the frames that are complete now.
    mutating func reports(in bytes: [UInt8]) -> [Report] {
        buffer += bytes
        var reports: [Report] = []
        while buffer.count >= 4 {
            let length = buffer[..<4].reduce(0) { $0 << 8 | Int($1) }
            guard buffer.count >= 4 + length else { break }
            if let message = try? FrameCodec.decode(buffer[4..<4 + length]), case .report(let report) = message {
                reports.append(report)
            }
            buffer.removeFirst(4 + length)
        }
        return reports
    }
}

extension Report {
    /// Whether it says that a service must get nothing here.
    func condemns(_ service: ServiceIdentity) -> Bool {
        facts.contains { fact in
            guard Reason(negative: fact) != nil else { return false }
            return switch fact.subject {
            case .node: true
            case .address(let address): address == service.endpoint.address
            case .service(let identity): identity == service
            }
        }
    }
}
