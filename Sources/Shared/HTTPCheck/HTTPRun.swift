package import Primitives

/// A run of an HTTP check, which its handler tells what comes; confined to its event loop.
package protocol HTTPRun: AnyObject {
    /// What is asked.
    var endpoint: Endpoint { get }
    /// A part of the answer has come.
    func answered()
    /// The answer is the expected one.
    func pass(status: Int, body: [UInt8])
    /// The answer is another one, or none.
    func fail(_ fault: HTTPFault, _ evidence: String)
    /// The connection has an error.
    func fail(with error: any Error)
}
