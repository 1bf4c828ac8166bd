internal import FoundationEssentials

/// JSON as the control sockets speak it: sorted keys, so that the same status is the same text.
package enum ControlJSON {
    /// What cannot be encoded or decoded.
    package struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        package let description: String

        init(description: String) {
            self.description = description
        }

        /// Makes a failure of a value that can be decoded and makes no sense.
        package init(explanation: String) {
            description = explanation
        }
    }

    /// The envelope of every answer: one of the two.
    struct Answer<Result> {
        var result: Result?
        var error: String?
    }

    /// The text of a value, on one line or indented.
    package static func text(_ value: some Encodable, pretty: Bool = false) throws(Failure) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting =
            pretty ? [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted] : [.sortedKeys, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(value), as: UTF8.self)
        } catch {
            throw Failure(description: "\(error)")
        }
    }

    /// The value of a text.
    package static func decode<Value: Decodable>(
        _ type: Value.Type = Value.self,
        from bytes: [UInt8],
    ) throws(Failure) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch let DecodingError.dataCorrupted(context) {
            throw Failure(description: context.debugDescription)
        } catch let DecodingError.keyNotFound(key, _) {
            throw Failure(description: "no \"\(key.stringValue)\" is given")
        } catch let DecodingError.typeMismatch(_, context), let DecodingError.valueNotFound(_, context) {
            throw Failure(description: context.debugDescription)
        } catch {
            throw Failure(description: "\(error)")
        }
    }
}

extension ControlJSON.Answer: Encodable where Result: Encodable {}
extension ControlJSON.Answer: Decodable where Result: Decodable {}
