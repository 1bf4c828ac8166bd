import Glibc

/// What a program with all its threads and children has used of the processors.
struct ProcessorUsage {
    /// How many processes there are of it.
    var processes = 0
    /// Its seconds, of threads and children that have ended too.
    var processor = 0.0
    /// What the kernel's own threads for received packets have used, whoever's they were: the rest of such work is on
    /// the account of whoever runs when it is done, which is mostly the sender.
    var softInterrupts = 0.0

    /// Reads the accounts of a session, to which children belong whatever group they make (proc_pid_stat(5)).
    init(session: pid_t) throws {
        let second = Double(sysconf(Int32(_SC_CLK_TCK)))
        for name in try Command.run("ls", "/proc").split(separator: "\n") where name.allSatisfy(\.isNumber) {
            guard let text = File.read("/proc/\(name)/stat"), let end = text.lastIndex(of: ")") else { continue }
            // From the third field on: the session is the 6th, and the 14th to 17th are what it and its dead children used.
            let fields = text[text.index(after: end)...].split(separator: " ").map { Int($0) }
            guard fields.count > 14 else { continue }
            let own = Double((fields[11] ?? 0) + (fields[12] ?? 0)) / second
            if text.contains("(ksoftirqd/") { softInterrupts += own }
            guard fields[3] == Int(session) else { continue }
            processes += 1
            processor += own + Double((fields[13] ?? 0) + (fields[14] ?? 0)) / second
        }
        guard processes > 0 else { throw LabError("no process of session \(session)") }
    }

    /// What was used from an earlier reading to a later one.
    static func - (later: ProcessorUsage, earlier: ProcessorUsage) -> ProcessorUsage {
        var difference = later
        difference.processor -= earlier.processor
        difference.softInterrupts -= earlier.softInterrupts
        return difference
    }
}
