import Control
import DirectorCore
import Health
import Testing

@testable import ControlSocket

@Suite struct ControlRequestTests {
    @Test(
        arguments: [
            (.status, #"{"command":"status"}"#),
            (.reload, #"{"command":"reload"}"#),
            (.failover(router: "front", isForced: true), #"{"command":"failover","force":true,"router":"front"}"#),
            (.failover(router: nil, isForced: false), #"{"command":"failover","force":false}"#),
            (.prepareRestart, #"{"command":"prepare_restart"}"#),
            (
                .setOverride(realServer: "web1", .drain),
                #"{"command":"override","override":"drain","real_server":"web1"}"#
            ),
        ] as [(ControlRequest, String)]
    )
    func `a request is this text and is read from it`(request: ControlRequest, text: String) throws {
        #expect(try ControlJSON.text(request) == text)
        #expect(try ControlJSON.decode(ControlRequest.self, from: Array(text.utf8)) == request)
    }

    @Test(
        arguments: [
            (
                #"{"command":"stats"}"#,
                #""stats" is no command; there are status, reload, failover, prepare_restart, override"#
            ),
            (#"{"command":"override"}"#, #"no "real_server" is given"#),
            ("{}", #"no "command" is given"#),
        ]
    )
    func `what is no request is refused with what is wrong`(text: String, expected: String) {
        #expect(throws: ControlJSON.Failure(description: expected)) {
            try ControlJSON.decode(ControlRequest.self, from: Array(text.utf8))
        }
    }

    @Test(arguments: ["", "{", "null", "[1]", "\u{0}", "{\"command\":7}"])
    func `nonsense is refused`(text: String) {
        #expect(throws: ControlJSON.Failure.self) {
            try ControlJSON.decode(ControlRequest.self, from: Array(text.utf8))
        }
    }
}
