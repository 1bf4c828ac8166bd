import SystemPackage
import Testing

@testable import Linux

@Suite struct ProgramTextTests {
    @Test func `the code is taken out of the process, which goes on`() throws {
        do throws(Errno) {
            #expect(try ProgramText.release() > 0)
            #expect(try ProgramText.release() > 0)
        } catch {
            // Another suite's real-time thread has locked the memory of this process, and the kernel says so.
            #expect(error == .invalidArgument)
            let status = String(decoding: try SystemFile.read("/proc/self/status"), as: UTF8.self)
            let locked = status.split(separator: "\n").first { $0.hasPrefix("VmLck:") }
            #expect(locked.map { !$0.hasSuffix("\t       0 kB") } == true)
        }
    }

    @Test(
        arguments: [
            ("55d0-55f0 r-xp 00001000 fe:00 1234                       /usr/bin/tandem-agent", 0x55d0..<0x55f0),
            ("55d0-55f0 r-xp 00001000 fe:00 1234                       /usr/bin/tandem-agent2", nil),
            ("55d0-55f0 r--p 00001000 fe:00 1234                       /usr/bin/tandem-agent", nil),
            ("55d0-55f0 rw-p 00001000 fe:00 1234                       /usr/bin/tandem-agent", nil),
            ("55f0-55d0 r-xp 00001000 fe:00 1234                       /usr/bin/tandem-agent", nil),
            ("7fff-8fff r-xp 00000000 00:00 0                          [vdso]", nil),
            ("7fff-8fff r-xp 00000000 00:00 0 ", nil),
            ("", nil),
        ] as [(String, Range<UInt>?)]
    )
    func `only the program's own executable mappings are taken`(line: String, expected: Range<UInt>?) {
        #expect(ProgramText.executableRange(line, of: "/usr/bin/tandem-agent") == expected)
    }
}
