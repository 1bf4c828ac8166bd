import Health
import NIOCore
import NIOHTTP1
import NIOSSL

extension StreamRun {
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
