import Control
import Health
import Primitives
import Testing

@testable import DirectorCore

/// The status as numbers, in a format that others parse.
@Suite struct DirectorMetricsTests {
    private static var lines: [String] {
        var status = StatusTableTests.status
        status.routers[0].counters.rejected = ["wrongTimeToLive": 2]
        var latencies = LatencyHistogram()
        for latency in [Interval.microseconds(15), .microseconds(15), .seconds(9)] { latencies.record(latency) }
        status.election.record(latencies)
        // Two checks that differ in what their names do not tell.
        let probe = ProbeStatus(
            target: "http 192.0.2.11:80/health",
            state: .up,
            reason: .passing,
            evidence: "",
            age: 1,
            lastRunAge: 1,
            roundTripMicroseconds: 150,
            runs: 3,
            failures: 1,
            obstacles: 0,
        )
        status.probes = [probe, probe]
        return DirectorMetrics.render(status).split(separator: "\n").map { String($0) }
    }

    @Test(arguments: [
        #"tandem_info{director="lb1",version="1.0"} 1"#,
        #"tandem_vrrp_state{router="web",state="active"} 1"#,
        #"tandem_vrrp_state{router="web",state="backup"} 0"#,
        #"tandem_vrrp_state_age_seconds{router="web"} 65"#,
        #"tandem_vrrp_address_held{router="web",address="192.0.2.100/24"} 1"#,
        #"tandem_vrrp_rejected_total{router="web",cause="wrongTimeToLive"} 2"#,
        #"tandem_service_up{service="http"} 1"#,
        #"tandem_destination_weight{service="http",real_server="web2"} 1"#,
        #"tandem_destination_state_age_seconds{service="http",real_server="web2"} 0.04"#,
        #"tandem_destination_reason{service="http",real_server="web2",state="down",reason="vip-missing"} 1"#,
        #"tandem_destination_active_connections{service="http",real_server="web1"} 12"#,
        #"tandem_probe_runs_total{target="http 192.0.2.11:80/health"} 3"#,
        #"tandem_probe_failures_total{target="http 192.0.2.11:80/health (2)"} 1"#,
        #"tandem_agent_connected{real_server="web2"} 1"#,
        #"tandem_election_wakeup_delay_seconds_bucket{le="1e-05"} 0"#,
        #"tandem_election_wakeup_delay_seconds_bucket{le="2e-05"} 2"#,
        #"tandem_election_wakeup_delay_seconds_bucket{le="5.0"} 2"#,
        #"tandem_election_wakeup_delay_seconds_bucket{le="+Inf"} 3"#,
        #"tandem_election_wakeup_delay_seconds_sum 9.00003"#,
        #"tandem_election_wakeup_delay_seconds_count 3"#,
    ])
    func `says what the status says`(line: String) {
        #expect(Self.lines.contains(line))
    }

    @Test func `every family is told once with its type, before its samples, and no sample twice`() {
        var types: [String: String] = [:]
        var seen: Set<String> = []
        var family = ""
        for line in Self.lines {
            let words = line.split(separator: " ").map { String($0) }
            if line.hasPrefix("# TYPE ") {
                family = words[2]
                #expect(types.updateValue(words[3], forKey: family) == nil, "\(family) twice")
                #expect((words[3] == "counter") == family.hasSuffix("_total"), "\(family)")
                #expect(family.hasPrefix("tandem_"))
            } else if !line.hasPrefix("# HELP ") {
                let name = line.prefix { $0 != "{" && $0 != " " }
                let parts = types[family] == "histogram" ? ["_bucket", "_sum", "_count"].map { family + $0 } : [family]
                #expect(parts.contains(String(name)), "\(line) in \(family)")
                #expect(seen.insert(words.dropLast().joined(separator: " ")).inserted, "\(line) twice")
                #expect(Double(words.last ?? "") != nil, "\(line)")
            }
        }
        #expect(seen.count > 40)
    }

    @Test func `what a name may hold breaks no line`() {
        var text = MetricsText()
        text.begin("tandem_test", .gauge, "one\nline with a \\ and \"quotes\"")
        text.add([("name", "a\"b\\c\nd")], 1.5)
        let expected = #"""
            # HELP tandem_test one\nline with a \\ and "quotes"
            # TYPE tandem_test gauge
            tandem_test{name="a\"b\\c\nd"} 1.5

            """#
        #expect(text.text == expected)
    }
}
