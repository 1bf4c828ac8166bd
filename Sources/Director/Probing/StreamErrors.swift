import Checks
import HTTPCheck
import Health
import NIOCore
import NIOHTTP1
import NIOSSL
import Primitives

extension StreamRun: HTTPRun {
    var endpoint: Endpoint { start.endpoint }

    func pass(status: Int, body: [UInt8]) { pass() }

    func fail(_ fault: HTTPFault, _ evidence: String) {
        switch fault {
        case .status: fail(.probeStatusWrong, evidence)
        case .body: fail(.probeUnexpectedAnswer, evidence)
        case .closed: fail(.probeClosed, evidence)
        }
    }

    /// What an error in the connection means.
    func fail(with error: any Error) {
        switch error {
        case NIOSSLError.uncleanShutdown:
            // Many servers end so; whether the answer is complete shows when the connection is gone.
            break
        case let error as IOError:
            fail(.probeReset, "\(name): errno \(error.errnoCode) while waiting for the answer")
        case HTTPParserError.invalidEOFState:
            fail(.probeClosed, "\(name) closes the connection before its answer is complete")
        case is HTTPParserError:
            fail(.probeUnexpectedAnswer, "\(name): not HTTP, \(error)")
        case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError:
            fail(.probeHandshakeFailed, "\(name): \(ProbeText.shown(Array("\(error)".utf8), atMost: 160))")
        default:
            fail(.probeUnexpectedAnswer, "\(name): \(ProbeText.shown(Array("\(error)".utf8), atMost: 160))")
        }
    }
}
