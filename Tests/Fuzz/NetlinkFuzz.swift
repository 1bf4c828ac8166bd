import IPVS
import Netlink

/// libFuzzer's entry: any octets are what a kernel may have replied or are refused, and never trap.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzNetlink(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard let frames = try? NetlinkFrame.split(bytes[...]) else { return 0 }
    for frame in frames {
        _ = frame.errorNumber
        _ = try? RouteEvent.decode(frame)
        _ = try? ListenerEvent.decode(frame)
        _ = try? DiagnosedSocket.decode(frame.payload)
        _ = try? Neighbour.decode(frame.payload)
        _ = try? Route.decode(frame.payload)
        _ = try? IPVSReply.service(frame.payload)
        _ = try? IPVSReply.destination(frame.payload, serviceFamily: .ipv4)
        _ = try? IPVSReply.destination(frame.payload, serviceFamily: .ipv6)
        _ = try? IPVSReply.information(frame.payload)
        _ = try? IPVSReply.timeouts(frame.payload)
        _ = try? IPVSReply.daemon(frame.payload)
        var attributes = AttributeReader(frame.payload)
        while (try? attributes.next()) != nil {}
    }
    return 0
}
