import Glibc
import Logging
import Testing

@testable import Telemetry

@Suite struct LogTests {
    private func event(_ level: Logger.Level, _ message: Logger.Message, _ metadata: Logger.Metadata) -> LogEvent {
        LogEvent(
            level: level,
            message: message,
            metadata: metadata,
            source: "Test",
            file: #fileID,
            function: #function,
            line: 1
        )
    }

    @Test func `a line has time, level, program, message and sorted metadata`() {
        var handler = LineLogHandler(label: "tandem-director")
        handler[metadataKey: "vrrp.vrid"] = "51"
        let event = event(.notice, "router changed state", ["vrrp.state": "active", "vrrp.reason": "timer"])
        let time = timespec(tv_sec: 1_795_365_124, tv_nsec: 7_999_999)
        #expect(
            handler.line(of: event, at: time)
                == "2026-11-22T16:32:04.007Z notice tandem-director: router changed state "
                + "[vrrp.reason=timer vrrp.state=active vrrp.vrid=51]"
        )
    }

    @Test func `the journal gets each metadata key as a field`() {
        var handler = JournalLogHandler(label: "tandem-agent")
        handler[metadataKey: "peer.address"] = "192.0.2.1"
        let event = event(.warning, "fact changed", ["fact.kind": "vip-bound", "peer.address": "192.0.2.2"])
        #expect(
            handler.fields(of: event) == [
                "MESSAGE=fact changed [fact.kind=vip-bound peer.address=192.0.2.2]",
                "PRIORITY=4",
                "SYSLOG_IDENTIFIER=tandem-agent",
                "TANDEM_FACT_KIND=vip-bound",
                "TANDEM_PEER_ADDRESS=192.0.2.2",
            ]
        )
    }

    @Test func `no control character reaches a terminal`() {
        let handler = LineLogHandler(label: "x")
        let line = handler.line(of: event(.info, "a\nb\u{1b}[2J", ["k": "v\r\n"]), at: timespec())
        #expect(line.hasSuffix("x: a b [2J [k=v  ]"))
    }

    @Test func `field names are what the journal accepts`() {
        #expect(JournalLogHandler.fieldName("ipvs.destination-é") == "IPVS_DESTINATION__")
        #expect(JournalLogHandler.fieldName(String(repeating: "k", count: 99)).count == 50)
    }

    @Test(arguments: zip(Logger.Level.allCases, [7, 7, 6, 5, 4, 3, 2] as [Int32]))
    func `levels are syslog's priorities`(level: Logger.Level, priority: Int32) {
        #expect(JournalLogHandler.priority(level) == priority)
    }

    @Test func `logging without a journal does not fail`() {
        let handler = JournalLogHandler(label: "tandem-test")
        handler.log(event: event(.debug, "nobody listens", [:]))
    }

    @Test func `the journal is used only if standard error is its stream`() {
        #expect(!LogOutput.isStandardError(journalStream: ""))
        #expect(!LogOutput.isStandardError(journalStream: "1:2"))
        var status = stat()
        fstat(STDERR_FILENO, &status)
        #expect(LogOutput.isStandardError(journalStream: "\(status.st_dev):\(status.st_ino)"))
    }

    @Test func `the version names release and commit`() {
        #expect(Version.number == "0.1.0")
        #expect(Version.text == "0.1.0 (\(Version.commit))")
        #expect(!Version.commit.isEmpty)
    }
}
