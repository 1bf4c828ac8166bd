internal import CheckSyntax
internal import ConfigurationSyntax
internal import Primitives
internal import VRRP

/// An item of a virtual router's `track` as written.
struct TrackSource {
    var interface: Located<String>?
    var service: Located<String>?
    var file: Located<String>?
    var script: Located<[Located<String>]>?
    var weight: Located<Int>?
    var interval: Located<Interval>?
    var timeout: Located<Interval>?
    var fall: Located<Int>?
    var rise: Located<Int>?

    init(_ fields: inout MappingDecoder) {
        interface = fields.optional("interface", .interfaceName)
        service = fields.optional("service", .name)
        file = fields.optional("file", .path())
        script = fields.optional("script", .list(of: .argument, atMost: 64))
        weight = fields.optional("weight", .integer(-253...(-1)))
        interval = fields.optional("interval", .duration(.milliseconds(100) ... .seconds(3_600)))
        timeout = fields.optional("timeout", .duration(.milliseconds(10) ... .seconds(60)))
        fall = fields.optional("fall", .integer(1...100))
        rise = fields.optional("rise", .integer(1...100))
        check(fields)
    }

    private func check(_ fields: MappingDecoder) {
        let subjects = ["interface", "service", "file", "script"]
        if subjects.count(where: { fields.contains($0) }) != 1 {
            fields.diagnostics.report(
                "a track names exactly one of interface, service, file and script",
                at: fields.span,
            )
        }
        if let program = script?.value.first, !program.value.hasPrefix("/") {
            fields.diagnostics.report("the program of a script is an absolute path", at: program.span)
        }
        let effective = interval?.value ?? TrackSettings.Script(arguments: []).interval
        if let timeout, timeout.value > effective {
            fields.diagnostics.report(
                "the timeout of \(timeout.value.exact) is longer than the interval of \(effective.exact)",
                at: timeout.span,
            )
        }
        guard !fields.contains("script") else { return }
        for key in ["interval", "timeout", "fall", "rise"] {
            guard let span = fields.span(ofKey: key) else { continue }
            fields.diagnostics.report("the key \"\(key)\" belongs to a script", at: span)
        }
    }

    var settings: TrackSettings? {
        let consequence = weight.map { TrackSettings.Consequence.weight(-$0.value) } ?? .fault
        if let interface { return TrackSettings(.interface(interface.value), consequence) }
        if let service { return TrackSettings(.service(service.value), consequence) }
        if let file { return TrackSettings(.file(file.value), consequence) }
        guard let script else { return nil }
        var settings = TrackSettings.Script(arguments: script.value.map(\.value))
        if let interval { settings.interval = interval.value }
        settings.timeout = timeout?.value ?? min(settings.timeout, settings.interval)
        if let fall { settings.fall = fall.value }
        if let rise { settings.rise = rise.value }
        return TrackSettings(.script(settings), consequence)
    }
}

extension Format where Value == TrackSource {
    static var track: Format {
        Format("a track") { node, diagnostics in
            guard var fields = MappingDecoder(node, as: "a track", diagnostics) else { return nil }
            defer { fields.finish() }
            return TrackSource(&fields)
        }
    }
}
