internal import SystemPackage

extension NetlinkSocket {
    /// Takes all announcements that wait; lost or unreadable ones become the overflow event.
    borrowing func drain<Event>(
        operation: String,
        overflow: Event,
        _ decoder: (NetlinkFrame) throws(NetlinkMalformed) -> Event?,
    ) throws(NetlinkError) -> [Event] {
        var events: [Event] = []
        // Bounded, so that a storm of announcements cannot keep the loop from its other work.
        for _ in 0..<256 {
            do {
                guard let frames = try receive() else { return events }
                for frame in frames {
                    if let event = try Self.decode(frame, decoder) { events.append(event) }
                }
            } catch .noBufferSpace {
                events.append(overflow)
            } catch .badMessage {
                events.append(overflow)
            } catch {
                throw NetlinkError(operation: operation, code: error)
            }
        }
        return events
    }

    private static func decode<Event>(
        _ frame: NetlinkFrame,
        _ decoder: (NetlinkFrame) throws(NetlinkMalformed) -> Event?,
    ) throws(Errno) -> Event? {
        do {
            return try decoder(frame)
        } catch {
            throw .badMessage
        }
    }
}
