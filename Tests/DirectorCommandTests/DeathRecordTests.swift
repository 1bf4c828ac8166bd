import Glibc
import Testing

@testable import DirectorCommand

@Suite struct DeathRecordTests {
    @Test func `tells the first death from a series`() {
        let directory = "/tmp/tandem-death-\(getpid())"
        #expect(mkdir(directory, 0o700) == 0)
        defer {
            unlink(directory + "/died")
            rmdir(directory)
        }
        let record = DeathRecord(stateDirectory: directory)
        #expect(!record.noteDeath())
        #expect(record.noteDeath())
        // The one before is long ago.
        var times = [timeval(tv_sec: 1000, tv_usec: 0), timeval(tv_sec: 1000, tv_usec: 0)]
        #expect(unsafe utimes(directory + "/died", &times) == 0)
        #expect(!record.noteDeath())
    }

    @Test func `nobody comes back from a death while being stopped`() {
        let directory = "/tmp/tandem-stop-\(getpid())"
        #expect(mkdir(directory, 0o700) == 0)
        defer {
            for name in ["/died", "/stopping"] { unlink(directory + name) }
            rmdir(directory)
        }
        let record = DeathRecord(stateDirectory: directory)
        record.noteStop()
        #expect(record.noteDeath())
        record.forgetStop()
        #expect(!record.noteDeath())
    }

    @Test func `a record that cannot be kept counts as a series`() {
        #expect(DeathRecord(stateDirectory: "/nonexistent/tandem").noteDeath())
    }
}
