import CLab
import Glibc

/// A named network namespace that the calling thread can step into.
struct NetworkNamespace: Sendable {
    let name: String
    private let descriptor: Int32
    private let home: Int32

    /// Opens a namespace that `ip netns add` made.
    init(_ name: String) throws {
        self.name = name
        descriptor = open("/run/netns/\(name)", O_RDONLY | O_CLOEXEC)
        home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0, home >= 0 else { throw LabError("namespace \(name): \(systemError())") }
    }

    /// Moves the calling thread in, for good.
    func enter() throws {
        guard clab_enter(descriptor) == 0 else { throw LabError("entering \(name): \(systemError())") }
    }

    /// Runs a body with the calling thread inside.
    func perform<Result>(_ body: () throws -> Result) throws -> Result {
        try enter()
        defer { precondition(clab_enter(home) == 0, "the way back home is always open") }
        return try body()
    }
}
