import CLab
import Glibc
import Primitives
import Synchronization

/// Reads every ARP and VRRP frame that a host sends into the bridge, with the kernel's time.
final class FrameWitness: Sendable {
    private let frames = Mutex<[CapturedFrame]>([])
    private let isStopping = Atomic(false)
    private let failure = Mutex<String?>(nil)

    /// Starts reading.
    init(_ fabric: Fabric) throws {
        let descriptor = try fabric.namespace.perform { clab_open_capture() }
        guard descriptor >= 0 else { throw LabError("packet capture: \(systemError())") }
        let ports = fabric.ports
        _ = try Thread { self.read(descriptor, ports) }
    }

    private func read(_ descriptor: Int32, _ ports: [Int32: String]) {
        var frame = clab_frame()
        while !isStopping.load(ordering: .relaxed) {
            let count = clab_receive(descriptor, &frame, 100)
            if count < 0 {
                failure.withLock { $0 = systemError() }
                break
            }
            guard count == 1, frame.is_outgoing == 0, let host = ports[frame.link] else { continue }
            let bytes = withUnsafeBytes(of: frame.bytes) { Array($0.prefix(Int(min(frame.length, 256)))) }
            let at = MonotonicInstant(nanoseconds: frame.at)
            guard let captured = CapturedFrame(bytes, at: at, from: host) else { continue }
            frames.withLock { $0.append(captured) }
        }
        close(descriptor)
    }

    /// Ends the reading.
    func stop() {
        isStopping.store(true, ordering: .relaxed)
    }

    /// What went wrong with the capture itself, if anything.
    var problem: String? { failure.withLock { $0 } }

    /// The first frame since an instant that fits.
    func first(since: MonotonicInstant, where fits: (CapturedFrame) -> Bool) -> CapturedFrame? {
        frames.withLock { frames in
            let start = frames.lastIndex { $0.at < since }.map { $0 + 1 } ?? 0
            return frames[start...].first { $0.at >= since && fits($0) }
        }
    }

    /// The last frame before an instant that fits.
    func last(before: MonotonicInstant, where fits: (CapturedFrame) -> Bool) -> CapturedFrame? {
        frames.withLock { $0.last { $0.at < before && fits($0) } }
    }

    /// Gives every frame so far away, so that who looks for a long time needs no more memory than between two looks.
    func take() -> [CapturedFrame] {
        frames.withLock { frames in
            defer { frames.removeAll(keepingCapacity: true) }
            return frames
        }
    }

    /// Every frame that fits.
    func all(where fits: (CapturedFrame) -> Bool) -> [CapturedFrame] {
        frames.withLock { $0.filter(fits) }
    }
}
