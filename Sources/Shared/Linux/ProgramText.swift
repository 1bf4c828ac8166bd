internal import CLinux
internal import Glibc
package import SystemPackage

/// The program's own code as it is mapped into the process.
package enum ProgramText {
    /// Takes the code's pages out of the process, which reads back what it still runs; says how many.
    ///
    /// Start-up runs much code that never runs again (dynamic linking, the configuration's parser, the cryptography's
    /// self-tests), and the kernel maps 64 KiB around every fault, so that most of the file counts as resident for good.
    /// The mapping is private, clean and of a file: nothing is lost (madvise(2), `MADV_DONTNEED`). A process that has
    /// locked its memory gets EINVAL, and wants to keep the pages.
    ///
    /// With relocking, locked memory is unlocked for the moment and locked again as it was (`MCL_ONFAULT`): what the
    /// process runs comes back page by page and stays.
    @discardableResult
    package static func release(relocking: Bool = false) throws(Errno) -> Int {
        guard relocking else { return try release() }
        try SystemCall.run { munlockall() }
        let outcome = Result { () throws(Errno) in try release() }
        let code = tandem_lock_memory()
        guard code == 0 else { throw Errno(rawValue: code) }
        return try outcome.get()
    }

    private static func release() throws(Errno) -> Int {
        var buffer = [CChar](repeating: 0, count: 4096)
        let length = try SystemCall.run { unsafe readlink("/proc/self/exe", &buffer, buffer.count) }
        let program = String(decoding: buffer[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let maps = String(decoding: try SystemFile.read("/proc/self/maps"), as: UTF8.self)
        var released = 0
        for line in maps.split(separator: "\n") {
            guard let range = executableRange(line, of: program),
                let start = unsafe UnsafeMutableRawPointer(bitPattern: range.lowerBound)
            else { continue }
            try SystemCall.run { unsafe madvise(start, range.count, Int32(MADV_DONTNEED)) }
            released += range.count
        }
        return released
    }

    /// The addresses of a line of /proc/self/maps if it is executable and of the program (proc(5)).
    static func executableRange(_ line: some StringProtocol, of program: String) -> Range<UInt>? {
        // start-end permissions offset device inode path
        let fields = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: true)
        guard fields.count == 6, fields[1] == "r-xp", fields[5].drop(while: { $0 == " " }) == program else {
            return nil
        }
        let ends = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
        guard ends.count == 2, ends[0] < ends[1] else { return nil }
        return ends[0]..<ends[1]
    }
}
