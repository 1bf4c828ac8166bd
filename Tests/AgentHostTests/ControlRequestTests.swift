import AgentCore
import AgentHost
import Testing

@testable import ControlSocket

@Suite struct AgentControlRequestTests {
    @Test(
        arguments: [
            (.status, #"{"command":"status"}"#),
            (.release(deadline: nil), #"{"command":"release"}"#),
            (.release(deadline: 0), #"{"command":"release","deadline":0}"#),
            (.release(deadline: 86_400), #"{"command":"release","deadline":86400}"#),
            (.hold(.drain), #"{"command":"drain"}"#),
            (.hold(.none), #"{"command":"resume"}"#),
            (.startUnit("nginx.service"), #"{"command":"resume","unit":"nginx.service"}"#),
        ] as [(ControlRequest, String)]
    )
    func `a request is this text and is read from it`(request: ControlRequest, text: String) throws {
        #expect(try ControlJSON.text(request) == text)
        #expect(try ControlJSON.decode(ControlRequest.self, from: Array(text.utf8)) == request)
    }

    @Test(
        arguments: [
            (
                #"{"command":"restart"}"#,
                #""restart" is no command; there are status, release, drain, maintenance, resume"#
            ),
            (#"{"command":"release","deadline":-1}"#, "the deadline is between 0 and 86400 seconds"),
            (#"{"command":"release","deadline":86401}"#, "the deadline is between 0 and 86400 seconds"),
            (
                #"{"command":"drain","unit":"a\nb"}"#,
                "a unit has a name of at most 255 printable characters and at most 64 ports"
            ),
            (
                #"{"command":"drain","unit":"nginx.service","deadline":-1}"#,
                "the deadline is between 0 and 86400 seconds"
            ),
            ("{}", #"no "command" is given"#),
        ]
    )
    func `what is no request is refused with what is wrong`(text: String, expected: String) {
        #expect(throws: ControlJSON.Failure(description: expected)) {
            try ControlJSON.decode(ControlRequest.self, from: Array(text.utf8))
        }
    }

    @Test func `the answer to a release is one word`() throws {
        #expect(try ControlJSON.text(ReleaseResult(released: true)) == #"{"released":true}"#)
    }
}
