import AgentProtocol
import PeerProtocol
import Primitives

/// libFuzzer's entry: any octets are frames of the peer link or end it, and never trap.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPeerFrame(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    var whole = PeerFrameBuffer()
    let messages = try? whole.append(bytes[...])
    for message in messages ?? [] {
        // What was understood says the same when it is written and read again.
        var buffer = PeerFrameBuffer()
        let again = try? buffer.append(PeerFrameCodec.encode(message)[...])
        precondition(again == [message])
    }
    // In two parts it says the same as in one.
    var parts = PeerFrameBuffer()
    let half = count / 2
    if let messages {
        let first = try? parts.append(bytes[..<half])
        let second = try? parts.append(bytes[half...])
        precondition((first ?? []) + (second ?? []) == messages)
    }
    sessions(bytes)
    return 0
}

/// A session before and after its Hello.
private func sessions(_ bytes: [UInt8]) {
    let now = MonotonicInstant(nanoseconds: 1)
    let hello = PeerHello(bootIdentifier: BootIdentifier(high: 1, low: 2), name: "d", programVersion: "1")
    var left = PeerSession(hello: hello, at: now)
    var right = PeerSession(hello: hello, at: now)
    var lone = left
    _ = try? lone.received(bytes[...], at: now)
    guard (try? left.received(right.takeOutput()[...], at: now)) != nil else {
        preconditionFailure("two good sessions connect")
    }
    _ = try? left.received(bytes[...], at: now)
    _ = try? left.tick(clock: 0, at: now)
    precondition(left.takeOutput().count <= PeerLimits.output)
}
