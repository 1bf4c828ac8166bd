import Glibc

/// Where the programs under test are: beside the lab itself, as one release build leaves them.
struct Programs {
    let director: String
    let agent: String

    init() throws {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        guard count > 0 else { throw LabError("readlink: \(systemError())") }
        let path = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let directory = path.split(separator: "/").dropLast().map { "/\($0)" }.joined()
        director = try Programs.copy("tandem-director", from: directory)
        agent = try Programs.copy("tandem-agent", from: directory)
    }

    /// Puts a program into memory: every first use of a page would otherwise be a message to the emulator's file server.
    private static func copy(_ name: String, from directory: String) throws -> String {
        let target = "/run/tandem-lab/bin"
        try Command.run("mkdir", "-p", target)
        try Command.run("strip", "-o", "\(target)/\(name)", "\(directory)/\(name)")
        return "\(target)/\(name)"
    }
}
