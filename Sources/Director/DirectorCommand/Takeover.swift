internal import Linux
internal import Primitives
internal import SystemPackage

/// What a director keeps while it takes over from another one.
struct Takeover: Sendable {
    /// How long; then it is an Active Router like any other.
    private(set) var until: MonotonicInstant
    /// What keeps segments of connections that this director does not know yet from being refused.
    private(set) var listeners: [Endpoint: SilentListener] = [:]

    /// Begins to take over.
    init(until: MonotonicInstant) {
        self.until = until
    }

    /// Takes over these endpoints too, until then; says why one of them cannot be kept silent.
    ///
    /// One that is silent already, because it came back a moment after it went, stays so.
    mutating func add(_ endpoints: [Endpoint], until: MonotonicInstant) -> Errno? {
        self.until = until
        var refusal: Errno?
        for endpoint in endpoints where listeners[endpoint] == nil {
            do throws(Errno) {
                listeners[endpoint] = try SilentListener(endpoint)
            } catch {
                refusal = error
            }
        }
        return refusal
    }
}
