import AgentProtocol
import Primitives

/// libFuzzer's entry: any octets are frames of the agent link or end it, and never trap.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzAgentFrame(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    var whole = FrameBuffer()
    let messages = try? whole.append(bytes[...])
    for message in messages ?? [] {
        // What was understood says the same when it is written and read again.
        var buffer = FrameBuffer()
        let again = try? buffer.append(FrameCodec.encode(message)[...])
        precondition(again == [message])
    }
    // In two parts it says the same as in one.
    var parts = FrameBuffer()
    let half = count / 2
    if let messages {
        let first = try? parts.append(bytes[..<half])
        let second = try? parts.append(bytes[half...])
        precondition((first ?? []) + (second ?? []) == messages)
    }
    sessions(bytes)
    return 0
}

/// The sessions of both ends, connected and not.
private func sessions(_ bytes: [UInt8]) {
    let now = MonotonicInstant(nanoseconds: 1)
    let boot = BootIdentifier(high: 1, low: 2)
    let hello = Hello(bootIdentifier: boot, name: "d", programVersion: "1", heartbeatInterval: .milliseconds(200))
    var director = DirectorLinkSession(hello: hello, at: now)
    var agent = AgentLinkSession(bootIdentifier: boot, name: "a", programVersion: "1", at: now)
    var lone = director
    _ = try? lone.received(bytes[...], at: now)
    var lonely = agent
    _ = try? lonely.received(bytes[...], at: now)
    agent.requestDrain(DrainRequest(identifier: 1, deadline: .seconds(1)))
    guard (try? agent.received(director.takeOutput()[...], at: now)) != nil,
        (try? director.received(agent.takeOutput()[...], at: now)) != nil
    else { preconditionFailure("two good sessions connect") }
    _ = try? director.received(bytes[...], at: now)
    _ = try? agent.received(bytes[...], at: now)
    precondition(director.takeOutput().count <= Limits.output && agent.takeOutput().count <= Limits.output)
}
