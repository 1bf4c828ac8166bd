internal import ConfigurationSyntax
internal import Health
internal import Primitives

/// The keys of a service about its real servers together, as written.
struct PoolSource {
    var quorum: Located<QuorumSource>?
    var failOpen: Located<FailOpenSource>?
    var maximumEjection: Located<Int>?
    var slowStart: Located<SlowStartSource>?
    var followsCapacity: Located<Bool>?
    var holdDown: Located<HoldDownSource>?
    var backups: [Located<MemberSource>]
    var sorryServers: [Located<MemberSource>]

    init(_ fields: inout MappingDecoder) {
        quorum = fields.optional("quorum", .quorum)
        failOpen = fields.optional("fail_open", .failOpen)
        maximumEjection = fields.optional("max_ejection", .integer(1...100))
        slowStart = fields.optional("slow_start", .slowStart)
        followsCapacity = fields.optional("follow_capacity", .boolean)
        holdDown = fields.optional("hold_down", .holdDown)
        backups = fields.optional("backup_servers", .list(of: .member, atMost: 1_024))?.value ?? []
        sorryServers = fields.optional("sorry_servers", .list(of: .member, atMost: 1_024))?.value ?? []
    }

    /// The settings; the slower a service is checked, the longer its real servers may stay unknown after a start.
    func settings(_ probe: ProbeSettings) -> PoolSettings {
        var settings = PoolSettings()
        if let quorum { settings.quorum = quorum.value.settings }
        settings.failOpen = failOpen?.value.settings
        if let maximumEjection { settings.maximumEjection = maximumEjection.value }
        settings.slowStart = slowStart?.value.settings
        if let followsCapacity { settings.followsCapacity = followsCapacity.value }
        settings.holdDown = holdDown?.value.settings
        settings.patience = max(settings.patience, probe.interval * Int64(max(probe.rise, probe.fall) + 1))
        return settings
    }
}
