package import Primitives

/// The operator's end of a control socket, for the command line: it blocks.
package struct ControlClient: Sendable {
    private let path: String

    /// Makes a client of the socket.
    package init(path: String) {
        self.path = path
    }

    /// Asks and waits for the answer.
    package func ask<Result: Decodable>(
        _ request: some Encodable,
        for type: Result.Type = Result.self,
        timeout: Interval = .seconds(10),
    ) throws(ControlError) -> Result {
        let line: String
        do throws(ControlJSON.Failure) {
            line = try ControlJSON.text(request)
        } catch {
            preconditionFailure("a request can be encoded: \(error)")
        }
        let bytes = try exchange(line, timeout: timeout)
        let answer: ControlJSON.Answer<Result>
        do throws(ControlJSON.Failure) {
            answer = try ControlJSON.decode(from: bytes)
        } catch {
            throw .malformedAnswer(error.description)
        }
        if let error = answer.error { throw .refused(error) }
        guard let result = answer.result else { throw .malformedAnswer("it is empty") }
        return result
    }

    private func exchange(_ line: String, timeout: Interval) throws(ControlError) -> [UInt8] {
        let socket = try UnixSocket(path: path)
        try socket.connect(timeout: timeout)
        try socket.send(Array((line + "\n").utf8))
        return try socket.receiveLine()
    }
}
