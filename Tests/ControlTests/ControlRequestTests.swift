import Control
import DirectorCore
import Primitives
import Testing

@testable import ControlSocket

@Suite struct ControlRequestTests {
    static var weightRequest: OrderRequest {
        var request = OrderRequest(realServer: "web1", service: "http", action: .weight)
        (request.weight, request.by, request.reason, request.duration) = (3, "ops", "slow disk", 60_000)
        return request
    }

    @Test func `an order's numbers have to make sense`() {
        let now = MonotonicInstant(nanoseconds: 1_000_000_000)
        let order = Self.weightRequest.order(at: now)
        #expect(order?.action == .weight(3))
        #expect(order?.expires == now + .seconds(60))
        #expect(order?.evidence == "by ops: slow disk")
        func isRefused(_ change: (inout OrderRequest) -> Void) -> Bool {
            var request = Self.weightRequest
            change(&request)
            return request.order(at: now) == nil
        }
        #expect(isRefused { $0.weight = 65_536 })
        #expect(isRefused { $0.weight = -1 })
        #expect(isRefused { $0.weight = nil })
        #expect(isRefused { $0.action = .drain })
        #expect(isRefused { $0.duration = -1 })
        #expect(isRefused { $0.duration = .max })
        #expect(isRefused { $0.deadline = 1_000 })
    }

    @Test(
        arguments: [
            (.status, #"{"command":"status"}"#),
            (.reload, #"{"command":"reload"}"#),
            (.failover(router: "front", isForced: true), #"{"command":"failover","force":true,"router":"front"}"#),
            (.failover(router: nil, isForced: false), #"{"command":"failover","force":false}"#),
            (.prepareRestart, #"{"command":"prepare_restart"}"#),
            (
                .order(OrderRequest(realServer: "web1", action: .drain)),
                #"{"action":"drain","command":"order","real_server":"web1"}"#
            ),
            (
                .order(weightRequest),
                #"{"action":"weight","by":"ops","command":"order","for":60000,"real_server":"web1","#
                    + #""reason":"slow disk","service":"http","weight":3}"#
            ),
            (
                .withdraw(realServer: "web1", service: nil, isWeight: false),
                #"{"command":"withdraw","real_server":"web1","weight":false}"#
            ),
            (
                .drainProgress(realServer: "web1", service: nil, known: "http: draining"),
                #"{"command":"drain_progress","known":"http: draining","real_server":"web1"}"#
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
                #""stats" is no command; there are status, reload, failover, prepare_restart, order, withdraw, "#
                    + "drain_progress"
            ),
            (#"{"command":"order"}"#, #"no "real_server" is given"#),
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
